"""What moved since the last look: alerts, counters, quarantine."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from cli.quarantined import days_between
from cli.standing_objects import alerts, rounded

if TYPE_CHECKING:
    from spendplane.application.books.status import Standing
    from spendplane.application.ports import QuarantineEntry
    from spendplane.bootstrap import Ports
    from spendplane.domain.counters import Counter, CounterRef

QUARANTINE_AT_FIRST = 10
"""Newest entries told at the first look; later looks tell all that are new."""
OVERLAP = timedelta(minutes=1)


class Kind(StrEnum):
    """What moved."""

    ALERT = "alert"
    COUNTER = "counter"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class Movement:
    """`facts` are for scripts as they are."""

    kind: Kind
    at: datetime
    facts: dict[str, Any]


@dataclass(slots=True)
class Follower:
    """Looks at the table's counters and quarantine, and tells what is different from the last look.

    The first look tells what there is: alerts and spend of the current periods, today's newest quarantine entries.
    """

    ports: "Ports"
    budget_id: str | None = None
    kinds: frozenset[Kind] = frozenset(Kind)
    _counters: "dict[CounterRef, Counter]" = field(default_factory=dict)
    _entries: set[tuple[str, datetime]] = field(default_factory=set)
    _looked_at: datetime | None = None

    def look(self, now: datetime) -> list[Movement]:
        """Raises BusyError; the next look then tells it all."""
        found = [item for item in self._move(now) if item.kind in self.kinds]
        self._looked_at = now
        return found

    def _move(self, now: datetime) -> Iterator[Movement]:
        from spendplane.application.books.status import Status

        # Everything is read before anything is remembered as told.
        standings = list(Status(self.ports.ledger, self.ports.definitions)(now, self.budget_id))
        refused = list(self._refused(now)) if self.budget_id is None else []
        for standing in standings:
            yield from self._of(standing, now)
        yield from refused

    def _of(self, standing: "Standing", now: datetime) -> Iterator[Movement]:
        from spendplane.domain.counters import Counter

        counter, budget = standing.counter, standing.budget
        before = self._counters.get(counter.ref, Counter(counter.ref))
        self._counters[counter.ref] = counter
        named = {"budget_id": budget.id, "key": counter.ref.key}
        stands = {
            "spent_usd": counter.spend.usd,
            "limit_usd": budget.limits.usd,
            "percent": None if standing.percent is None else rounded(standing.percent),
            "state": standing.state.value,
        }
        if counter.spend != before.spend or counter.unpriced != before.unpriced:
            moved = {
                "usd": counter.spend.usd - before.spend.usd,
                "tokens": counter.spend.tokens - before.spend.tokens,
                "requests": counter.spend.requests - before.spend.requests,
                "unpriced": counter.unpriced - before.unpriced,
            }
            yield Movement(Kind.COUNTER, now, {**named, **moved, **stands})
        for alert in alerts(standing):
            if f"{alert['threshold_percent']}.{alert['revision']}" not in before.fired:
                yield Movement(Kind.ALERT, now, {**named, **alert, **stands})

    def _refused(self, now: datetime) -> Iterator[Movement]:
        """The newest come first. Meters that work side by side write a little out of order, so the last minute before
        the last look is read again.
        """
        first = self._looked_at is None
        floor = (self._looked_at or now) - OVERLAP
        fresh: list[QuarantineEntry] = []
        for entry in self.ports.quarantine.entries(days_between(floor, now)):
            if entry.seen_at < floor and not (first and len(fresh) < QUARANTINE_AT_FIRST):
                break
            if (entry.id, entry.seen_at) not in self._entries:
                fresh.append(entry)
        self._entries |= {(entry.id, entry.seen_at) for entry in fresh}
        for entry in reversed(fresh[:QUARANTINE_AT_FIRST] if first else fresh):
            facts = {"id": entry.id, "reason": entry.reason, "source": entry.source}
            yield Movement(Kind.QUARANTINED, entry.seen_at, facts)
