"""What nobody calls is announced, then taken to zero, and comes back by a person's word; as timelines."""

from dataclasses import replace
from datetime import timedelta

import pytest

from spendplane.adapters.memory.fleet import VANISHING
from spendplane.domain.idle_policy import ref_of
from spendplane.domain.switches import Level, Phase
from tests.support.builders import at
from tests.support.fleets import PROJECT, staging, target
from tests.support.idle_stories import ENDPOINT, KEY, PART, POLICY, SWITCH, TWIN, called, hours, idle_story, look, made
from tests.support.switch_timeline import SwitchTimeline


def announced() -> SwitchTimeline:
    """The endpoint was announced at eight o'clock."""
    day = idle_story()
    made(day, ENDPOINT, instances=3)
    look(day)
    day.expect_up()
    day.expect_told(f"idle/{KEY} idle announced: summaries planned")
    day.expect_on_call(f"idle/{KEY} idle announced: summaries planned")
    return day


def taken_down() -> SwitchTimeline:
    """And is gone since the next morning."""
    day = announced()
    hours(day, 24)
    day.expect_down(ENDPOINT)
    day.expect_told(f"idle/{KEY} engaged: summaries throttled")
    return day


def phase(day: SwitchTimeline, key: str = KEY) -> Phase | None:
    switch = day.world.place.connect().switches.get(ref_of(key), Level.IDLE)
    return switch.phase if switch else None


def test_it_is_announced_a_day_ahead_and_nothing_is_touched_before() -> None:
    day = idle_story()
    made(day, ENDPOINT, instances=3)
    look(day)
    (told,) = day.expect_told(f"idle/{KEY} idle announced: summaries planned")
    assert told.subject == f"[IDLE] {KEY} is idle: taken to zero at 2026-11-23 08:00 UTC"
    assert "no call for 48 hours or longer" in told.text
    assert f"spendplane release idle --key {KEY} --reason '...'" in told.text
    hours(day, 23)
    day.expect_up()
    day.expect_quiet()
    assert [call for call, _ in day.world.fleet.calls if call != "observe"] == []


@pytest.mark.parametrize(
    ("runs", "said"),
    [
        ((("ml.g5.xlarge", 3),), "$4.23 an hour (3 ml.g5.xlarge)"),
        ((("ml.g5.xlarge", 1), ("ml.m5.xlarge", 2)), "$1.87 an hour (1 ml.g5.xlarge, 2 ml.m5.xlarge)"),
        (
            (("ml.g5.xlarge", 1), ("ml.x9.large", 1)),
            "at a price that is not known (1 ml.g5.xlarge, 1 ml.x9.large)",
        ),
        ((), "no price of its own: it runs on the instances of its endpoint"),
    ],
)
def test_the_notices_say_what_it_costs_an_hour(runs: tuple[tuple[str, int], ...], said: str) -> None:
    day = idle_story()
    made(day, ENDPOINT, instances=3)
    day.world.activities.instances[ENDPOINT.arn] = runs
    look(day)
    (told,) = day.expect_told(f"idle/{KEY} idle announced: summaries planned")
    assert f"Goes down   vanishing summaries [staging]: {said}\n" in told.text
    hours(day, 24)
    (told,) = day.expect_told(f"idle/{KEY} engaged: summaries throttled")
    assert f"Down        vanishing summaries [staging]: instances 3 -> 0; {said}\n" in told.text


def test_then_it_is_taken_to_zero_with_its_undo_and_production_is_not() -> None:
    day = taken_down()
    grip = day.world.place.connect().switches.grips([ENDPOINT.key])[ENDPOINT.key]
    assert grip.before == {"instances": 3}
    assert grip.holders == {SWITCH}
    assert [entry.kind for entry in day.audit(SWITCH)] == ["announce", "engage", "undo stored", "results"]
    hours(day, 72)
    day.expect_down(ENDPOINT)
    day.expect_quiet()
    assert {key for call, key in day.world.fleet.calls if call != "observe"} == {ENDPOINT.key}
    assert day.world.place.connect().switches.standings(PROJECT, day.world.now) == []


def test_a_call_before_the_hour_withdraws_it() -> None:
    day = announced()
    hours(day, 20)
    called(day, ENDPOINT)
    hours(day, 20)
    day.expect_up()
    day.expect_quiet()
    assert phase(day) is Phase.OFF
    hours(day, 30)
    day.expect_told(f"idle/{KEY} idle announced: summaries planned")
    hours(day, 25)
    day.expect_down(ENDPOINT)


def test_a_release_brings_it_back_as_it_was_and_holds() -> None:
    day = taken_down()
    answer = day.release("idle", key=KEY)
    assert answer["ok"]
    day.expect_up()
    (told,) = day.expect_told(f"idle/{KEY} released: summaries restored")
    assert "not taken down again for good" in told.text
    hours(day, 200)
    day.expect_up()
    day.expect_quiet()


def test_a_release_until_then_begins_anew() -> None:
    day = taken_down()
    day.release("idle", key="summaries", until=at("2026-11-25T12:00:00+00:00"))
    day.expect_up()
    day.expect_told(f"idle/{KEY} released: summaries restored")
    day.at("2026-11-25 11:59").round().expect_quiet()
    day.at("2026-11-25 12:01").round().expect_up()
    day.expect_told(f"idle/{KEY} idle announced: summaries planned")
    hours(day, 25)
    day.expect_down(ENDPOINT)


