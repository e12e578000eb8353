"""Rows that were priced by a wrong price: which they are, and their correction, booked once and in the open.

A price is never changed silently. A row that is corrected keeps what it was, since when, by whom and why.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from fnmatch import fnmatchcase

from spendplane.application.alerting.judge import Judge
from spendplane.application.metering.pricing import price
from spendplane.application.ports import BookedRow, Ledger, PriceBook
from spendplane.application.ports.retry import Retry
from spendplane.domain.counters import CounterRef, Increment
from spendplane.domain.ledger import Amendment, Transaction, labels
from spendplane.domain.money import EXACT
from spendplane.domain.rating import UnpricedError

JUDGED_TOGETHER = 500


@dataclass(frozen=True, slots=True)
class Scope:
    """Of which rows is asked: `model` may hold `*`; times are the events' own, `until` not included.

    `priced_by`: a part of the text that says where the price came from.
    """

    model: str
    provider: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    priced_by: str = ""

    def holds(self, booked: BookedRow) -> bool:
        """Whether it is asked for. Unpriced rows never are: they have `reprice`."""
        row, event = booked.row, booked.row.event
        return (
            row.usd is not None
            and fnmatchcase(event.model, self.model)
            and self.provider in (None, event.provider)
            and (self.since is None or event.time >= self.since)
            and (self.until is None or event.time < self.until)
            and self.priced_by in row.price
        )


@dataclass(frozen=True, slots=True)
class Note:
    """Who corrects, and why: it stays on each row."""

    by: str
    reason: str


@dataclass(slots=True)
class Group:
    """Rows alike: of one model, by one price before and one now. Dollars of all together."""

    rows: int = 0
    was: Decimal = Decimal(0)
    now: Decimal = Decimal(0)


Kind = tuple[str, str, str, str]
"""Provider, model, where the price came from, and where it comes from now."""


@dataclass(slots=True)
class Correction:
    """What was found, and what was booked of it. `without_price` rows have none in the book of now: they stay."""

    groups: dict[Kind, Group] = field(default_factory=dict)
    without_price: int = 0
    booked: int = 0
    booked_usd: Decimal = Decimal(0)
    alerts: int = 0

    def add(self, booked: BookedRow, usd: Decimal, source: str) -> None:
        """A row that costs something else by now."""
        event = booked.row.event
        group = self.groups.setdefault((event.provider, event.model, booked.row.price, source), Group())
        group.rows += 1
        group.was = EXACT.add(group.was, booked.row.usd or Decimal(0))
        group.now = EXACT.add(group.now, usd)


@dataclass(frozen=True, slots=True)
class Correct:
    """Compares rows with the price book of now, at each event's own time; with a note it books the differences."""

    ledger: Ledger
    prices: PriceBook
    judge: Judge
    retry: Retry

    def __call__(
        self, scope: Scope, now: datetime, note: Note | None = None, progress: Callable[[], None] = lambda: None
    ) -> Correction:
        """Reads the whole ledger. Safe to repeat, also after it was cut off: a row is corrected where it still is as it
        was read, and what was corrected before is judged again.
        """
        found = Correction()
        touched: dict[CounterRef, None] = {}
        for booked in self._in(scope, progress):
            changed = self._changed(booked, found)
            if changed and note:
                self._book(booked, *changed, Amendment(now, note.by, note.reason, *_former(booked)), found)
            if note and (changed or booked.amendments):
                touched |= dict.fromkeys(booked.refs)
            if len(touched) >= JUDGED_TOGETHER:
                self._judge(touched, found, now)
        self._judge(touched, found, now)
        return found

    def _in(self, scope: Scope, progress: Callable[[], None]) -> Iterator[BookedRow]:
        for booked in self.ledger.rows():
            progress()
            if scope.holds(booked):
                yield booked

    def _changed(self, booked: BookedRow, found: Correction) -> tuple[Decimal, str] | None:
        """What it costs now and by which price, if that is something else."""
        try:
            usd, source = price(booked.row.event, self.prices)
        except UnpricedError:
            found.without_price += 1
            return None
        if usd == booked.row.usd:
            return None
        found.add(booked, usd, source)
        return usd, source

    def _book(self, booked: BookedRow, usd: Decimal, source: str, amendment: Amendment, found: Correction) -> None:
        difference = EXACT.subtract(usd, amendment.usd)
        counters = self.ledger.counters((ref, 1) for ref in booked.refs)
        increments = []
        for ref, counter in counters.items():
            named = [label for label in labels(booked.row.event) if label in counter.contributors]
            increments.append(Increment(ref, usd=difference, contributors=dict.fromkeys(named, difference)))
        change = Transaction((replace(booked.row, usd=usd, price=source),), tuple(increments))
        if self.retry(lambda: self.ledger.amend(booked, change, amendment)):
            found.booked += 1
            found.booked_usd = EXACT.add(found.booked_usd, difference)

    def _judge(self, touched: dict[CounterRef, None], found: Correction, now: datetime) -> None:
        found.alerts += len(self.judge.touched(touched, now))
        touched.clear()


def _former(booked: BookedRow) -> tuple[Decimal, str]:
    return booked.row.usd or Decimal(0), booked.row.price
