"""Whether a kill switch should be on, by what is true now."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spendplane.domain.alerts import due
from spendplane.domain.budgets import Budget
from spendplane.domain.counters import Counter, CounterRef
from spendplane.domain.periods import Period
from spendplane.domain.switches import (
    Grip,
    GripPhase,
    Hold,
    Level,
    Order,
    Phase,
    Switch,
    Wanted,
    level_of,
    parse_switch_id,
    switch_id,
    want,
)
from tests.support.builders import NOW, at, counter, ref
from tests.support.fleets import staging, target

DAILY = staging(10, period=Period.DAILY)
END = at("2026-11-23T00:00:00+00:00")
MOMENT = timedelta(microseconds=1)
ORDER = Order("ann", "looks wrong")
HOLD = Hold("ann", "the demo is at nine")


def wanted(
    of: Budget | None = DAILY, usd: str = "12", now: datetime = NOW, level: Level = Level.THROTTLE, **more: Any
) -> Wanted:
    spent = counter(of or DAILY, usd, tokens=more.pop("tokens", 0))
    return want(of, spent, Switch(spent.ref, level, **more), now)


SPENDS = [
    # budget, usd, tokens, on
    (DAILY, "0", 0, False),
    (DAILY, "9.999999", 0, False),
    (DAILY, "10", 0, True),
    (DAILY, "10.000001", 0, True),
    (staging(0, period=Period.DAILY), "0", 500, False),
    (staging(0, period=Period.DAILY), "0.000001", 0, True),
    (staging(None, tokens=100), "5000", 99, False),
    (staging(None, tokens=100), "0", 100, True),
    (staging(10, tokens=100), "1", 100, True),
    (staging(10, tokens=100), "9.9", 99, False),
    (staging(None), "5000", 5000, False),
    (staging(10, on_hard_limit="notify"), "5000", 0, False),
    (staging(10, mode="observe"), "10", 0, True),
    (staging(10, thresholds=(50,)), "10", 0, True),
    (staging(10, thresholds=(120,)), "11", 0, True),
]


@pytest.mark.parametrize(("of", "usd", "tokens", "on"), SPENDS)
def test_it_is_on_from_the_hard_limit_on(of: Budget, usd: str, tokens: int, on: bool) -> None:
    assert wanted(of, usd, tokens=tokens).on is on


DEGRADING = [
    # thresholds, on_soft_limit, usd, on
    ((80, 100), "degrade", "7.99", False),
    ((80, 100), "degrade", "8", True),
    ((80, 100), "degrade", "50", True),
    ((50, 80, 100), "degrade", "5", True),
    ((50, 80, 100), "degrade", "4.99", False),
    ((100, 120), "degrade", "50", False),
    ((80, 100), "notify", "50", False),
]


@pytest.mark.parametrize(("thresholds", "on_soft_limit", "usd", "on"), DEGRADING)
def test_degrading_begins_at_the_lowest_soft_threshold(
    thresholds: tuple[int, ...], on_soft_limit: str, usd: str, on: bool
) -> None:
    of = staging(10, thresholds=thresholds, on_soft_limit=on_soft_limit)
    assert wanted(of, usd, level=Level.DEGRADE).on is on


def test_reasons_are_for_people() -> None:
    assert wanted().reason == "$12.00 of $10.00 (120.0 %)"
    assert wanted(usd="2").reason == "below 100 % of the limit: $2.00 of $10.00 (20.0 %)"
    assert wanted(staging(None, tokens=1000), tokens=1500).reason == "1,500 of 1,000 tokens (150.0 %)"
    assert wanted(staging(None)).reason == "below 100 % of the limit: no limit"
    assert wanted(None).reason == "the budget is not in budgets.yaml any more"
    assert wanted(staging(10, on_hard_limit="notify")).reason == "budgets.yaml says to notify only"
    assert wanted(order=ORDER, usd="0").reason == "engaged by ann: looks wrong"


def test_the_period_ends_with_its_last_moment() -> None:
    assert wanted(now=END - MOMENT).on
    over = wanted(now=END)
    assert (over.on, over.held, over.reason) == (False, False, "the period ended at 2026-11-23 00:00 UTC")
    assert not wanted(now=END, order=ORDER).on, "an order ends with the period too"


def test_a_total_has_no_end() -> None:
    assert wanted(staging(10, period=Period.TOTAL), now=at("2036-01-01T00:00:00+00:00")).on


def test_a_budget_that_went_or_changed_its_period_is_off() -> None:
    assert not wanted(None).on
    other = replace(DAILY, period=Period.MONTHLY)
    spent = counter(DAILY, 12)
    for order in (None, ORDER):
        assert not want(other, spent, Switch(spent.ref, Level.THROTTLE, order=order), NOW).on


def test_a_raised_limit_is_seen_at_once() -> None:
    spent = counter(DAILY, 12)
    on = Switch(spent.ref, Level.THROTTLE, Phase.ON, generation=1)
    assert want(DAILY, spent, on, NOW).on
    assert not want(staging("12.01", period=Period.DAILY), spent, on, NOW).on
    assert want(staging(12, period=Period.DAILY), spent, on, NOW).on


@pytest.mark.parametrize(("ahead", "on"), [(MOMENT, False), (timedelta(), True), (-MOMENT, True)])
def test_a_hold_holds_until_its_moment(ahead: timedelta, on: bool) -> None:
    until = NOW + ahead
    found = wanted(hold=replace(HOLD, until=until))
    assert (found.on, found.held) == (on, not on)
    assert on or found.reason == f"released by ann until {until:%Y-%m-%d %H:%M} UTC: the demo is at nine"


def test_a_hold_without_a_moment_holds_to_the_end_of_the_period() -> None:
    assert wanted(hold=HOLD).reason == "released by ann until 2026-11-23 00:00 UTC: the demo is at nine"
    assert wanted(hold=HOLD, now=END - MOMENT).held
    forever = wanted(staging(10, period=Period.TOTAL), hold=HOLD)
    assert forever.reason == "released by ann for good: this budget's period has no end: the demo is at nine"


def test_a_hold_below_the_limit_holds_nothing() -> None:
    found = wanted(usd="5", hold=HOLD)
    assert (found.on, found.held) == (False, False)


EXTENSIONS = [("12.99", False), ("14.999999", False), ("15", True), ("16", True)]


@pytest.mark.parametrize(("usd", "on"), EXTENSIONS)
def test_an_extension_holds_until_it_is_spent(usd: str, on: bool) -> None:
    found = wanted(usd=usd, hold=replace(HOLD, extend_usd=Decimal(5)))
    assert (found.on, found.held) == (on, not on)
    if on:
        assert found.reason.endswith("of $15.00 (100.0 %), the $5.00 granted by ann included") is (usd == "15")


def test_an_extension_is_in_dollars_only() -> None:
    both = staging(10, tokens=100)
    assert wanted(both, "1", tokens=100, hold=replace(HOLD, extend_usd=Decimal(500))).on
    assert not wanted(both, "12", tokens=99, hold=replace(HOLD, extend_usd=Decimal(500))).on
    only_tokens = staging(None, tokens=100)
    assert wanted(only_tokens, tokens=100, hold=replace(HOLD, extend_usd=Decimal(500))).on


def test_both_bounds_of_a_hold_count() -> None:
    hold = replace(HOLD, extend_usd=Decimal(5), until=NOW + MOMENT)
    assert wanted(usd="14", hold=hold).held
    assert wanted(usd="15", hold=hold).on
    assert wanted(usd="14", hold=hold, now=NOW + MOMENT).on


def test_a_hold_degrades_nothing_either() -> None:
    degrading = staging(10, on_soft_limit="degrade")
    assert wanted(degrading, "9", level=Level.DEGRADE, hold=HOLD).held
    wider = wanted(degrading, "9", level=Level.DEGRADE, hold=replace(HOLD, extend_usd=Decimal(5)))
    assert wider.held, "$9 is 60 % of $15"
    assert wanted(degrading, "12", level=Level.DEGRADE, hold=replace(HOLD, extend_usd=Decimal(5))).on


def test_an_order_needs_no_spend_and_no_word_of_the_file() -> None:
    for of in (DAILY, staging(10, on_hard_limit="notify"), staging(None)):
        assert wanted(of, "0", order=ORDER).on
    assert not wanted(order=ORDER, hold=HOLD).on, "a hold that is in force is the later word"
    assert wanted(usd="0", order=ORDER, hold=replace(HOLD, until=NOW)).on


def level(of: Budget, usd: str, threshold: int, now: datetime = NOW) -> Level | None:
    (found,) = [alert for alert in due(of, counter(of, usd), now) if alert.threshold == threshold]
    return level_of(found)


def test_which_alert_sets_which_switch_off() -> None:
    assert level(DAILY, "12", 100) is Level.THROTTLE
    assert level(DAILY, "12", 80) is None
    assert level(staging(10, thresholds=(150,)), "16", 150) is Level.THROTTLE
    assert level(staging(10, on_hard_limit="notify"), "12", 100) is None
    degrading = staging(10, on_soft_limit="degrade", on_hard_limit="notify")
    assert level(degrading, "12", 80) is Level.DEGRADE
    assert level(degrading, "12", 100) is None
    assert level(replace(DAILY, mode="observe"), "12", 100) is Level.THROTTLE, "it observes"


def test_a_late_alert_sets_nothing_off() -> None:
    assert level(DAILY, "12", 100, END - MOMENT) is Level.THROTTLE
    assert level(DAILY, "12", 100, END) is None
    assert level(staging(10, on_soft_limit="degrade", period=Period.DAILY), "12", 80, END) is None


keys = st.none() | st.text(min_size=1, max_size=30)
refs = st.builds(CounterRef, st.from_regex(r"[a-z0-9][a-z0-9._-]{0,9}", fullmatch=True), st.sampled_from(
    ["d2026-11-22", "w2026-11-16", "m2026-11-01", "t"]), keys)  # fmt: skip


@given(refs, st.sampled_from(Level))
def test_ids_can_be_read_again(of: CounterRef, level: Level) -> None:
    assert parse_switch_id(switch_id(of, level)) == (of, level)
    assert Switch(of, level).id == switch_id(of, level)


@pytest.mark.parametrize("text", ["", "throttle", "throttle/staging", "throttle/staging/x", "kill/staging/t", "//"])
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_switch_id(text)


def test_ids() -> None:
    assert switch_id(ref(DAILY), Level.THROTTLE) == "throttle/staging/d2026-11-22"
    assert switch_id(CounterRef("b", "t", "a/b"), Level.DEGRADE) == "degrade/b/t/a/b"


def test_a_grip_lives_until_it_was_given_back_or_left() -> None:
    grips = [Grip(target(), {"a": 1}, phase, frozenset(), NOW) for phase in GripPhase]
    assert {grip.phase for grip in grips if not grip.live} == {GripPhase.RESTORED, GripPhase.LEFT}


@given(st.decimals(0, 30, places=2), st.sampled_from([None, HOLD, replace(HOLD, extend_usd=Decimal(5))]))
def test_more_spend_never_turns_it_off(usd: Decimal, hold: Hold | None) -> None:
    less = Counter(ref(DAILY), counter(DAILY, str(usd)).spend)
    more = Counter(ref(DAILY), counter(DAILY, str(usd + 1)).spend)
    switch = Switch(less.ref, Level.THROTTLE, hold=hold)
    assert want(DAILY, less, switch, NOW).on <= want(DAILY, more, switch, NOW).on
