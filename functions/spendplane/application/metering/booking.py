"""Books ledger rows with their counters: transactions, retries, duplicates, and isolating what cannot be stored."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from spendplane.application.alerting.contributors import Contributors
from spendplane.application.ports import BusyError, Ledger, StoredRow, UnstorableError
from spendplane.application.ports.retry import Retry
from spendplane.domain.counters import CounterRef
from spendplane.domain.ledger import LedgerRow, pack, transaction
from spendplane.domain.usage import UsageEvent


@dataclass(frozen=True, slots=True)
class Conflict:
    """An event whose id the ledger holds with another payload."""

    event: UsageEvent


@dataclass(slots=True)
class Booked:
    """What became of the rows. `refs` are the counters to judge: of new rows and of duplicates, so that a
    redelivery heals a judgement that a crash left out; so are the `unpriced` events, each with the reason. `failed` are
    deduplication keys; `stored` is what the ledger held under some of them already.
    """

    rows: list[LedgerRow] = field(default_factory=list)
    duplicates: int = 0
    unpriced: list[tuple[UsageEvent, str]] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    refs: dict[CounterRef, None] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    stored: dict[str, StoredRow] = field(default_factory=dict)

    def add(self, rows: Sequence[LedgerRow]) -> None:
        """These rows are in the ledger now."""
        self.rows += rows
        counted = {id(row.counted): row for row in rows}  # rows of a batch share their tuples of counters
        self.refs |= dict.fromkeys(ref for row in counted.values() for ref in row.refs)
        self.unpriced += [(row.event, row.price) for row in rows if row.usd is None]

    def include(self, other: "Booked") -> None:
        """The rows of another round, as well. Conflicts, failures and what was stored are its own."""
        self.rows += other.rows
        self.duplicates += other.duplicates
        self.unpriced += other.unpriced
        self.refs |= other.refs


@dataclass(frozen=True, slots=True)
class Booker:
    """Commits rows in transactions of at most 100 items."""

    ledger: Ledger
    contributors: Contributors
    retry: Retry

    def __call__(self, rows: Sequence[LedgerRow]) -> Booked:
        """Books what can be booked; never raises for one bad row among good ones."""
        booked = Booked()
        for group in pack(rows):
            self._book(group, booked)
        return booked

    def _book(self, rows: list[LedgerRow], booked: Booked) -> None:
        while rows:
            try:
                stored = self.retry(lambda rows=rows: self._commit(rows))  # type: ignore[misc]
            except BusyError:
                booked.failed |= {row.event.dedup_key for row in rows}
                return
            except UnstorableError:
                if len(rows) == 1:
                    self._book_alone(rows[0], booked)
                    return
                middle = len(rows) // 2
                self._book(rows[:middle], booked)
                rows = rows[middle:]
                continue
            if not stored:
                booked.add(rows)
                return
            rows = self._without(rows, stored, booked)

    def _book_alone(self, row: LedgerRow, booked: Booked) -> None:
        """Once more without contributors, the only part of a counter that grows; else it ends in the dead letters."""
        bare = transaction([row])
        for increment in bare.increments:
            increment.contributors.clear()
        try:
            stored = self.retry(lambda: self.ledger.commit(bare))
        except (BusyError, UnstorableError):
            booked.failed.add(row.event.dedup_key)
            return
        if stored:
            self._without([row], stored, booked)
        else:
            booked.add([row])

    def _commit(self, rows: Sequence[LedgerRow]) -> Sequence[StoredRow]:
        change = transaction(rows)
        self.contributors.admit(change)
        return self.ledger.commit(change)

    def _without(self, rows: list[LedgerRow], stored: Sequence[StoredRow], booked: Booked) -> list[LedgerRow]:
        known = {row.dedup_key: row for row in stored}
        booked.stored |= known
        rest = []
        for row in rows:
            old = known.get(row.event.dedup_key)
            if old is None:
                rest.append(row)
                continue
            booked.refs |= dict.fromkeys(old.refs)
            if row.event.contradicts(old.event_id, old.payload_hash):
                booked.conflicts.append(Conflict(row.event))
                continue
            booked.duplicates += 1
            if old.unpriced is not None:
                booked.unpriced.append((row.event, old.unpriced))
        return rest
