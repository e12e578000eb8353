"""Makes a failing run short: first fewer actions, then fewer faults, as long as the same invariant breaks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from proof.simulator.run import Plant, Run

INVARIANT = 2
"""Characters of a text that name it."""


@dataclass(frozen=True, slots=True)
class Short:
    """A run with these actions and these faults, and no others."""

    seed: int
    chosen: tuple[int, ...]
    faults: tuple[int, ...]
    broken: str
    tried: int


def shrink(seed: int, plant: Plant | None, progress: Callable[[str], None]) -> Short | None:
    """None when the seed does not fail."""
    first = Run(seed, plant=plant)()
    if first.broken is None:
        return None
    name, tried = first.broken[:INVARIANT], 0

    def fails(chosen: Sequence[int], faults: Sequence[int] | None) -> bool:
        nonlocal tried
        tried += 1
        progress(f"{tried} tried, {len(chosen)} actions" + ("" if faults is None else f", {len(faults)} faults"))
        broken = Run(seed, chosen, faults, plant)().broken
        return broken is not None and broken[:INVARIANT] == name

    actions = tuple(action.number for action in first.world.plan.actions)
    chosen = _fewest(actions, lambda kept: fails(kept, None))
    drawn = tuple(range(1, Run(seed, chosen, plant=plant)().world.chaos.drawn + 1))
    faults = _fewest(drawn, lambda kept: fails(chosen, kept))
    chosen = _fewest(chosen, lambda kept: fails(kept, faults))
    broken = Run(seed, chosen, faults, plant)().broken
    return Short(seed, chosen, faults, broken or first.broken, tried)


def _fewest(items: tuple[int, ...], fails: Callable[[tuple[int, ...]], bool]) -> tuple[int, ...]:
    """Zeller's ddmin, without its first half: leaves out ever smaller parts while it still fails."""
    size = max(1, len(items) // 2)
    while items:
        start = 0
        while start < len(items):
            rest = items[:start] + items[start + size :]
            if fails(rest):
                items = rest
            else:
                start += size
        if size == 1:
            break
        size = max(1, size // 2)
    return items
