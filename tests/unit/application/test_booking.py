"""Booking: what cannot be stored is isolated, what is busy is reported, and nothing else is harmed."""

from collections.abc import Callable, Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spendplane.adapters.memory import MemoryStore
from spendplane.application.alerting.contributors import Contributors
from spendplane.application.metering.booking import Booked, Booker
from spendplane.application.ports import BusyError, StoredRow, UnstorableError
from spendplane.application.ports.retry import Retry
from spendplane.domain.ledger import Transaction
from tests.support.builders import budget, ref, row
from tests.support.places import QUICK

ALL = budget("all")


class Picky(MemoryStore):
    """Refuses some transactions."""

    refuses: Callable[[Transaction], Exception | None] = staticmethod(lambda _: None)
    calls: int = 0

    def commit(self, transaction: Transaction) -> Sequence[StoredRow]:
        self.calls += 1
        error = self.refuses(transaction)
        if error:
            raise error
        return super().commit(transaction)


def book(store: Picky, rows: list[object]) -> Booked:
    return Booker(store, Contributors(store), QUICK)(rows)  # type: ignore[arg-type]


def names(booked: Booked) -> set[str]:
    return {item.event.id for item in booked.rows}


@given(bad=st.sets(st.integers(0, 149), max_size=6), count=st.integers(1, 150))
def test_bisection_finds_exactly_the_bad_rows(bad: set[int], count: int) -> None:
    store = Picky()
    hated = {f"e{number}" for number in bad}
    store.refuses = lambda change: UnstorableError("large") if hated & {r.event.id for r in change.rows} else None
    booked = book(store, [row(f"e{number}", "1", [ALL]) for number in range(count)])
    everything = {f"e{number}" for number in range(count)}
    assert names(booked) == everything - hated
    assert booked.failed == {f"i#{name}" for name in hated & everything}
    assert store.counters([(ref(ALL), 1)])[ref(ALL)].spend.usd == len(everything - hated)
    assert store.calls <= 4 + 2 * 9 * max(len(hated), 1)


def test_a_counter_that_is_full_is_booked_without_contributors() -> None:
    store = Picky()
    store.refuses = lambda change: UnstorableError("full") if any(i.contributors for i in change.increments) else None
    booked = book(store, [row(f"e{number}", "1", [ALL]) for number in range(8)])
    assert len(booked.rows) == 8
    assert booked.failed == set()
    counter = store.counters([(ref(ALL), 1)])[ref(ALL)]
    assert (counter.spend.usd, counter.contributors) == (Decimal(8), {})


def test_a_known_row_is_found_also_when_its_counter_is_full() -> None:
    store = Picky()
    book(store, [row("a", "1", [ALL])])
    store.refuses = lambda change: UnstorableError("full") if any(i.contributors for i in change.increments) else None
    booked = book(store, [row("a", "1", [ALL])])
    assert (booked.duplicates, list(booked.refs)) == (1, [ref(ALL)])


def test_what_stays_busy_is_failed_and_the_next_transaction_is_tried() -> None:
    store = Picky()
    store.refuses = lambda change: BusyError("hot") if len(change.rows) > 50 else None
    booked = book(store, [row(f"e{number}", "1", [ALL]) for number in range(120)])
    assert len(booked.failed) == 99
    assert len(booked.rows) == 21
    assert not booked.failed & {item.event.dedup_key for item in booked.rows}


def test_a_contradiction_and_a_duplicate_among_new_rows() -> None:
    store = Picky()
    book(store, [row("a", "1", [ALL]), row("b", None, [ALL])])
    booked = book(store, [row("a", "2", [ALL], latency_ms=5), row("b", "3", [ALL]), row("c", "1", [ALL])])
    assert [item.event.id for item in booked.conflicts] == ["a"]
    assert (names(booked), booked.duplicates) == ({"c"}, 1)
    assert [event.id for event, _ in booked.unpriced] == ["b"]


def test_a_row_without_budgets_is_kept_all_the_same() -> None:
    store = Picky()
    assert names(book(store, [row("a", "1")])) == {"a"}


def test_more_budgets_than_a_transaction_holds_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="at most 99"):
        book(Picky(), [row("a", "1", [budget(f"b{number}") for number in range(100)])])


@given(attempts=st.integers(1, 12), fails=st.integers(0, 14))
def test_full_jitter_stays_within_its_bounds(attempts: int, fails: int) -> None:
    pauses: list[float] = []
    bounds: list[tuple[float, float]] = []

    def uniform(low: float, high: float) -> float:
        bounds.append((low, high))
        return high

    retry = Retry(attempts, 0.02, 1.0, pauses.append, uniform)
    tries = iter(range(100))

    def action() -> int:
        number = next(tries)
        if number < fails:
            raise BusyError(str(number))
        return number

    if fails < attempts:
        assert retry(action) == fails
    else:
        with pytest.raises(BusyError, match=str(attempts - 1)):
            retry(action)
    assert len(pauses) == min(fails, attempts - 1), "no pause after the last try"
    assert bounds == [(0, min(1.0, 0.02 * 2**number)) for number in range(len(pauses))]


def test_other_errors_are_not_tried_again() -> None:
    with pytest.raises(UnstorableError):
        QUICK(lambda: (_ for _ in ()).throw(UnstorableError("no")))
