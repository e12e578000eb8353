"""Ledger rows, and packing them with the counters they touch into transactions."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zlib import crc32

from spendplane.domain.budgets import Budget, BudgetIndex
from spendplane.domain.counters import LABEL_OF, MODEL_LABEL, USER_LABEL, CounterRef, Increment, ref_of
from spendplane.domain.periods import window_of
from spendplane.domain.usage import UsageEvent

MAX_TRANSACTION_ITEMS = 100
"""DynamoDB's bound for `TransactWriteItems`."""
RETENTION = timedelta(days=45)
"""How long a row lives after it was booked: longer than the 35 days in which a replay is accepted."""
MAX_LABEL = 48


Counted = tuple[tuple[CounterRef, Budget], ...]


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One counted record. `usd` None means unpriced. `price` says where the price comes from (source and version).

    `counted` are the counters that this row is part of: what they sum to can be checked against the rows for ever,
    also after the budgets changed.
    """

    event: UsageEvent
    usd: Decimal | None
    price: str
    counted: Counted
    booked_at: datetime

    @property
    def refs(self) -> tuple[CounterRef, ...]:
        """The counters that this row is part of."""
        return tuple(ref for ref, _ in self.counted)


@dataclass(frozen=True, slots=True)
class Amendment:
    """A correction of a row's price: when, by whom and why; `usd` and `price` are what it had before."""

    at: datetime
    by: str
    reason: str
    usd: Decimal
    price: str


@dataclass(frozen=True, slots=True)
class Transaction:
    """Rows and the counter increments that belong to exactly these rows: booked together or not at all."""

    rows: tuple[LedgerRow, ...]
    increments: tuple[Increment, ...]


def counted_in(event: UsageEvent, budgets: BudgetIndex) -> Counted:
    """Every counter that the event belongs to, with its budget; those of budgets without `per` first.

    Events that count in the same counters get the same tuple.
    """
    answer = budgets.answer(event.attributes)
    day = event.time.astimezone(UTC).date()
    known = answer.by_day.get(day)
    if known is None:
        shared = tuple(
            (ref_of(budget, window_of(budget.period, event.time), event.attributes), budget)
            for budget in answer.budgets
            if not budget.per
        )
        known = answer.by_day[day] = (shared, tuple(budget for budget in answer.budgets if budget.per))
    counted: Counted = known[0]
    for budget in known[1]:
        counted += ((ref_of(budget, window_of(budget.period, event.time), event.attributes), budget),)
    return counted


def pack(rows: Iterable[LedgerRow]) -> Iterator[list[LedgerRow]]:
    """Groups rows so that each group is, with its counters, a transaction of at most 100 items.

    Rows with equal counters are put next to each other. A row that alone needs more than 100 items cannot be booked:
    ValueError (definitions are limited so that it cannot happen).
    """
    group: list[LedgerRow] = []
    counters: set[CounterRef] = set()
    last: Counted | None = None
    for row in sorted(rows, key=_last_key):
        if row.counted is last and len(group) + 1 + len(counters) <= MAX_TRANSACTION_ITEMS:
            group.append(row)
            continue
        last, refs = row.counted, row.refs
        if len(refs) >= MAX_TRANSACTION_ITEMS:
            raise ValueError(
                f"an event counts in {len(refs)} budgets; at most {MAX_TRANSACTION_ITEMS - 1} are possible"
            )
        added = counters.union(refs)
        if group and len(group) + 1 + len(added) > MAX_TRANSACTION_ITEMS:
            yield group
            group, added = [], set(refs)
        counters = added
        group.append(row)
    if group:
        yield group


def _last_key(row: LedgerRow) -> str:
    return (row.counted[-1][0].key or "") if row.counted else ""


def transaction(rows: Sequence[LedgerRow]) -> Transaction:
    """The rows with what they add to each counter."""
    increments: dict[CounterRef, Increment] = {}
    spread = crc32(rows[0].event.dedup_key.encode())
    for counted, total in _totals(rows):
        shares: dict[tuple[str, ...], dict[str, Decimal]] = {}
        for ref, budget in counted:
            kinds = _kinds(budget)
            if kinds not in shares:
                shares[kinds] = {label: usd for label, usd in total.contributors.items() if label[:2] in kinds}
            increment = increments.get(ref)
            if increment is None:
                increment = increments[ref] = Increment(ref, spread % budget.shards)
            increment.add_all(total, shares[kinds])
    return Transaction(tuple(rows), tuple(increments.values()))


def _totals(rows: Sequence[LedgerRow]) -> list[tuple[Counted, Increment]]:
    """Rows that count in the same counters, summed once: the cost of a row does not grow with its budgets."""
    totals: dict[int, tuple[Counted, Increment]] = {}
    for row in rows:
        counted = row.counted
        known = totals.get(id(counted))
        if known is None:
            known = totals[id(counted)] = (counted, Increment(_NOWHERE))
        event = row.event
        known[1].add(row.usd, event.usage.total, labels(event))
    return list(totals.values())


def labels(event: UsageEvent) -> tuple[str, str]:
    """The contributors that its dollars are from: its user and its model."""
    return USER_LABEL + _short(event.attributes["user_id"]), MODEL_LABEL + _short(event.model)


_NOWHERE = CounterRef("", "t")


def _kinds(budget: Budget) -> tuple[str, ...]:
    """The contributors that this budget's notices name; none where no notice can come."""
    return tuple(LABEL_OF[name] for name in budget.contributor_fields) if budget.limits.any else ()


def _short(value: str) -> str:
    """Contributors are for reading: a long name keeps its start and a mark, so that counters stay small."""
    return value if len(value) <= MAX_LABEL else f"{value[: MAX_LABEL - 9]}~{crc32(value.encode()):08x}"