def test_a_release_of_what_is_only_announced_keeps_it_up() -> None:
    day = announced()
    day.release("idle", key=KEY)
    hours(day, 72)
    day.expect_up()
    day.expect_quiet()
    assert phase(day) is Phase.HELD


def test_a_component_goes_to_zero_and_comes_back() -> None:
    day = idle_story()
    made(day, PART, copies=2, scaling=4)
    look(day)
    hours(day, 24)
    day.expect_down(PART)
    day.turn(PART, copies=1)
    day.round(minutes=10).expect_down(PART)
    day.release("idle", key="writer")
    assert day.world.fleet.states[PART.key] == {"copies": 1, "scaling": 4}


def test_observe_says_what_it_would_do_once() -> None:
    day = idle_story(policy=replace(POLICY, mode="observe"))
    made(day, ENDPOINT, instances=3)
    day.world.activities.instances[ENDPOINT.arn] = (("ml.g5.xlarge", 1),)
    look(day)
    (told,) = day.expect_told(f"idle/{KEY} refused (observe): summaries planned")
    assert "$1.41 an hour (1 ml.g5.xlarge)" in told.text
    day.world.activities.instances[ENDPOINT.arn] = (("ml.g5.xlarge", 2),)  # its scaling is no news
    assert told.subject == f"[OBSERVE] {KEY} is idle: it would be taken to zero (observe mode)"
    hours(day, 72)
    day.expect_up()
    day.expect_quiet()
    day.world.idle = POLICY
    hours(day, 2)
    day.expect_told(f"idle/{KEY} idle announced: summaries planned")


def test_without_the_setting_nothing_happens_and_what_is_down_comes_back() -> None:
    day = taken_down()
    day.world.idle = None
    hours(day, 1)
    day.expect_up()
    (told,) = day.expect_told(f"idle/{KEY} released: summaries restored")
    assert "budgets.yaml does not say `idle` any more" in told.text
    hours(day, 100)
    day.expect_quiet()


@pytest.mark.parametrize(
    "tags",
    [
        {"environment": "production"},
        {"environment": ...},
        {"environment": "Staging"},
        {"project": ...},
        {"exempt": "2026-12-31"},
        {"application": "spendplane"},
    ],
)
def test_what_is_protected_is_never_announced(tags: dict[str, str]) -> None:
    day = idle_story()
    made(day, target("other", VANISHING, **tags), instances=3)
    hours(day, 100)
    day.expect_up()
    day.expect_quiet()


def test_an_exemption_after_the_announcement_counts() -> None:
    day = announced()
    day.tag(ENDPOINT, **{"spendplane:exempt": "2026-12-01"})
    hours(day, 48)
    day.expect_up()
    day.expect_quiet()
    assert "exempt until 2026-12-01" in day.audit(SWITCH)[-1].detail["reason"]


def test_the_young_and_the_silent_are_left_alone() -> None:
    day = idle_story()
    made(day, ENDPOINT, since=day.world.now - timedelta(hours=50), instances=3)
    made(day, PART, copies=2)
    day.world.activities.unreported.add(PART.arn)
    hours(day, 21)
    day.expect_quiet()
    hours(day, 2)
    day.expect_told(f"idle/{KEY} idle announced: summaries planned")


def test_too_many_at_once_are_left_to_a_person() -> None:
    day = idle_story()
    for number in range(21):
        day.world.activities.instances[made(day, target(f"e{number:02d}", VANISHING), instances=1).arn] = (
            ("ml.g5.xlarge", 1),
        )
    hours(day, 3)
    (told,) = day.expect_told("idle refused (refuse): " + ", ".join(f"e{number:02d} planned" for number in range(21)))
    assert "21 idle at once are more than the 20 that may be taken down" in told.text
    assert "vanishing e00 [staging]: $1.41 an hour (1 ml.g5.xlarge)" in told.text
    assert "spendplane kill show" not in told.text
    hours(day, 12)
    day.expect_up()
    day.expect_quiet()


def test_an_order_of_a_person_needs_no_announcement_and_is_protected_all_the_same() -> None:
    day = idle_story()
    made(day, ENDPOINT, instances=3)
    called(day, ENDPOINT)
    assert day.engage("idle", key="summaries")["ok"]
    day.expect_down(ENDPOINT)
    day.engage("idle", key="summaries-live")
    assert TWIN.key in day.world.fleet.states


def test_a_slip_of_the_key_holds_off_nothing() -> None:
    day = announced()
    answer = day.release("idle", key="sumaries")
    assert answer["error"] == "no endpoint or component `sumaries` has tags or a switch"
    assert KEY in answer["mend"]
    assert KEY in day.release("idle")["mend"]
    assert phase(day) is Phase.ANNOUNCED


def test_a_budget_and_idleness_hold_the_same_component_down() -> None:
    day = idle_story()
    day.deploy(staging(10))
    made(day, PART, copies=2)
    look(day)
    hours(day, 24)
    day.expect_down(PART)
    day.spend("12")
    day.kill_switch().round()
    day.release("idle", key="writer")
    day.expect_down(PART)
    day.release("staging")
    day.expect_up()
