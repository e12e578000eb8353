"""Instances that run in the account, as the counting of their hours sees them; and what it must have counted.

A notebook that started and stopped between two rounds nobody saw running: it need not be counted.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from proof.simulator.actor import READ, Actor
from proof.simulator.services import busy
from spendplane.application.sources.hours import Unread
from spendplane.contract.hours_record import NOTEBOOK, TRAINING
from spendplane.domain.hours import Sight, second
from tests.support.hours import Life

LAG = timedelta(seconds=45)
"""A list may not show what was made since."""
SKEW = timedelta(seconds=10)
PACE = 6.0
TAGS = {"project": "marketing-gen-v1", "environment": "staging", "user_id": "ann"}
Spans = dict[tuple[str, str], list[tuple[datetime, datetime]]]
"""What was counted of each resource and part."""


@dataclass(slots=True)
class Instances:
    """Everything that ever ran. `counted` is what stands in the ledger of it, `looked` when a round began last."""

    lives: dict[str, Life] = field(default_factory=dict)
    counted: Spans = field(default_factory=dict)
    looked: datetime | None = None

    def start(self, name: str, kind: str, lasts: float | None, now: datetime) -> None:
        """Somebody starts one that runs for so many seconds; None: on and on."""
        end = None if lasts is None else second(now + timedelta(seconds=lasts))
        life = Life(name, kind, created=second(now), tags=TAGS)
        if kind == NOTEBOOK and end:
            life.counts = [(end, 0)]
        elif kind == TRAINING:
            life.ended = end
        self.lives[life.arn] = life

    def book(self, event: dict[str, Any]) -> Iterator[str]:
        """A record of hours gets into the ledger. What does not hold: each second counts once."""
        begin, end = datetime.fromisoformat(event["time"]), datetime.fromisoformat(event["until"])
        known = self.counted.setdefault((event["resource_arn"], event["part"]), [])
        if any(begin < after and before < end for before, after in known):
            yield f"I2: {event['resource_name']} is counted twice in {begin} to {end}"
        known.append((begin, end))

    def uncounted(self, begun: datetime) -> Iterator[str]:
        """What is missing or too much, at rest. The counting began at `begun`, and `looked` is its last round."""
        for arn, life in self.lives.items():
            spans = sorted(self.counted.get((arn, "all"), ()))
            start, stop = max(life.created, begun), life.ended or (life.counts[-1][0] if life.counts else None)
            ran = min(stop or self.looked or begun, self.looked or begun)
            if not spans and ran > start + SKEW and life.kind != NOTEBOOK:
                yield f"I6: {life.name} ran from {start} to {ran}, and nothing of it is counted"
            yield from (
                f"I6: {life.name}: from {a} to {b} is not counted" for (_, a), (b, _) in pairwise(spans) if a != b
            )
            if spans and not abs(spans[0][0] - start) <= SKEW:
                yield f"I6: {life.name} ran from {start} on, and is counted from {spans[0][0]} on"
            if spans and not (ran - SKEW <= spans[-1][1] and (stop is None or spans[-1][1] <= max(stop, start) + SKEW)):
                yield f"I6: {life.name} ran until {ran}, and is counted until {spans[-1][1]}"


@dataclass(frozen=True, slots=True)
class SimInstances:
    """See `application.sources.hours.Instances`, as one process reaches them."""

    instances: Instances
    actor: Actor

    def sights(self, since: datetime) -> Iterator[Sight | Unread]:
        """One call for all of them."""
        lag = LAG if self.actor.chaos.pick("index_lag") else timedelta()

        def effect() -> list[Sight]:
            now = self.actor.loop.now
            seen = [life.sight(now, since) for life in self.instances.lives.values() if life.created <= now - lag]
            return [sight for sight in seen if sight is not None]

        yield from self.actor.io("list instances" + (" (it lags)" if lag else ""), effect, busy, READ, PACE)
