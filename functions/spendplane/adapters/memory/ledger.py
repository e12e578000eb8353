"""Rows and counters in dictionaries; each call is atomic, also between threads."""
# ruff: noqa: ARG002  # the port's signatures

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import RLock

from spendplane.application.ports import BookedRow, StoredRow
from spendplane.domain.budgets import Budget
from spendplane.domain.counters import Counter, CounterRef, Increment
from spendplane.domain.ledger import RETENTION, Amendment, Transaction
from spendplane.domain.limits import Spend
from spendplane.domain.periods import Window


@dataclass
class MemoryLedger:
    """See `application.ports.Ledger`."""

    booked: dict[str, BookedRow] = field(default_factory=dict)
    shards: dict[tuple[CounterRef, int], Counter] = field(default_factory=dict)
    unsettled: set[str] = field(default_factory=set)
    lock: RLock = field(default_factory=RLock)

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
        place = self._place(change)
        old = self.shards.get(place, Counter(change.ref))
        added = Counter(
            change.ref,
            Spend(change.usd, change.tokens, change.requests),
            change.unpriced,
            since=old.since or since,
            contributors=change.contributors,
        )
        self.shards[place] = old.merged(added)

    def _place(self, change: Increment) -> tuple[CounterRef, int]:
        return change.ref, change.shard if change.ref.key is None else 0

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

    def amend(self, row: BookedRow, transaction: Transaction, amendment: Amendment) -> bool:
        """See `ports.Ledger`."""
        with self.lock:
            key = row.row.event.dedup_key
            kept = self.booked.get(key)
            if kept is None or (kept.row.usd, kept.row.price) != (amendment.usd, amendment.price):
                return False
            (amended,) = transaction.rows
            self.booked[key] = BookedRow(amended, row.refs, (*kept.amendments, amendment))
            for increment in transaction.increments:
                self._increase(increment, None)
            return True

    def correct(self, increment: Increment, mends: int = 0) -> bool:
        """See `ports.Ledger`."""
        with self.lock:
            place = self._place(increment)
            if self.shards.get(place, Counter(increment.ref)).mends != mends:
                return False
            self._increase(increment, None)
            self.shards[place] = replace(self.shards[place], mends=mends + 1)
            return True

    def expire(self, now: datetime) -> None:
        """What the table's time to live does."""
        self.booked = {key: item for key, item in self.booked.items() if item.row.booked_at + RETENTION > now}


def stored(item: BookedRow) -> StoredRow:
    """What a duplicate is compared with."""
    event = item.row.event
    unpriced = item.row.price if item.row.usd is None else None
    return StoredRow(event.dedup_key, event.id, event.payload_hash, item.refs, unpriced)
