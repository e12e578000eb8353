"""What goes wrong, and when: drawn from the seed, each fault numbered, so that a replay can leave any of them out."""

import random
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

KINDS = {
    "crash_before": 0.010, "crash_after": 0.010, "throttled": 0.020, "conflict": 0.020, "unreachable": 0.010,
    "lost": 0.015, "repeated": 0.020, "late": 0.010, "stall": 0.004, "slow": 0.03,
    "duplicate": 0.10, "delay": 0.10, "dropped": 0.05, "unacked": 0.05, "index_lag": 0.10, "part": 0.05,
}  # fmt: skip
"""How often at most, by the call or delivery that it can happen to.

crash_*: the process is gone before the call or right after it. throttled, conflict, unreachable: refused, not carried
out. lost: carried out, and the reply never comes. repeated: likewise, and the client sends it again. late: no reply, and
carried out seconds later. stall: 20 to 80 s pass. duplicate, delay, dropped: of an event on the bus. unacked: a message
that was dealt with comes again. index_lag: the sparse index does not show what was just written. part: the bus takes
some entries of a call.
"""


@dataclass(slots=True)
class Chaos:
    """Each run has a mood of its own: some kinds of fault, each with its rate; half of the kinds are left out."""

    rng: random.Random
    without: Collection[int] = ()
    rates: dict[str, float] = field(default_factory=dict)
    on: bool = True
    drawn: int = 0
    happened: Counter[str] = field(default_factory=Counter)

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
        for kind in kinds:
            draw -= self.rates.get(kind, 0.0)
            if draw < 0:
                return kind if self._counts(kind) else None
        return None

    def _counts(self, kind: str) -> bool:
        self.drawn += 1
        if self.drawn in self.without:
            return False
        self.happened[kind] += 1
        return True

    @property
    def number(self) -> int:
        """Of the fault that was drawn last."""
        return self.drawn
