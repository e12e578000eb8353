"""Every five minutes: hours of instances become usage events, each second of each instance once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

from spendplane.application.ports import BusyError
from spendplane.contract.hours_record import SOURCE, USE, records
from spendplane.contract.instance_prices_file import Use
from spendplane.domain.hours import Part, Running, Sight, advance, first, forgone, second

OVERLAP = timedelta(hours=1)
"""What ended is looked for from so long before the last whole round on: lists lag, and a second look costs nothing."""
AT_ONCE = 200
"""Resources whose stretches are published together: few enough to be stored and published in a fraction of a round."""


class InstancePrices(Protocol):
    """What an instance costs an hour."""

    def usd_per_hour(self, region: str, use: Use, instance_type: str) -> Decimal | None:
        """US dollars, on demand; None where no price is known."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A resource that is there, but did not tell how it is: neither gone nor seen."""

    id: str
    why: str


class Instances(Protocol):
    """What runs on instances in the account."""

    def sights(self, since: datetime) -> Iterator[Sight | Unread]:
        """Everything that may run, and what ended after `since`. Parts have no price yet. Raises BusyError."""


@dataclass(frozen=True, slots=True)
class Rounds:
    """When the counting began, and when a round last saw everything."""

    begun_at: datetime
    last_at: datetime


class HoursBook(Protocol):
    """What is covered: survives every process."""

    def rounds(self, now: datetime) -> Rounds:
        """The rounds so far; the first call of all begins the counting now."""

    def last(self) -> Rounds | None:
        """The rounds so far, for reading only; None before the first."""

    def done(self, now: datetime) -> None:
        """A round saw everything. Never takes a later one back."""

    def running(self, ids: Iterable[str]) -> Mapping[str, Running]:
        """Those that are not over, and those with these ids whatever they are; by id."""

    def put(self, running: Running) -> bool:
        """Stores it over the version before its own (0: over none); False when another round was faster."""


class UsageBus(Protocol):
    """The bus, as producers have it."""

    def publish_records(self, source: str, items: Sequence[Mapping[str, Any]]) -> None:
        """Publishes records in batches, in the order given. Raises BusyError when any was not accepted."""


@dataclass(slots=True)
class HoursReport:
    """What a round did. `forgone_seconds`: running time too long ago to be accepted by the ledger any more."""

    resources: int = 0
    records: int = 0
    unpriced: int = 0
    unread: int = 0
    forgone_seconds: int = 0


@dataclass(frozen=True, slots=True)
class CountHours:
    """Repeats what a round before left pending, then plans, publishes and settles what ran since."""

    instances: Instances
    prices: InstancePrices
    book: HoursBook
    bus: UsageBus

    def __call__(self, now: datetime) -> HoursReport:
        """One round. Raises BusyError, also when something could not be read: the next round goes on from there."""
        now = second(now)
        report = HoursReport()
        rounds = self.book.rounds(now)
        seen = list(self.instances.sights(rounds.last_at - OVERLAP))
        sights = {item.id: self._priced(item) for item in seen if isinstance(item, Sight)}
        unread = {item.id: item.why for item in seen if isinstance(item, Unread)}
        known = self.book.running(sights)
        report.resources, report.unread = len(sights), len(unread)
        ids = [*sights, *(id_ for id_ in known if id_ not in sights and id_ not in unread)]
        for start in range(0, len(ids), AT_ONCE):
            self._follow(ids[start : start + AT_ONCE], known, sights, rounds.begun_at, now, report)
        if unread:
            raise BusyError(f"{len(unread)} resources could not be read, such as {next(iter(unread.items()))}")
        self.book.done(now)
        return report

    def _follow(
        self,
        ids: Sequence[str],
        known: Mapping[str, Running],
        sights: Mapping[str, Sight],
        begun_at: datetime,
        now: datetime,
        report: HoursReport,
    ) -> None:
        """Stretch by stretch, until each is covered up to now."""
        moving = []
        for id_ in ids:
            running = known.get(id_) or first(sights[id_], begun_at, now)
            report.forgone_seconds += int(forgone(running, now).total_seconds())
            moving.append(running)
        moving = self._settle(moving, report)
        while moving:
            planned = [(item, advance(item, sights.get(item.id), now)) for item in moving]
            stored = [self._stored(before, after) for before, after in planned]
            moving = self._settle([item for item in stored if item is not None], report)

    def _stored(self, before: Running, after: Running | None) -> Running | None:
        """None: there is nothing to do, or another round does it."""
        if after is None and before.version == 0:
            after = replace(before, version=1)  # seen, with nothing to count yet: remembered all the same
        return after if after is not None and self.book.put(after) else None

    def _settle(self, moving: Sequence[Running], report: HoursReport) -> list[Running]:
        """Publishes what is pending, all of it before any of it is marked as published."""
        made = [(item, records(item, item.pending)) for item in moving if item.pending is not None]
        flat = [record for _, found in made for record in found]
        if flat:
            self.bus.publish_records(SOURCE, flat)
        report.records += len(flat)
        report.unpriced += sum("cost_usd" not in record for record in flat)
        settled = {item.id: item.settled for item, _ in made if self.book.put(item.settled)}
        return [settled.get(item.id, item) for item in moving if item.pending is None or item.id in settled]

    def _priced(self, sight: Sight) -> Sight:
        region, use = sight.arn.split(":")[3], USE[sight.kind]
        return replace(sight, parts=tuple(self._part(part, region, use) for part in sight.parts))

    def _part(self, part: Part, region: str, use: Use) -> Part:
        return replace(part, usd_per_hour=self.prices.usd_per_hour(region, use, part.instance_type))
