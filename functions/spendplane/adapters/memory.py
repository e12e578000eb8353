"""Every port in memory, with the same promises: for tests, simulations and the benchmark's floor."""
# ruff: noqa: ARG002  # the ports' signatures

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import RLock

from spendplane.application.ports import (
    Announcement,
    AnnouncementState,
    BookedRow,
    Message,
    QuarantineEntry,
    StoredRow,
)
from spendplane.domain.alerts import Alert
from spendplane.domain.budgets import Budget, BudgetIndex
from spendplane.domain.counters import Counter, CounterRef, Increment
from spendplane.domain.ledger import RETENTION, Transaction
from spendplane.domain.limits import Spend
from spendplane.domain.periods import Window


@dataclass(slots=True)
class MemoryStore:
    """Ledger, definitions, outbox and quarantine over dictionaries; each call is atomic, also between threads."""

    booked: dict[str, BookedRow] = field(default_factory=dict)
    unsettled: set[str] = field(default_factory=set)
    shards: dict[tuple[CounterRef, int], Counter] = field(default_factory=dict)
    budgets: dict[str, Budget] = field(default_factory=dict)
    gone: dict[str, Budget] = field(default_factory=dict)
    to_judge: dict[str, tuple[Budget, datetime]] = field(default_factory=dict)
    announcements: dict[str, Announcement] = field(default_factory=dict)
    due_at: dict[str, datetime] = field(default_factory=dict)
    claims: dict[str, datetime] = field(default_factory=dict)
    lock: RLock = field(default_factory=RLock)

    # Ledger

    def commit(self, transaction: Transaction) -> Sequence[StoredRow]:
        """See `ports.Ledger`."""
        with self.lock:
            known = [self.booked[key] for row in transaction.rows if (key := row.event.dedup_key) in self.booked]
            if known:
                return [stored(item) for item in known]
            for row in transaction.rows:
                self.booked[row.event.dedup_key] = BookedRow(replace(row, counted=()), row.refs)
            since = min(row.booked_at for row in transaction.rows)
            for increment in transaction.increments:
                self._increase(increment, since)
            return []

    def _increase(self, change: Increment, since: datetime | None) -> None:
        place = (change.ref, change.shard if change.ref.key is None else 0)
        old = self.shards.get(place, Counter(change.ref))
        added = Counter(
            change.ref,
            Spend(change.usd, change.tokens, change.requests),
            change.unpriced,
            since=old.since or since,
            contributors=change.contributors,
        )
        self.shards[place] = old.merged(added)

    def counters(self, refs: Iterable[tuple[CounterRef, int]]) -> dict[CounterRef, Counter]:
        """See `ports.Ledger`."""
        with self.lock:
            found = {}
            for ref, shards in refs:
                counter = Counter(ref)
                for shard in range(shards):
                    counter = counter.merged(self.shards.get((ref, shard), Counter(ref)))
                found[ref] = counter
            return found

    def counters_of(self, budget: Budget, window: Window) -> Iterator[Counter]:
        """See `ports.Ledger`."""
        yield from [
            item
            for item in self.all_counters()
            if (item.ref.budget_id, item.ref.code) == (budget.id, window.code)
            and (item.ref.key is None) == (budget.per is None)
        ] or ([] if budget.per else [Counter(CounterRef(budget.id, window.code))])

    def row(self, dedup_key: str) -> BookedRow | None:
        """See `ports.Ledger`."""
        return self.booked.get(dedup_key)

    def rows(self) -> Iterator[BookedRow]:
        """See `ports.Ledger`."""
        yield from list(self.booked.values())

    def all_counters(self) -> Iterator[Counter]:
        """See `ports.Ledger`."""
        with self.lock:
            found: dict[CounterRef, Counter] = {}
            for (ref, _), counter in self.shards.items():
                found[ref] = found[ref].merged(counter) if ref in found else counter
        yield from found.values()

    def unpriced(self, now: datetime) -> Iterator[BookedRow]:
        """See `ports.Ledger`."""
        yield from [item for key, item in self.booked.items() if item.row.usd is None or key in self.unsettled]

    def rerate(self, row: BookedRow, transaction: Transaction) -> bool:
        """See `ports.Ledger`."""
        with self.lock:
            key = row.row.event.dedup_key
            if key not in self.booked or self.booked[key].row.usd is not None:
                return False
            (rated,) = transaction.rows
            self.booked[key] = BookedRow(rated, row.refs)
            self.unsettled.add(key)
            for increment in transaction.increments:
                self._increase(increment, None)
            return True

    def settled(self, row: BookedRow) -> None:
        """See `ports.Ledger`."""
        self.unsettled.discard(row.row.event.dedup_key)

    def correct(self, increment: Increment) -> None:
        """See `ports.Ledger`."""
        with self.lock:
            self._increase(increment, None)

    def expire(self, now: datetime) -> None:
        """What the table's time to live does."""
        self.booked = {key: item for key, item in self.booked.items() if item.row.booked_at + RETENTION > now}

    # Definitions

    def index(self, now: datetime) -> BudgetIndex:
        """See `ports.Definitions`; never stale."""
        return BudgetIndex(self.budgets.values())

    def deployed(self) -> dict[str, Budget]:
        """See `ports.Definitions`."""
        return dict(self.budgets)

    def current(self, budget_id: str) -> Budget | None:
        """See `ports.Definitions`."""
        return self.budgets.get(budget_id)

    def retired(self) -> dict[str, Budget]:
        """See `ports.Definitions`."""
        return dict(self.gone)

    def changed(self) -> Iterator[tuple[Budget, datetime]]:
        """See `ports.Definitions`."""
        yield from list(self.to_judge.values())

    def judged(self, budget: Budget) -> None:
        """See `ports.Definitions`."""
        if budget.id in self.to_judge and self.to_judge[budget.id][0] == budget:
            del self.to_judge[budget.id]

    def write(self, budgets: Sequence[Budget], removed: Sequence[str], now: datetime) -> None:
        """See `ports.Definitions`."""
        with self.lock:
            for budget in budgets:
                self.budgets[budget.id] = budget
                self.to_judge[budget.id] = (budget, now)
                self.gone.pop(budget.id, None)
            for budget_id in removed:
                self.gone[budget_id] = self.budgets.pop(budget_id)
                self.to_judge.pop(budget_id, None)

    # Outbox

    def add_alert(self, alert: Alert, announcement: Announcement, due_at: datetime) -> bool:
        """See `ports.Outbox`."""
        with self.lock:
            old = self.shards.get((alert.ref, 0), Counter(alert.ref))
            if alert.marker in old.fired or announcement.id in self.announcements:
                return False
            self.shards[alert.ref, 0] = replace(old, fired=old.fired | {alert.marker})
            return self.add(announcement, due_at)

    def add(self, announcement: Announcement, due_at: datetime) -> bool:
        """See `ports.Outbox`."""
        with self.lock:
            if announcement.id in self.announcements:
                return False
            self.announcements[announcement.id] = announcement
            self.due_at[announcement.id] = due_at
            return True

    def sent(self, announcement_id: str, due_at: datetime) -> None:
        """See `ports.Outbox`."""
        with self.lock:
            old = self.announcements.get(announcement_id)
            if old is not None and old.state is not AnnouncementState.NOTIFIED:
                self.announcements[announcement_id] = replace(old, state=AnnouncementState.SENT)
                self.due_at[announcement_id] = due_at

    def due(self, now: datetime) -> Iterator[Announcement]:
        """See `ports.Outbox`."""
        waiting = sorted((time, key) for key, time in self.due_at.items() if time <= now)
        yield from [self.announcements[key] for _, key in waiting]

    def claim(self, announcement_id: str, now: datetime, until: datetime) -> Announcement | None:
        """See `ports.Outbox`."""
        with self.lock:
            found = self.announcements.get(announcement_id)
            if found is None or found.state is AnnouncementState.NOTIFIED:
                return None
            if announcement_id in self.claims and self.claims[announcement_id] > now:
                return None
            self.claims[announcement_id] = until
            return found

    def release(self, announcement_id: str) -> None:
        """See `ports.Outbox`."""
        self.claims.pop(announcement_id, None)

    def delivered(self, announcement_id: str, topic: str) -> None:
        """See `ports.Outbox`."""
        with self.lock:
            old = self.announcements[announcement_id]
            self.announcements[announcement_id] = replace(old, delivered=old.delivered | {topic})

    def done(self, announcement_id: str) -> None:
        """See `ports.Outbox`."""
        with self.lock:
            old = self.announcements[announcement_id]
            self.announcements[announcement_id] = replace(old, state=AnnouncementState.NOTIFIED)
            self.due_at.pop(announcement_id, None)
            self.claims.pop(announcement_id, None)

    def alerts(self, budget_id: str | None = None) -> Iterator[Announcement]:
        """See `ports.Outbox`."""
        for item in list(self.announcements.values()):
            if "budget_id" in item.detail and budget_id in (None, item.detail["budget_id"]):
                yield item


