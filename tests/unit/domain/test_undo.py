"""What a target should be again, and whose work a part is."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spendplane.domain.undo import foreign, merged

BEFORE, DOWN = {"a": 5, "b": 7}, {"a": 0, "b": 0}
TABLE = [
    # observed, merged, foreign
    (DOWN, BEFORE, []),
    (BEFORE, BEFORE, []),
    ({"a": 5, "b": 0}, BEFORE, []),
    ({"a": 0, "b": 7}, BEFORE, []),
    ({"a": 0, "b": 9}, {"a": 5, "b": 9}, ["b"]),
    ({"a": 9, "b": 7}, {"a": 9, "b": 7}, ["a"]),
    ({"a": 0, "b": 0, "c": 1}, {"a": 5, "b": 7, "c": 1}, ["c"]),
    ({"a": 0}, {"a": 5}, ["b"]),
    ({}, {}, ["a", "b"]),
    (None, BEFORE, []),
]


@pytest.mark.parametrize(("observed", "wanted", "changed"), TABLE, ids=str)
def test_part_by_part(observed: Any, wanted: Any, changed: list[str]) -> None:
    assert merged(BEFORE, DOWN, observed) == wanted
    assert foreign(BEFORE, DOWN, observed) == changed


def test_what_throttling_adds_goes_again_and_what_it_takes_away_comes_back() -> None:
    before, down = {"limit": 5, "policy": "x"}, {"limit": 5, "deny": True}
    assert merged(before, down, down) == before
    assert foreign(before, down, down) == []
    assert merged(before, down, {"limit": 6, "deny": True}) == {"limit": 6, "policy": "x"}
    assert foreign(before, down, {"limit": 6, "deny": True}) == ["limit"]
    assert merged(before, down, {"limit": 5, "deny": "other"}) == {"limit": 5, "policy": "x", "deny": "other"}
    assert foreign(before, down, {"limit": 5, "deny": "other"}) == ["deny"]


GONE = [
    # observed, resumed, merged, foreign
    (None, False, BEFORE, []),
    (None, True, BEFORE, []),
    (BEFORE, False, BEFORE, []),
    ({"a": 5}, False, {"a": 5}, ["b"]),  # somebody made it anew, and not as it was
    ({"a": 5}, True, BEFORE, []),  # it is coming back
    ({"a": 5, "b": None}, True, BEFORE, []),
    ({"a": 5, "b": {}}, True, BEFORE, []),
    ({"a": 9}, True, {"a": 9, "b": 7}, ["a"]),  # somebody changed what was back already; the rest still has to come
    ({"a": 9, "b": 0}, True, {"a": 9, "b": 7}, ["a"]),
    ({"a": 9, "b": 7}, False, {"a": 9, "b": 7}, ["a"]),
    ({"a": 5, "b": 7, "c": 1}, True, {"a": 5, "b": 7, "c": 1}, ["c"]),
]


@pytest.mark.parametrize(("observed", "resumed", "wanted", "changed"), GONE, ids=str)
def test_a_target_that_throttling_takes_away(observed: Any, resumed: bool, wanted: Any, changed: list[str]) -> None:
    assert merged(BEFORE, None, observed, resumed=resumed) == wanted
    assert foreign(BEFORE, None, observed, resumed=resumed) == changed


values = st.none() | st.booleans() | st.integers(0, 3) | st.dictionaries(st.just("min"), st.integers(0, 2), max_size=1)
states = st.dictionaries(st.sampled_from("abcd"), values, max_size=4)
downs = st.none() | states


@given(states, states)
def test_what_is_fully_down_becomes_what_it_was(before: dict[str, Any], down: dict[str, Any]) -> None:
    assert merged(before, down, down) == before
    assert merged(before, down, before) == before
    assert foreign(before, down, down) == foreign(before, down, before) == []


@given(states, states, st.data())
def test_any_mix_of_down_and_before_is_nobodys_work(before: dict[str, Any], down: dict[str, Any], data: Any) -> None:
    """A crash in the middle of throttling or restoring leaves some parts so and some so."""
    mix: dict[str, Any] = {}
    for part in {**before, **down}:
        source = data.draw(st.sampled_from([before, down]))
        if part in source:
            mix[part] = source[part]
    assert foreign(before, down, mix) == []
    assert merged(before, down, mix) == before


@given(states, downs, st.none() | states, st.booleans())
def test_what_somebody_set_stays(before: Any, down: Any, observed: Any, resumed: bool) -> None:
    wanted, changed = merged(before, down, observed, resumed=resumed), foreign(before, down, observed, resumed=resumed)
    for part in changed:
        assert (part in wanted) == (part in observed)
        assert wanted.get(part) == observed.get(part)
    if not changed:
        assert wanted == before


@given(states, downs, states)
def test_merging_again_changes_nothing(before: Any, down: Any, observed: Any) -> None:
    wanted = merged(before, down, observed)
    assert merged(wanted, down, wanted) == wanted


@given(states, states)
def test_a_target_made_anew_comes_back_only_as_it_was(before: Any, observed: Any) -> None:
    assert merged(before, None, observed) == observed
    assert (foreign(before, None, observed) == []) == (observed == before)
