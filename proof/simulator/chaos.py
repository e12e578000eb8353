"""What goes wrong, and when: drawn from the seed, each fault numbered, so that a replay can do with some of them."""

import random
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

KINDS = {
    "crash_before": 0.02, "crash_after": 0.02, "throttled": 0.04, "conflict": 0.04, "unreachable": 0.02,
    "lost": 0.03, "repeated": 0.03, "late": 0.02, "stall": 0.008, "slow": 0.05,
    "duplicate": 0.25, "delay": 0.15, "dropped": 0.12, "unacked": 0.10, "index_lag": 0.15, "part": 0.10,
}  # fmt: skip
"""How often at most, by the call or delivery that it can happen to.

What each of them is stands in `section.MEANING`, for readers of the page.
"""


@dataclass(slots=True)
class Chaos:
    """Each run has a mood of its own: some kinds of fault, each with its rate; half of the kinds are left out."""

    rng: random.Random
    only: Collection[int] | None = None
    rates: dict[str, float] = field(default_factory=dict)
    on: bool = True
    drawn: int = 0
    happened: Counter[str] = field(default_factory=Counter)
    _possible: dict[tuple[str, ...], list[tuple[str, float]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        strength = self.rng.choice((0.3, 1.0, 1.0, 2.5))
        self.rates = {
            kind: most * strength * self.rng.random() for kind, most in KINDS.items() if self.rng.random() < 0.5
        }

    def pick(self, *kinds: str) -> str | None:
        """Which of these happens here, if any."""
        draw = self.rng.random()
        if not self.on:
            return None
        possible = self._possible.get(kinds)
        if possible is None:
            possible = self._possible[kinds] = [(kind, self.rates[kind]) for kind in kinds if kind in self.rates]
        for kind, rate in possible:
            draw -= rate
            if draw < 0:
                return kind if self._counts(kind) else None
        return None

    def _counts(self, kind: str) -> bool:
        self.drawn += 1
        if self.only is not None and self.drawn not in self.only:
            return False
        self.happened[kind] += 1
        return True

    @property
    def number(self) -> int:
        """Of the fault that was drawn last."""
        return self.drawn
