"""The kill switch over a day, as timelines."""

from dataclasses import replace
from datetime import timedelta

from spendplane.adapters.memory.fleet import VANISHING
from spendplane.domain.periods import Period
from spendplane.domain.switches import Level
from spendplane.domain.targets import EXEMPT_TAG
from tests.support.builders import at, budget
from tests.support.fleets import PROJECT, ROLE, staging, target
from tests.support.switch_timeline import SwitchTimeline
from tests.support.world import World

AGENT, CHAT, LIVE = target("agent"), target("chat", VANISHING), target("checkout", environment="production")
DAILY = staging(10, period=Period.DAILY)
SWITCH = "throttle/staging/d2026-11-22"


def story(start: str = "2026-11-22T08:00:00+00:00") -> SwitchTimeline:
    day = SwitchTimeline(World(now=at(start)))
    day.deploy(DAILY)
    day.add(LIVE, reserved=200)
    return day


def over(usd: str = "12") -> SwitchTimeline:
    """The budget is over, the alerts were told, and the kill switch has not heard of it yet."""
    day = story()
    day.add(AGENT, reserved=10)
    day.at("09:00").spend(usd)
    day.expect_told("staging 80", "staging 100")
    return day


def engaged() -> SwitchTimeline:
    day = over().kill_switch().expect_down(AGENT)
    day.expect_told("staging engaged: agent throttled")
    return day


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


def test_a_deleted_target_that_somebody_made_anew_is_left_as_it_is() -> None:
    day = story()
    day.add(CHAT, instances=3)
    day.at("09:00").spend("12")
    day.kill_switch().expect_down(CHAT)
    day.add(CHAT, instances=1)
    day.release("staging")
    day.expect_up()
    day.expect_told(
        "staging 80", "staging 100", "staging engaged: chat throttled", "staging released: chat left"
    )  # fmt: skip


def test_a_target_that_somebody_deleted_is_gone() -> None:
    day = engaged()
    day.delete(AGENT).rounds(3).expect_up()
    day.release("staging")
    day.expect_told("staging released: agent left", "staging refused (refuse)")
    kinds = [entry.kind for entry in day.audit(SWITCH)]
    assert kinds == ["engage", "undo stored", "results", "results", "engage", "hold", "release"]


def test_an_exempt_target_is_left_alone_and_given_back_when_it_becomes_so() -> None:
    day = story()
    exempt = day.add(target("demo", exempt="2026-11-22"), reserved=5)
    agent, other = day.add(AGENT, reserved=10), day.add(target("batch"), reserved=1)
    day.at("09:00").spend("12")
    day.kill_switch().expect_down(agent, other)
    (told,) = day.expect_told(
        "staging 80", "staging 100", "staging engaged: agent throttled, batch throttled, demo refused"
    )[2:]  # fmt: skip
    assert "exempt until 2026-11-22" in told.text
    tagged = day.tag(agent, **{EXEMPT_TAG: "2026-11-22"})
    day.round(minutes=1).expect_down(other)
    (told,) = day.expect_told("staging released: agent restored")
    assert "exempt until 2026-11-22 by its tag" in told.text
    day.tag(tagged, **{EXEMPT_TAG: "2026-11-21"})
    day.round(minutes=1).expect_down(agent, other)
    (told,) = day.expect_told("staging engaged: agent throttled, demo refused")
    assert "ended on 2026-11-21" in told.text
    day.tag(exempt, **{EXEMPT_TAG: "2027-11-22"})
    day.round(minutes=1).expect_down(agent, exempt, other)
    (told,) = day.expect_told("staging engaged: demo throttled")
    assert "more than 90 days ahead" in told.text


def test_a_target_that_became_production_meanwhile_and_cannot_be_given_back_is_never_silent() -> None:
    day = engaged()
    day.tag(AGENT, environment="production")
    day.iam_refuses("restore", "throttle")
    day.round(minutes=1).round(minutes=1).expect_down(AGENT)
    (told,) = day.expect_told("staging refused (refuse)")
    assert "no resource carries its tags" in told.text
    day.round(minutes=1)
    (told,) = day.expect_told("staging refused (stuck): agent escalated")
    assert "AccessDenied" in told.text
    day.expect_on_call("staging refused (stuck): agent escalated")
    day.rounds(10).expect_down(AGENT)
    day.expect_quiet()
    day.iam_refuses().round(minutes=1).expect_up()
    day.expect_told("staging released: agent restored")


