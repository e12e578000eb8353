"""What the use cases need from the world. Adapters translate vendors' errors into the ones here."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from spendplane.domain.alerts import Alert
from spendplane.domain.budgets import Budget, BudgetIndex
from spendplane.domain.counters import Counter, CounterRef, Increment
from spendplane.domain.ledger import Amendment, LedgerRow, Transaction
from spendplane.domain.periods import Window
from spendplane.domain.producers import ANYBODY, Producers
from spendplane.domain.rating import RateCard
from spendplane.domain.usage import UsageEvent


class BusyError(Exception):
    """A conflict, a throttle or an outage: the same call may succeed later."""


class UnstorableError(Exception):
    """The store will never take this: for example an item that is too large."""


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


class Definitions(Protocol):
    """The budgets as deployed."""

    def index(self, now: datetime) -> BudgetIndex:
        """The budgets in force, from a cache of a few seconds."""

    def deployed(self) -> dict[str, Budget]:
        """The budgets in force, read now, by id."""

    def current(self, budget_id: str) -> Budget | None:
        """One budget as it is at this moment; None when there is none."""

    def changed(self) -> Iterator[tuple[Budget, datetime]]:
        """Budgets that were written and not judged since, and when that was."""

    def judged(self, budget: Budget) -> None:
        """Takes a budget off the changed ones, unless it has changed again."""

    def producers(self) -> Producers:
        """Who may charge which projects, read now."""

    def write(
        self, budgets: Sequence[Budget], removed: Sequence[str], now: datetime, producers: Producers = ANYBODY
    ) -> None:
        """Writes definitions (marked as changed) and removes others, then makes readers notice, with the producers."""

    def retired(self) -> dict[str, Budget]:
        """Removed budgets: their revisions go on counting when they come back."""


class AnnouncementState(StrEnum):
    """PENDING: stored, perhaps not published. SENT: on the bus. NOTIFIED: people were told; done."""

    PENDING = "PENDING"
    SENT = "SENT"
    NOTIFIED = "NOTIFIED"


@dataclass(frozen=True, slots=True)
class Announcement:
    """An event of our own that must not get lost: stored first, then published until somebody took it."""

    id: str
    detail_type: str
    detail: dict[str, Any]
    state: AnnouncementState = AnnouncementState.PENDING
    delivered: frozenset[str] = field(default_factory=frozenset)


class Outbox(Protocol):
    """Announcements and how far they got. `due_at` is when the sweep should publish them again."""

    def add_alert(self, alert: Alert, announcement: Announcement, due_at: datetime) -> bool:
        """Marks the counter and stores the announcement in one step; False when the alert was raised before."""

    def add(self, announcement: Announcement, due_at: datetime) -> bool:
        """Stores an announcement; False when it is there already."""

    def sent(self, announcement_id: str, due_at: datetime) -> None:
        """It is on the bus. Never takes NOTIFIED back."""

    def announcement(self, announcement_id: str) -> Announcement | None:
        """As it stands at this moment."""

    def due(self, now: datetime) -> Iterator[Announcement]:
        """What is not done by its due time."""

    def claim(self, announcement_id: str, now: datetime, until: datetime) -> Announcement | None:
        """The announcement, reserved for the caller; None when it is done, unknown or reserved by somebody else."""

    def release(self, announcement_id: str) -> None:
        """Gives a claim back."""

    def delivered(self, announcement_id: str, topic: str) -> None:
        """This topic has it."""

    def done(self, announcement_id: str) -> None:
        """People were told."""

    def alerts(self, budget_id: str | None = None) -> Iterator[Announcement]:
        """Alerts that were raised: a full read, for audits only."""


@dataclass(frozen=True, slots=True)
class QuarantineEntry:
    """A refused record as kept: `state` is QUARANTINED or REPLAYED."""

    id: str
    reason: str
    body: str
    source: str
    seen_at: datetime
    state: str = "QUARANTINED"


class Quarantine(Protocol):
    """Where refused records are kept with their reason."""

    def put(self, entries: Sequence[QuarantineEntry]) -> None:
        """Stores entries; one with the same id is replaced. Raises UnstorableError for one that is too large."""

    def get(self, entry_id: str) -> QuarantineEntry | None:
        """One entry."""

    def entries(self, days: Iterable[str]) -> Iterator[QuarantineEntry]:
        """The entries of these days (`2026-11-22`, UTC), newest day first as given."""

    def replayed(self, entry: QuarantineEntry) -> None:
        """It was published again. One that was refused again meanwhile, or is gone, stays as it is."""


class PriceBook(Protocol):
    """Rate cards. Everything that is known about a call's price."""

    def card(self, event: UsageEvent) -> RateCard:
        """The rates for this call at its own time. Raises UnpricedError with what is missing."""


class Bus(Protocol):
    """The event bus."""

    def publish(self, announcements: Sequence[Announcement], now: datetime) -> None:
        """Publishes as source `spendplane`. Raises BusyError when any was not accepted."""

    def publish_usage(self, source: str, details: Sequence[str]) -> None:
        """Publishes usage records (JSON) again, in a producer's name. Raises BusyError."""


@dataclass(frozen=True, slots=True)
class Message:
    """What people get: a subject, a body per protocol, attributes for filters."""

    subject: str
    text: str
    sms: str
    chat: dict[str, Any]
    machine: dict[str, Any]
    attributes: dict[str, str]


class Topic(Protocol):
    """One SNS topic."""

    @property
    def name(self) -> str:
        """How it is called here: on-call or budget-alerts."""

    def send(self, message: Message) -> None:
        """Hands the message over. Raises BusyError."""
