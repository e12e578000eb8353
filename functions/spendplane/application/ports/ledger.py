"""Rows and counters."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from spendplane.domain.budgets import Budget
from spendplane.domain.counters import Counter, CounterRef, Increment
from spendplane.domain.ledger import Amendment, LedgerRow, Transaction
from spendplane.domain.periods import Window


@dataclass(frozen=True, slots=True)
class StoredRow:
    """What the ledger already holds under a deduplication key."""

    dedup_key: str
    event_id: str
    payload_hash: str
    refs: tuple[CounterRef, ...]
    unpriced: str | None = None
    """Why it has no price; None when it has one."""


@dataclass(frozen=True, slots=True)
class BookedRow:
    """A ledger row as read back, for checks and for people. `amendments` are its corrections, the oldest first."""

    row: LedgerRow
    refs: tuple[CounterRef, ...]
    amendments: tuple[Amendment, ...] = ()


class Ledger(Protocol):
    """Rows and counters, changed together or not at all."""

    def commit(self, transaction: Transaction) -> Sequence[StoredRow]:
        """Books everything and returns nothing, or books nothing and returns the rows that are there already.

        Raises BusyError and UnstorableError.
        """

    def counters(self, refs: Iterable[tuple[CounterRef, int]]) -> dict[CounterRef, Counter]:
        """The counters, read consistently, each over its number of shards; one never written reads as empty."""

    def counters_of(self, budget: Budget, window: Window) -> Iterator[Counter]:
        """Every counter of a budget in one period."""

    def row(self, dedup_key: str) -> BookedRow | None:
        """One row."""

    def rows(self) -> Iterator[BookedRow]:
        """Every row, in no order: a full read, for audits only."""

    def all_counters(self) -> Iterator[Counter]:
        """Every counter, shards together: a full read, for audits only."""

    def unpriced(self, now: datetime) -> Iterator[BookedRow]:
        """Rows without a price, and rated ones that are not settled yet, from a sparse index."""

    def rerate(self, row: BookedRow, transaction: Transaction) -> bool:
        """Gives an unpriced row its price and its counters the amount; False when it has a price already."""

    def settled(self, row: BookedRow) -> None:
        """Takes a rated row off the unpriced ones: its counters were judged."""

    def amend(self, row: BookedRow, transaction: Transaction, amendment: Amendment) -> bool:
        """Gives a priced row another price, and its counters the difference; False when it is not as read any more.

        Raises BusyError.
        """

    def correct(self, increment: Increment, mends: int = 0) -> bool:
        """Adds a difference to a counter: only for `rebuild --fix`. False if it was mended more often than `mends`."""
