"""Which budgets an event counts in: the index against trying every budget."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from spendplane.domain.budgets import ATTRIBUTES, NO_VALUE, Budget, BudgetIndex
from spendplane.domain.ledger import MAX_TRANSACTION_ITEMS, counted_in, pack, transaction
from spendplane.domain.money import exact_sum
from spendplane.domain.periods import Period, window_of
from tests.support.builders import budget, event, row

names = st.sampled_from(ATTRIBUTES[:5])
values = st.sampled_from(["a", "b", "c", "Zoë"])
selectors = st.dictionaries(names, st.lists(values, min_size=1, max_size=3, unique=True).map(tuple), max_size=3)


def takes(of: Budget, attributes: Mapping[str, str]) -> bool:
    """The definition: every selector names the event's value."""
    return all(attributes.get(name) in choices for name, choices in of.match)


@given(st.lists(selectors, max_size=12), st.lists(st.dictionaries(names, values, max_size=5), min_size=1, max_size=6))
def test_the_index_finds_what_a_scan_finds(
    matches: list[dict[str, tuple[str, ...]]], events: list[dict[str, str]]
) -> None:
    budgets = [budget(f"b{number}", match=match) for number, match in enumerate(matches)]  # type: ignore[arg-type]
    index = BudgetIndex(budgets)
    for attributes in events * 2:
        found = index.matching(attributes)
        assert sorted(item.id for item in found) == sorted(item.id for item in budgets if takes(item, attributes))


def test_an_empty_match_takes_every_event_and_a_missing_value_takes_none() -> None:
    index = BudgetIndex([budget("all"), budget("team", match={"team": "growth"})])
    assert [item.id for item in index.matching({})] == ["all"]
    assert {item.id for item in index.matching({"team": "growth"})} == {"all", "team"}
    assert [item.id for item in index.matching({"team": "Growth"})] == ["all"], "values compare exactly"


def test_the_work_per_event_does_not_grow_with_the_budgets() -> None:
    many = [budget(f"b{number}", match={"project_id": f"p{number}", "environment": "test"}) for number in range(10_000)]
    index = BudgetIndex(many)
    assert [item.id for item in index.matching({"project_id": "p77", "environment": "test"})] == ["b77"]
    assert len(index._shapes) == 1


@given(st.sampled_from(Period), st.sampled_from([None, "user_id", "team"]), st.integers(0, 34), st.booleans())
def test_counters_follow_from_the_event(period: Period, per: str | None, days: int, team: bool) -> None:
    of = budget("b", period=period, per=per)
    fields = {"team": "growth"} if team else {}
    made = event(
        "e",
        time=f"2026-{10 + days // 31:02d}-{1 + days % 31:02d}T23:30:00-05:00" if days < 31 else "2026-11-02T00:00:00Z",
        **fields,
    )
    ((ref, found),) = counted_in(made, BudgetIndex([of]))
    expected = {None: None, "user_id": "employee-452", "team": "growth" if team else NO_VALUE}[per]
    assert (ref.budget_id, ref.code, ref.key) == ("b", window_of(period, made.time).code, expected)
    assert found is of


def test_events_of_one_kind_share_their_counters_but_not_those_of_other_days() -> None:
    index = BudgetIndex([budget("day", period=Period.DAILY), budget("user", per="user_id")])
    monday = [event(f"m{n}", time=f"2026-11-16T0{n}:00:00Z") for n in range(3)]
    tuesday = event("t", time="2026-11-17T00:00:00Z")
    assert counted_in(monday[0], index) == counted_in(monday[2], index)
    assert counted_in(monday[0], index)[0][0].code == "d2026-11-16"
    assert counted_in(tuesday, index)[0][0].code == "d2026-11-17"
    other_user = event("o", time="2026-11-16T00:00:00Z", user_id="ann")
    assert counted_in(other_user, index)[1][0].key == "ann"


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 5)), max_size=250))
def test_packing_loses_nothing_and_keeps_to_100_items(shape: list[tuple[int, int]]) -> None:
    everything, per_user = budget("all"), budget("user", per="user_id")
    more = [budget(f"b{number}") for number in range(5)]
    rows = [
        row(f"e{number}", "0.01", [everything, *more[:extra], per_user], user_id=f"u{user}")
        for number, (user, extra) in enumerate(shape)
    ]
    groups = list(pack(rows))
    assert sorted(item.event.id for group in groups for item in group) == sorted(item.event.id for item in rows)
    for group in groups:
        change = transaction(group)
        assert len(change.rows) + len(change.increments) <= MAX_TRANSACTION_ITEMS
        assert len({(item.ref, item.shard) for item in change.increments}) == len(change.increments)
        whole = next(item for item in change.increments if item.ref.budget_id == "all")
        assert whole.usd == exact_sum([item.usd for item in group if item.usd is not None])
        assert whole.requests == len(group)
        assert exact_sum([usd for label, usd in whole.contributors.items() if label[:2] == "u:"]) == whole.usd