def test_a_target_that_moves_elsewhere_while_it_is_down_is_given_back() -> None:
    day = engaged()
    other = day.add(target("batch"), reserved=1)
    day.round(minutes=1).expect_down(AGENT, other)
    day.expect_told("staging engaged: batch throttled")
    day.tag(AGENT, project="another")
    day.tag(other, environment="development")
    day.turn(other, reserved=4).round(minutes=1).expect_up()
    told = day.expect_told("staging refused (refuse)", "staging released: agent restored, batch left")[1]
    assert "not overwritten: reserved" in told.text


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


def test_an_endpoint_that_is_busy_for_a_while_is_waited_for() -> None:
    day = over().is_busy("throttle", minutes=25)
    day.kill_switch().rounds(24).expect_up()
    day.expect_told("staging refused (failed): agent failed")
    day.rounds(2).expect_down(AGENT)
    day.expect_told("staging engaged: agent throttled")


def test_an_endpoint_that_is_busy_for_ever_is_given_up() -> None:
    day = over().is_busy("throttle", minutes=600)
    day.kill_switch().rounds(33).expect_up()
    day.expect_told("staging refused (failed): agent failed", "staging refused (escalated): agent escalated")


def test_a_late_event_of_a_closed_period_never_throttles() -> None:
    day = story()
    day.add(AGENT, reserved=10)
    day.at("2026-11-23 06:00").spend("12", ago=timedelta(hours=12))
    day.expect_told("staging 80 late", "staging 100 late")
    day.kill_switch().rounds(5).expect_up()
    assert day.world.place.connect().switches.get(next(iter(day.world.counters())), Level.THROTTLE) is None


def test_a_new_resource_with_the_tags_is_throttled_and_told_of() -> None:
    day = engaged()
    other = day.add(target("agent-2"), reserved=3)
    day.round(minutes=1).expect_down(AGENT, other)
    day.expect_told("staging engaged: agent-2 throttled")
    day.rounds(3).expect_down(AGENT, other)
    day.expect_quiet()


def test_what_somebody_turned_down_already_stays_so() -> None:
    day = story()
    day.add(AGENT, reserved=0)
    day.at("09:00").spend("12")
    day.kill_switch()
    day.expect_told("staging 80", "staging 100", "staging engaged: agent already")
    day.rounds(3).release("staging")
    day.expect_told("staging released")
    assert day.world.fleet.states[AGENT.key] == {"reserved": 0}
    assert {call for call, _ in day.world.fleet.calls} == {"observe"}


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


def test_a_budget_per_user_stops_one_session_and_leaves_the_others() -> None:
    day = SwitchTimeline(World(now=at("2026-11-22T08:00:00+00:00")))
    day.deploy(staging(5, "per-user", per="user_id", period=Period.DAILY))
    shared = day.add(target("shared", ROLE), allowed=1)
    day.add(AGENT, reserved=10)
    ann, ben = (replace(shared, scope=name) for name in ("ann", "ben"))
    day.at("09:00").spend("6", user_id="ann")
    day.spend("4", user_id="ben")
    day.kill_switch().expect_down(ann)
    day.expect_told(
        "per-user/ann 80", "per-user/ann 100", "per-user/ben 80", "per-user/ann engaged: shared#ann throttled"
    )
    day.at("10:00").spend("1", user_id="ben")
    day.kill_switch().expect_down(ann, ben)
    day.expect_told("per-user/ben 100", "per-user/ben engaged: shared#ben throttled")
    day.release("per-user", key="ann")
    day.expect_down(ben)
    day.expect_told("per-user/ann released: shared#ann restored")


def test_two_budgets_over_one_target_give_it_back_together() -> None:
    day = story()
    total = budget("total", 30, match={"project_id": PROJECT}, mode="enforce", period=Period.TOTAL)
    day.deploy(DAILY, total)
    day.add(AGENT, reserved=10)
    day.at("09:00").spend("30")
    day.kill_switch().expect_down(AGENT)
    day.at("2026-11-23 00:00").round().expect_down(AGENT)
    shared = "staging released: agent shared"
    assert day.expect_alerts(
        "staging 80", "staging 100", "total 80", "total 100", "staging engaged: agent throttled",
        "total engaged: agent throttled, checkout refused", shared,
    )[-1].text.count("still kept down by throttle/total/t") == 1  # fmt: skip
    day.release("total")
    day.expect_up()
    day.expect_told("total released: agent restored")


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