def stored(item: BookedRow) -> StoredRow:
    """What a duplicate is compared with."""
    event = item.row.event
    unpriced = item.row.price if item.row.usd is None else None
    return StoredRow(event.dedup_key, event.id, event.payload_hash, item.refs, unpriced)


@dataclass(slots=True)
class MemoryQuarantine:
    """Refused records by id."""

    kept: dict[str, QuarantineEntry] = field(default_factory=dict)

    def put(self, entries: Sequence[QuarantineEntry]) -> None:
        """See `ports.Quarantine`."""
        self.kept.update({entry.id: entry for entry in entries})

    def get(self, entry_id: str) -> QuarantineEntry | None:
        """See `ports.Quarantine`."""
        return self.kept.get(entry_id)

    def entries(self, days: Iterable[str]) -> Iterator[QuarantineEntry]:
        """See `ports.Quarantine`."""
        for day in days:
            yield from sorted(
                (entry for entry in self.kept.values() if f"{entry.seen_at:%Y-%m-%d}" == day),
                key=lambda entry: entry.seen_at,
                reverse=True,
            )

    def replayed(self, entry_id: str) -> None:
        """See `ports.Quarantine`."""
        self.kept[entry_id] = replace(self.kept[entry_id], state="REPLAYED")


@dataclass(slots=True)
class MemoryBus:
    """Keeps what was published."""

    published: list[Announcement] = field(default_factory=list)
    usage: list[tuple[str, str]] = field(default_factory=list)

    def publish(self, announcements: Sequence[Announcement], now: datetime) -> None:
        """See `ports.Bus`."""
        self.published += announcements

    def publish_usage(self, source: str, details: Sequence[str]) -> None:
        """See `ports.Bus`."""
        self.usage += [(source, detail) for detail in details]


@dataclass(slots=True)
class MemoryTopic:
    """Keeps what was sent."""

    name: str
    messages: list[Message] = field(default_factory=list)

    def send(self, message: Message) -> None:
        """See `ports.Topic`."""
        self.messages.append(message)
