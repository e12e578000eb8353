"""What people say to the kill switch, and do to what it holds, as timelines."""

from tests.support.builders import at
from tests.support.fleets import target
from tests.support.switch_stories import AGENT, engaged, over, story


def test_a_person_who_turns_it_back_on_wins_in_the_end_and_on_call_hears_of_it() -> None:
    day = engaged()
    for _ in range(3):
        day.turn(AGENT, reserved=7).round(minutes=1).expect_down(AGENT)
        day.expect_quiet()
    day.turn(AGENT, reserved=8).round(minutes=1).expect_up()
    (told,) = day.expect_told("staging refused (escalated): agent escalated")
    assert "turned back on by somebody else, 3 times; it is left to a person" in told.text
    day.expect_on_call("staging refused (escalated): agent escalated")
    day.rounds(5).expect_up()
    day.expect_quiet()
    day.at("2026-11-23 00:00").round().expect_up()
    (told,) = day.expect_told("staging released: agent left")
    assert "changed by somebody meanwhile, not overwritten: reserved" in told.text


def test_what_a_person_set_meanwhile_is_what_comes_back() -> None:
    day = engaged()
    day.turn(AGENT, reserved=7).round(minutes=1).expect_down(AGENT)
    day.at("2026-11-23 00:00").round().expect_up()
    day.expect_told("staging released: agent restored")


def test_a_release_by_a_person_holds_although_the_budget_stays_over() -> None:
    day = engaged()
    answer = day.release("staging", until=at("2026-11-22T12:00:00+00:00"))
    assert [(item["phase"], item["on"]) for item in answer["switches"]] == [("held", False)]
    (told,) = day.expect_up().expect_told("staging released: agent restored")
    assert "By          ann" in told.text
    assert "until 2026-11-22 12:00 UTC" in told.text
    day.spend("5")
    day.kill_switch().rounds(90).expect_up()
    day.at("11:59").round().expect_up()
    day.expect_quiet()
    day.at("12:00").round().expect_down(AGENT)
    day.expect_told("staging engaged: agent throttled")


def test_a_release_without_an_end_holds_until_the_period_ends() -> None:
    day = engaged()
    day.release("staging")
    day.expect_told("staging released: agent restored")
    for hour in range(10, 24):
        day.at(f"{hour}:00").spend("5")
        day.kill_switch().round().expect_up()
    day.expect_quiet()
    day.at("2026-11-23 00:00").round()
    day.spend("10")
    day.kill_switch().expect_down(AGENT)
    day.expect_told("staging 80", "staging 100", "staging engaged: agent throttled")


def test_a_release_in_advance_holds_as_well() -> None:
    day = story()
    day.add(AGENT, reserved=10)
    day.release("staging")
    day.at("09:00").spend("12")
    day.kill_switch().rounds(3).expect_up()
    day.expect_told("staging 80", "staging 100")


def test_an_extension_ends_where_it_is_spent() -> None:
    day = engaged()
    day.release("staging", extend_usd="5")
    day.expect_up().expect_told("staging released: agent restored")
    day.at("10:00").spend("2.99")
    day.kill_switch().rounds(3).expect_up()
    day.at("10:05").spend("0.01")
    day.round(minutes=1).expect_down(AGENT)
    (told,) = day.expect_told("staging engaged: agent throttled")
    assert "$15.00 of $15.00 (100.0 %), the $5.00 granted by ann included" in told.text


def test_too_many_targets_are_left_to_a_person_who_may_allow_them() -> None:
    day = story()
    many = [day.add(target(f"worker-{number:02}"), reserved=number) for number in range(1, 22)]
    day.at("09:00").spend("12")
    day.expect_told("staging 80", "staging 100")
    day.kill_switch().rounds(10).expect_up()
    (told,) = day.expect_alerts("staging refused (refuse): " + ", ".join(f"{item.name} planned" for item in many) + "")
    assert "21 targets are more than the 20" in told.text
    assert "--max-targets 21" in told.text
    answer = day.engage("staging", max_targets=21)
    assert answer["figures"]["TargetsThrottled"] == 21
    day.expect_down(*many)
    day.rounds(3).expect_down(*many)


def test_what_appears_over_the_cap_is_not_touched_and_people_hear_of_it() -> None:
    day = story()
    many = [day.add(target(f"worker-{number:02}"), reserved=number) for number in range(1, 21)]
    day.at("09:00").spend("12")
    day.kill_switch().expect_down(*many)
    day.expect_told(
        "staging 80", "staging 100",
        "staging engaged: " + ", ".join(f"{item.name} throttled" for item in many) + "",
    )  # fmt: skip
    day.add(target("worker-99"), reserved=9)
    day.rounds(3).expect_down(*many)
    (told,) = day.expect_told(
        "staging refused (refuse): worker-99 planned, " + ", ".join(f"{item.name} kept" for item in many)
    )
    assert "21 targets are more than the 20" in told.text
    assert "--max-targets 21" in told.text
    assert "no more throttled" in told.text


def test_a_release_that_is_refused_is_told_and_tried_until_it_succeeds() -> None:
    day = engaged()
    day.iam_refuses("restore")
    answer = day.release("staging")
    assert answer["switches"][0]["phase"] == "releasing"
    assert answer["figures"]["TargetsFailed"] == 1
    day.rounds(2).expect_down(AGENT)
    day.expect_told("staging refused (stuck): agent escalated")
    day.rounds(10).iam_refuses().round(minutes=1).expect_up()
    day.expect_told("staging released: agent restored")


def test_a_target_given_up_on_the_way_down_is_told_again_on_the_way_back() -> None:
    day = over().iam_refuses("throttle")
    day.kill_switch().rounds(10).expect_up()
    day.expect_told("staging refused (failed): agent failed", "staging refused (escalated): agent escalated")
    day.turn(AGENT, reserved=0).iam_refuses("restore").round(minutes=1)
    day.expect_told("staging engaged: agent throttled")
    day.release("staging")
    day.rounds(5)
    day.expect_told("staging refused (stuck): agent escalated")


def test_a_part_that_a_person_changed_is_reported_and_not_overwritten() -> None:
    day = story()
    day.add(AGENT, reserved=10, provisioned=2)
    day.at("09:00").spend("12")
    day.kill_switch().expect_down(AGENT)
    day.turn(AGENT, provisioned=4)
    day.owned[AGENT.key] = {"reserved": 10, "provisioned": 4}
    day.release("staging")
    day.expect_up()
    (told,) = day.expect_told(
        "staging 80", "staging 100", "staging engaged: agent throttled", "staging released: agent left"
    )[3:]  # fmt: skip
    assert "not overwritten: provisioned" in told.text
