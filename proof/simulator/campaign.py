"""Many seeds, on every core."""

import os
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from multiprocessing import get_context

from proof.simulator.planted import BUGS
from proof.simulator.run import Run

CHUNK = 50
MAX_BROKEN = 10
"""So many failures are enough to look at."""


@dataclass(slots=True)
class Campaign:
    """What came of some seeds: `broken` is by seed."""

    seeds: int = 0
    figures: Counter[str] = field(default_factory=Counter)
    actions: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    broken: dict[int, str] = field(default_factory=dict)

    def __str__(self) -> str:
        steps, faults = self.figures["steps"], self.faults.total()
        return f"{self.seeds:,} seeds, {steps:,} steps, {faults:,} faults: {len(self.broken)} broken"

    def add(self, other: "Campaign") -> None:
        """The seeds of another one as well."""
        self.seeds += other.seeds
        self.figures += other.figures
        self.actions += other.actions
        self.faults += other.faults
        self.broken |= other.broken


def some(seeds: Sequence[int], bug: str | None = None) -> Campaign:
    """These, one after the other; with a planted bug only to the first that finds it."""
    found = Campaign()
    for seed in seeds:
        run = Run(seed, plant=BUGS[bug] if bug else None)()
        found.seeds += 1
        found.figures += run.figures
        found.actions += run.actions
        found.faults += run.world.chaos.happened
        if run.broken:
            found.broken[seed] = run.broken
            if bug:
                break
    return found


def many(seeds: range, progress: Callable[[str], None]) -> Campaign:
    """On every core. Ends early when so much is broken that there is enough to do."""
    found = Campaign()
    chunks = [seeds[start : start + CHUNK] for start in range(0, len(seeds), CHUNK)]
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        waiting = [pool.submit(some, chunk) for chunk in chunks]
        for done in as_completed(waiting):
            found.add(done.result())
            progress(f"{found.seeds:,} of {len(seeds):,} seeds, {len(found.broken)} broken")
            if len(found.broken) >= MAX_BROKEN:
                pool.shutdown(wait=False, cancel_futures=True)
                break
    return found


def hunts(most: int, progress: Callable[[str], None]) -> dict[str, Campaign]:
    """Each planted bug, with so many seeds at most."""
    found: dict[str, Campaign] = {}
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        waiting = {pool.submit(some, range(most), bug): bug for bug in BUGS}
        for done in as_completed(waiting):
            found[waiting[done]] = done.result()
            progress(f"{len(found)} of {len(BUGS)} planted bugs were hunted")
    return {bug: found[bug] for bug in BUGS}
