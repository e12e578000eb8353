"""A counter names a bounded number of contributors, and a late runaway among them."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from spendplane.adapters.memory import MemoryStore
from spendplane.application.alerting.contributors import ALL_PLACES, OTHERS, Contributors
from spendplane.application.metering.booking import Booker
from spendplane.domain.ledger import LedgerRow
from spendplane.domain.money import exact_sum
from tests.support.builders import budget, ref, row
from tests.support.places import QUICK

ALL = budget("all", 1000)


def rows(users: list[str], usd: str = "0.01", start: int = 0) -> list[LedgerRow]:
    return [row(f"e{start + number}", usd, [ALL], user_id=user) for number, user in enumerate(users)]


def shares(store: MemoryStore, kind: str = "u:") -> dict[str, Decimal]:
    held = store.counters([(ref(ALL), 1)])[ref(ALL)].contributors
    return {name[2:]: usd for name, usd in held.items() if name.startswith(kind)}


def booker(store: MemoryStore) -> Booker:
    return Booker(store, Contributors(store), QUICK)


def test_the_first_are_named_and_all_others_summed() -> None:
    store = MemoryStore()
    booker(store)(rows([f"u{number}" for number in range(2000)]))
    found = shares(store)
    assert len(found) <= ALL_PLACES["u:"] + 1
    assert OTHERS in found
    assert exact_sum(list(found.values())) == 20


def test_a_runaway_that_comes_late_is_named() -> None:
    store = MemoryStore()
    process = booker(store)
    process(rows([f"u{number}" for number in range(1000)]))
    for start in range(10):
        many = [f"u{number}" for number in range(10)] + ["runaway"] * 40
        process(rows(many, "0.5", start=10_000 + 100 * start))
    found = shares(store)
    assert found["runaway"] > 100
    assert max(found, key=found.__getitem__) == "runaway"


def test_a_quiet_hour_does_not_use_up_the_places() -> None:
    store = MemoryStore()
    process = booker(store)
    for number in range(100):
        process(rows([f"u{number}"], start=number))
    assert len(shares(store)) < ALL_PLACES["u:"], "some are kept free for whoever becomes large"


def test_many_processes_that_know_nothing_of_each_other() -> None:
    """Each reads what is held first, so the bound holds for all of them together."""
    store = MemoryStore()
    for start in range(0, 600, 20):
        booker(store)(rows([f"u{number}" for number in range(start, start + 20)], start=start))
    assert len(shares(store)) <= ALL_PLACES["u:"] + 1


@settings(max_examples=40)
@given(st.lists(st.lists(st.integers(0, 40), min_size=1, max_size=30), min_size=1, max_size=8))
def test_shares_always_add_up_to_the_whole(batches: list[list[int]]) -> None:
    store = MemoryStore()
    process = booker(store)
    for start, batch in enumerate(batches):
        process(rows([f"u{number}" for number in batch], "0.07", start=start * 100))
    total = store.counters([(ref(ALL), 1)])[ref(ALL)].spend.usd
    assert exact_sum(list(shares(store).values())) == total
    assert exact_sum(list(shares(store, "m:").values())) == total
    assert len(shares(store)) <= ALL_PLACES["u:"] + 1


def test_who_is_grouped_by_is_not_named_again() -> None:
    assert budget("u", per="user_id").contributor_fields == ("model",)
    assert budget("s", per="session_id").contributor_fields == ("model",)
    assert budget("m", per="model").contributor_fields == ("user_id",)
    assert budget("p", per="project_id").contributor_fields == ("user_id", "model")


def test_long_names_keep_their_start_and_stay_apart() -> None:
    store = MemoryStore()
    booker(store)(rows(["x" * 200 + "a", "x" * 200 + "b"]))
    assert len(shares(store)) == 2
    assert {len(name) for name in shares(store)} == {48}
