"""The kill switch over a day, as timelines."""

from dataclasses import replace
from datetime import timedelta

from spendplane.domain.periods import Period
from spendplane.domain.switches import Level
from tests.support.builders import at, budget
from tests.support.fleets import PROJECT, staging
from tests.support.switch_stories import AGENT, CHAT, DAILY, engaged, over, story


def test_a_runaway_agent_is_throttled_while_production_goes_on() -> None:
    day = story()
    day.add(AGENT, reserved=10, provisioned=2)
    day.add(CHAT, instances=3, scaling=5)
    day.at("09:00").spend("9.99")
    day.expect_told("staging 80")
    day.kill_switch().round().expect_up()
    day.at("09:01").spend("0.01")
    day.expect_told("staging 100")
    day.expect_on_call("staging 100")
    day.kill_switch().expect_down(AGENT, CHAT)
    day.expect_told("staging engaged: agent throttled, chat throttled")
    day.at("09:02").spend("500", environment="production")
    for _ in range(30):
        day.round(minutes=1).expect_down(AGENT, CHAT)
    day.expect_quiet()
    assert {key for call, key in day.world.fleet.calls if call != "observe"} == {AGENT.key, CHAT.key}
    day.at("2026-11-23 00:00").round().expect_up()
    (told,) = day.expect_told("staging released: agent restored, chat restored")
    assert "the period ended at 2026-11-23 00:00 UTC" in told.text


def test_usage_ahead_of_midnight_turns_nothing_down_before_its_day_begins() -> None:
    """A clock that is three minutes fast: it counts tomorrow, and tomorrow's budget acts tomorrow."""
    day = story()
    day.add(AGENT, reserved=10)
    day.at("23:58").spend("12", ago=-timedelta(minutes=3))
    day.expect_quiet()
    day.kill_switch().rounds(1).sweep().expect_up()
    day.expect_spent("staging", "0")
    day.at("2026-11-23 00:00").round()
    day.at("00:01").sweep()
    day.expect_alerts("staging 80", "staging 100")
    day.expect_on_call("staging 80", "staging 100")
    day.kill_switch().round().expect_down(AGENT)
    day.expect_told("staging engaged: agent throttled")
    day.expect_spent("staging", "12")


def test_the_round_finds_a_crossing_whose_event_was_lost() -> None:
    day = over().lose_events()
    day.round().expect_up()
    day.round(minutes=2).expect_down(AGENT)
    day.expect_told("staging engaged: agent throttled")


def test_a_second_event_changes_nothing_and_tells_nobody() -> None:
    day = engaged()
    calls = list(day.world.fleet.calls)
    day.world.obeyed = 0
    day.kill_switch().kill_switch().expect_down(AGENT)
    day.expect_quiet()
    assert {call for call, _ in day.world.fleet.calls[len(calls) :]} == {"observe"}


def test_raising_the_limit_releases_and_reaching_it_again_throttles_again() -> None:
    day = engaged()
    day.at("10:00").deploy(staging(20, period=Period.DAILY)).sweep()
    day.round().expect_up()
    (told,) = day.expect_told("staging released: agent restored")
    assert "below 100 % of the limit: $12.00 of $20.00 (60.0 %)" in told.text
    day.at("11:00").spend("8")
    day.kill_switch().expect_down(AGENT)
    day.expect_told("staging 80", "staging 100", "staging engaged: agent throttled")


def test_a_new_day_begins_with_everything_up() -> None:
    day = engaged()
    day.at("23:59").round().expect_down(AGENT)
    day.at("2026-11-23 00:00").round().expect_up()
    day.expect_told("staging released: agent restored")
    day.at("00:05").spend("1")
    day.kill_switch().rounds(3).expect_up()
    day.at("00:10").spend("9")
    day.kill_switch().expect_down(AGENT)
    day.expect_told("staging 80", "staging 100", "staging engaged: agent throttled")


def test_observe_says_what_it_would_do_and_enforce_does_it() -> None:
    day = story()
    day.add(AGENT, reserved=10)
    day.deploy(replace(DAILY, mode="observe"))
    day.at("09:00").spend("12")
    day.expect_told("staging 80", "staging 100")
    day.kill_switch().rounds(20).expect_up()
    (told,) = day.expect_told("staging refused (observe): agent planned")
    assert "observe" in told.text
    assert day.world.fleet.calls == []
    day.at("10:00").deploy(DAILY).sweep()
    day.round(minutes=5).expect_down(AGENT)
    day.expect_told("staging engaged: agent throttled")


def test_back_to_observe_gives_back_and_enforcing_again_is_told_again() -> None:
    day = engaged()
    day.at("10:00").deploy(replace(DAILY, mode="observe")).round().expect_up()
    day.expect_told(
        "staging refused (observe): agent planned", "staging released: agent restored"
    )  # fmt: skip
    assert day.world.place.connect().switches.standings(PROJECT, day.world.now) == []
    day.at("11:00").deploy(DAILY).round().expect_down(AGENT)
    day.expect_told("staging engaged: agent throttled")


def test_a_late_event_of_a_closed_period_never_throttles() -> None:
    day = story()
    day.add(AGENT, reserved=10)
    day.at("2026-11-23 06:00").spend("12", ago=timedelta(hours=12))
    day.expect_told("staging 80 late", "staging 100 late")
    day.kill_switch().rounds(5).expect_up()
    assert day.world.place.connect().switches.get(next(iter(day.world.counters())), Level.THROTTLE) is None


def test_at_the_soft_limit_cheaper_models_are_asked_for_and_the_word_is_taken_back() -> None:
    day = story()
    day.deploy(replace(DAILY, on_soft_limit="degrade"))
    day.add(AGENT, reserved=10)
    switches = day.world.place.connect().switches
    day.at("09:00").spend("8")
    day.kill_switch().expect_up()
    day.expect_told("staging 80", "staging degrade requested")
    (asked,) = switches.standings(PROJECT, day.world.now)
    assert (asked.level, asked.match, asked.until) == (
        Level.DEGRADE, {"environment": ["staging"], "project_id": [PROJECT]}, at("2026-11-23T00:00:00+00:00"),
    )  # fmt: skip
    day.rounds(3).expect_quiet()
    day.at("10:00").deploy(replace(DAILY, on_soft_limit="degrade", limits=budget(usd=20).limits)).round()
    day.expect_told("staging degrade ended")
    assert switches.standings(PROJECT, day.world.now) == []
    day.at("11:00").spend("8")
    day.kill_switch()
    day.expect_told("staging 80", "staging degrade requested")
    day.at("2026-11-23 00:00").round()
    day.expect_told("staging degrade ended")
    assert switches.standings(PROJECT, day.world.now) == []


def test_a_budget_that_begins_to_throttle_while_it_is_over_engages() -> None:
    day = story()
    day.add(AGENT, reserved=10)
    day.deploy(replace(DAILY, on_hard_limit="notify"))
    day.at("09:00").spend("12")
    day.expect_told("staging 80", "staging 100")
    day.kill_switch().rounds(5).expect_up()
    day.live(DAILY).expect_down(AGENT)
    day.expect_told("staging 80", "staging 100", "staging engaged: agent throttled")


def test_a_budget_that_is_removed_gives_back() -> None:
    day = engaged()
    day.deploy().round(minutes=1).expect_up()
    (told,) = day.expect_told("staging released: agent restored")
    assert "not in budgets.yaml any more" in told.text
    day.live(DAILY).expect_down(AGENT)
