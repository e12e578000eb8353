"""What becomes of single targets of the kill switch, as timelines."""

from dataclasses import replace

from spendplane.domain.periods import Period
from spendplane.domain.targets import EXEMPT_TAG
from tests.support.builders import at, budget
from tests.support.fleets import PROJECT, ROLE, staging, target
from tests.support.switch_stories import AGENT, CHAT, DAILY, SWITCH, engaged, over, story
from tests.support.switch_timeline import SwitchTimeline
from tests.support.world import World


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
