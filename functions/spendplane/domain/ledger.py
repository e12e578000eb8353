"""Ledger rows, and packing them with the counters they touch into transactions."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from zlib import crc32

from spendplane.domain.budgets import Budget, BudgetIndex
from spendplane.domain.counters import LABEL_OF, CounterRef, Increment, ref_of
from spendplane.domain.periods import window_of
from spendplane.domain.usage import UsageEvent

MAX_TRANSACTION_ITEMS = 100
"""DynamoDB's bound for `TransactWriteItems`."""
RETENTION = timedelta(days=45)
"""How long a row lives after it was booked: longer than the 35 days in which a replay is accepted."""
MAX_LABEL = 48


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One counted record. `usd` None means unpriced. `price` says where the price comes from (source and version).

    `counted` are the counters that this row is part of: what they sum to can be checked against the rows for ever,
    also after the budgets changed.
    """

    event: UsageEvent
    usd: Decimal | None
    price: str
    counted: tuple[tuple[CounterRef, Budget], ...]
    booked_at: datetime

    @property
    def refs(self) -> tuple[CounterRef, ...]:
        """The counters that this row is part of."""
        return tuple(ref for ref, _ in self.counted)


@dataclass(frozen=True, slots=True)
class Transaction:
    """Rows and the counter increments that belong to exactly these rows: booked together or not at all."""

    rows: tuple[LedgerRow, ...]
    increments: tuple[Increment, ...]


def counted_in(event: UsageEvent, budgets: BudgetIndex) -> tuple[tuple[CounterRef, Budget], ...]:
    """Every counter that the event belongs to, with its budget."""
    return tuple(
        (ref_of(budget, window_of(budget.period, event.time), event.attributes), budget)
        for budget in budgets.matching(event.attributes)
    )


def pack(rows: Iterable[LedgerRow]) -> list[Transaction]:
    """Groups rows into transactions of at most 100 items. Rows with equal counters are put next to each other.

    A row that alone needs more than 100 items cannot be booked: ValueError (definitions are limited so that it cannot
    happen).
    """
    ordered = sorted(rows, key=lambda row: [ref.key or "" for ref, _ in row.counted])
    return [transaction(group) for group in _groups(ordered)]


def _groups(rows: Sequence[LedgerRow]) -> Iterator[list[LedgerRow]]:
    group: list[LedgerRow] = []
    counters: set[CounterRef] = set()
    for row in rows:
        refs = row.refs
        if len(refs) >= MAX_TRANSACTION_ITEMS:
            raise ValueError(f"one event counts in {len(refs)} budgets; at most {MAX_TRANSACTION_ITEMS - 1} are possible")
        added = counters.union(refs)
        if group and len(group) + 1 + len(added) > MAX_TRANSACTION_ITEMS:
            yield group
            group, added = [], set(refs)
        counters = added
        group.append(row)
    if group:
        yield group


def transaction(rows: Sequence[LedgerRow]) -> Transaction:
    """The rows with what they add to each counter."""
    increments: dict[CounterRef, Increment] = {}
    spread = crc32(rows[0].event.dedup_key.encode())
    for row in rows:
        tokens = row.event.usage.total
        for ref, budget in row.counted:
            increment = increments.get(ref)
            if increment is None:
                increment = increments[ref] = Increment(ref, spread % budget.shards)
            increment.add(row.usd, tokens, _labels(row.event, budget))
    return Transaction(tuple(rows), tuple(increments.values()))


def _labels(event: UsageEvent, budget: Budget) -> list[str]:
    if not budget.limits.any:
        return []
    attributes = event.attributes
    return [LABEL_OF[name] + _short(attributes[name]) for name in budget.contributor_fields if name in attributes]


def _short(value: str) -> str:
    """Contributors are for reading: a long name keeps its start and a mark, so that counters stay small."""
    return value if len(value) <= MAX_LABEL else f"{value[: MAX_LABEL - 9]}~{crc32(value.encode()):08x}"
