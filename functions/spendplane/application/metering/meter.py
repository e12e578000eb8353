"""The meter: from queue messages to ledger rows, counters and alerts, each event once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from spendplane.application.alerting.announcing import usage_quarantined, usage_unpriced
from spendplane.application.alerting.judge import UNSENT_AFTER, UNTOLD_AFTER, Judge
from spendplane.application.metering.booking import Booked, Booker
from spendplane.application.metering.intake import Call, Refusal, contradiction, take_in
from spendplane.application.metering.pricing import try_price
from spendplane.application.ports import (
    Announcement,
    Bus,
    BusyError,
    Definitions,
    Outbox,
    PriceBook,
    Quarantine,
    QuarantineEntry,
    UnstorableError,
)
from spendplane.contract.envelope import Message
from spendplane.domain.alerts import Alert
from spendplane.domain.budgets import BudgetIndex
from spendplane.domain.counters import CounterRef
from spendplane.domain.ledger import LedgerRow, counted_in

MAX_ANNOUNCED_MODELS = 20
"""New unpriced models announced in one batch; the rows themselves are all kept."""


@dataclass(slots=True)
class MeterReport:
    """What became of a batch: `received` = `counted` + `duplicates` + `quarantined` + `not_kept`.

    `not_kept` records come back with their messages; `failed` are the messages to deliver again.
    """

    received: int = 0
    counted: int = 0
    duplicates: int = 0
    quarantined: int = 0
    not_kept: int = 0
    unpriced: int = 0
    alerts: list[Alert] = field(default_factory=list)
    failed: set[str] = field(default_factory=set)

    def include(self, other: "MeterReport") -> None:
        """What became of another part of the batch, as well."""
        self.received += other.received
        self.counted += other.counted
        self.duplicates += other.duplicates
        self.quarantined += other.quarantined
        self.not_kept += other.not_kept
        self.unpriced += other.unpriced
        self.alerts += other.alerts
        self.failed |= other.failed

    def figures(self) -> dict[str, int]:
        """By the names of the metrics."""
        return {
            "RecordsReceived": self.received,
            "RecordsCounted": self.counted,
            "DuplicatesDropped": self.duplicates,
            "RecordsQuarantined": self.quarantined,
            "RecordsUnpriced": self.unpriced,
            "AlertsFired": len(self.alerts),
            "RecordsFailed": self.not_kept,
        }


@dataclass(frozen=True, slots=True)
class Meter:
    """Parse, price, match, book, judge. A message fails only when something of it is not durable."""

    booker: Booker
    judge: Judge
    definitions: Definitions
    prices: PriceBook
    quarantine: Quarantine
    outbox: Outbox
    bus: Bus
    announced: set[str] = field(default_factory=set)
    """Unpriced models that this process announced: spares a write per batch."""

    def __call__(self, messages: Sequence[Message], now: datetime) -> MeterReport:
        """Books a batch. Raises nothing that would send good messages back with the bad ones."""
        report = MeterReport()
        budgets = self.definitions.index(now)
        intake = take_in(messages, budgets.producers)
        report.received, report.duplicates = intake.received, intake.duplicates
        refused = intake.refused
        booked = Booked()
        owners: dict[str, set[str]] = {}
        for calls in intake.rounds:
            part = self.booker(self._rate(calls.values(), budgets, now))
            report.not_kept += len(part.failed)
            for key in part.failed:
                report.failed |= calls[key].messages
            refused += [(contradiction(item.event), calls[item.event.dedup_key].messages) for item in part.conflicts]
            twins = _contradicting_twins(calls, part)
            report.duplicates -= len(twins)
            refused += twins
            for event, _ in part.unpriced:
                owners.setdefault(event.dedup_key, set()).update(calls[event.dedup_key].messages)
            booked.include(part)
        self._keep(refused, report, now)
        report.counted = len(booked.rows)
        report.duplicates += booked.duplicates
        report.unpriced = sum(row.usd is None for row in booked.rows)
        self._judge(booked.refs, report, messages, now)
        self._announce_unpriced(booked, owners, report, now)
        return report

    def _rate(self, calls: Iterable[Call], budgets: BudgetIndex, now: datetime) -> list[LedgerRow]:
        rows = []
        for call in calls:
            usd, source = try_price(call.event, self.prices)
            rows.append(LedgerRow(call.event, usd, source, counted_in(call.event, budgets), now))
        return rows

    def _keep(self, refused: list[Refusal], report: MeterReport, now: datetime) -> None:
        """Published before it is stored: a crash in between repeats the event, under the same id, and loses nothing."""
        if not refused:
            return
        entries = {item.id: QuarantineEntry(item.id, item.reason, item.body, item.source, now) for item, _ in refused}
        news = [usage_quarantined(entry.id, entry.reason, entry.source, now) for entry in entries.values()]
        try:
            self.bus.publish(news, now)
            unstorable = self._store(list(entries.values()))
        except BusyError:
            unstorable = set(entries)
        for item, messages in refused:
            if item.id in unstorable:
                report.not_kept += 1
                report.failed |= messages
            else:
                report.quarantined += 1

    def _store(self, entries: list[QuarantineEntry]) -> set[str]:
        """Returns the ids that cannot be kept (too large): their messages end in the dead-letter queue."""
        try:
            self.quarantine.put(entries)
        except UnstorableError:
            if len(entries) == 1:
                return {entries[0].id}
            return set().union(*(self._store([entry]) for entry in entries))
        return set()

    def _judge(
        self, refs: Iterable[CounterRef], report: MeterReport, messages: Sequence[Message], now: datetime
    ) -> None:
        try:
            report.alerts = self.judge.touched(refs, now)
        except BusyError:
            # Everything is booked; the redelivery finds duplicates only and judges again.
            report.failed |= {message.id for message in messages}

    def _announce_unpriced(
        self, booked: Booked, owners: dict[str, set[str]], report: MeterReport, now: datetime
    ) -> None:
        news: dict[str, Announcement] = {}
        messages: dict[str, set[str]] = {}
        for event, reason in booked.unpriced:
            announcement = usage_unpriced(event, reason, now)
            if announcement.id not in self.announced:
                news[announcement.id] = announcement
                messages.setdefault(announcement.id, set()).update(owners[event.dedup_key])
        for announcement in list(news.values())[:MAX_ANNOUNCED_MODELS]:
            try:
                if self.outbox.add(announcement, now + UNSENT_AFTER):
                    self.bus.publish([announcement], now)
                    self.outbox.sent(announcement.id, now + UNTOLD_AFTER)
            except BusyError:
                # Pending in the outbox, or not even that: the redelivery finds a duplicate without a price.
                report.failed |= messages[announcement.id]
                continue
            self.announced.add(announcement.id)


def _contradicting_twins(calls: dict[str, Call], part: Booked) -> list[Refusal]:
    """Of several ids for one call only the first was compared with the ledger, which may hold another of them."""
    return [
        (contradiction(twin), calls[key].messages)
        for key, stored in part.stored.items()
        for twin in calls[key].twins
        if twin.contradicts(stored.event_id, stored.payload_hash)
    ]
