"""One look at one switch: what is stored before it acts, what it asks for, and what the audit keeps of it."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from spendplane.adapters.dynamodb.switch_items import audit_to_item
from spendplane.adapters.memory.fleet import VANISHING
from spendplane.application.ports import BusyError
from spendplane.application.switch_audit import MAX_LIST_BYTES, decision
from spendplane.application.switches import AuditEntry
from spendplane.domain.budgets import Budget
from spendplane.domain.limits import Limits
from spendplane.domain.periods import Period
from spendplane.domain.switches import Level, Phase
from tests.support.builders import at, budget, ref
from tests.support.crashing import AFTER, Crash, Tripwire
from tests.support.fleets import PROJECT, ROLE, staging, target
from tests.support.switch_timeline import SwitchTimeline
from tests.support.world import World

DAILY = staging(10, period=Period.DAILY)
SWITCH = "throttle/staging/d2026-11-22"
AGENT, CHAT = target("agent"), target("chat", VANISHING)


def over(*budgets: Budget, usd: str = "12") -> SwitchTimeline:
    """At nine o'clock the budget is over; the kill switch has not heard of it."""
    day = SwitchTimeline(World(now=at("2026-11-22T09:00:00+00:00")))
    day.deploy(*(budgets or (DAILY,)))
    day.add(AGENT, reserved=10)
    day.spend(usd)
    return day


def engaged(*budgets: Budget) -> SwitchTimeline:
    return over(*budgets).kill_switch().expect_down(AGENT)


def kinds(entries: list[AuditEntry]) -> list[str]:
    return [entry.kind for entry in entries]


def test_the_audit_of_a_day_has_every_decision_with_its_inputs_plan_undo_and_results() -> None:
    day = over()
    day.add(target("odd", environment="qa"), reserved=1)
    day.kill_switch().at("10:00").release("staging", reason="the demo")
    audit = day.audit(SWITCH)
    assert kinds(audit) == ["engage", "undo stored", "results", "hold", "release", "restoring", "results"]
    assert [entry.at for entry in audit] == sorted(entry.at for entry in audit)
    decided, undo, results, word, leaving, restoring, back = (entry.detail for entry in audit)
    assert (decided["on"], decided["by"], decided["reason"]) == (True, "spendplane", "$12.00 of $10.00 (120.0 %)")
    assert (decided["generation"], decided["phase_before"]) == (1, "due")
    assert decided["counter"] == {"spent_usd": "12", "tokens": 1250, "requests": 1}
    assert decided["budget"] == {
        "id": "staging", "revision": 1, "mode": "enforce", "on_soft_limit": "notify", "on_hard_limit": "throttle",
        "match": {"project_id": [PROJECT], "environment": ["staging"]}, "per": None, "limit_usd": "10",
        "limit_tokens": None, "limit_requests": None,
    }  # fmt: skip
    assert {item["name"]: item["tags"]["environment"] for item in decided["found"]} == {"agent": "staging", "odd": "qa"}
    assert [item["name"] for item in decided["plan"]["targets"]] == ["agent"]
    assert decided["plan"]["refused"][0]["reason"].startswith("its environment 'qa' is protected or unknown")
    assert undo == {"target": AGENT.key, "before": {"reserved": 10}, "attempts": 0, "note": None}
    assert results["targets"] == [
        {"target": AGENT.key, "kind": AGENT.kind, "name": "agent", "status": "throttled", "detail": "reserved 10 -> 0",
         "before": {"reserved": 10}, "after": {"reserved": 0}},
    ]  # fmt: skip
    assert word == {
        "by": "ann", "reason": "the demo", "phase_before": "on", "until": None, "extend_usd": None
    }  # fmt: skip
    assert (leaving["on"], leaving["by"], leaving["releasing"]) == (False, "ann", [AGENT.key])
    assert restoring == {"target": AGENT.key, "to": {"reserved": 10}}
    assert (back["phase"], back["targets"][0]["status"]) == ("held", "restored")
    assert json.loads(json.dumps([entry.detail for entry in audit])) == [entry.detail for entry in audit]


QUIET: dict[str, Callable[[SwitchTimeline], object]] = {
    "on": lambda day: day.kill_switch(),
    "on, with one that was down already": lambda day: (day.add(target("zero"), reserved=0), day.kill_switch()),
    "on, with one that the search still finds": lambda day: (
        day.world.fleet.resources.setdefault("gone", target("gone")), day.kill_switch(),
    ),
    "on, with one that was given up": lambda day: (day.iam_refuses("throttle"), day.kill_switch(), day.rounds(5)),
    "refused": lambda day: (day.delete(AGENT), day.kill_switch()),
    "observing": lambda day: (day.deploy(replace(DAILY, mode="observe")), day.kill_switch()),
    "held": lambda day: (day.kill_switch(), day.release("staging")),
    "held by dollars": lambda day: (day.kill_switch(), day.release("staging", extend_usd="50")),
    "stuck on its way back": lambda day: (
        day.kill_switch(), day.iam_refuses("restore"), day.release("staging"), day.rounds(5)
    ),
    "off": lambda day: (day.kill_switch(), day.deploy(), day.round(1)),
    "over the cap": lambda day: (
        [day.add(target(f"w-{number}"), reserved=1) for number in range(25)], day.kill_switch(),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", QUIET)
def test_a_quiet_round_writes_nothing_into_the_audit_and_tells_nobody(name: str) -> None:
    day = over()
    QUIET[name](day)
    told, audit = len(day.world.announced()), day.audit(SWITCH)
    day.rounds(12)
    assert day.audit(SWITCH) == audit
    assert len(day.world.announced()) == told
    assert audit != []


def test_a_persons_word_is_kept_whatever_follows_from_it() -> None:
    day = engaged()
    day.at("09:01").engage("staging", max_targets=3)
    day.at("09:02").release("staging")
    day.at("09:03").release("staging", until=at("2026-11-22T12:00:00+00:00"), extend_usd="5.5")
    day.at("09:04").engage("staging")
    audit = day.audit(SWITCH)
    words = [(entry.at.minute, entry.kind, entry.detail["by"]) for entry in audit if entry.kind in {"order", "hold"}]
    assert words == [(1, "order", "ann"), (2, "hold", "ann"), (3, "hold", "ann"), (4, "order", "ann")]
    orders = [entry.detail for entry in audit if entry.kind == "order"]
    assert [item["max_targets"] for item in orders] == [3, None]
    holds = [(item.detail["until"], item.detail["extend_usd"]) for item in audit if item.kind == "hold"]
    assert holds == [(None, None), ("2026-11-22T12:00:00+00:00", "5.5")]


def test_a_word_is_stored_before_anything_follows_from_it() -> None:
    """The process dies right after that: the next round heeds the word."""
    day = engaged()
    day.at("09:10")
    wire = Tripwire(3, AFTER)
    with pytest.raises(Crash):
        day.world.process(wire.wrap).orders()(
            {"command": "release", "budget_id": "staging", "by": "ann", "reason": "why"}, day.world.now
        )
    assert wire.calls[2:] == ["switches.lease", "switches.note"]
    day.rounds(2).expect_up()
    assert kinds(day.audit(SWITCH))[3:] == ["hold", "release", "restoring", "results"]


def test_a_word_has_its_speaker_also_below_the_limit() -> None:
    day = over(usd="5")
    day.engage("staging")
    day.expect_down(AGENT)
    day.release("staging")
    day.expect_up()
    told = day.expect_told("staging engaged: agent throttled", "staging released: agent restored")
    assert [item.machine["by"] for item in told] == ["ann", "ann"]


def test_the_decision_is_stored_before_anything_is_touched() -> None:
    day = over()
    seen: list[Any] = []
    stores = day.world.place.connect()

    def hear(call: str, _: object) -> None:
        if call == "throttle":
            switch = stores.switches.get(ref(DAILY, day.world.now), Level.THROTTLE)
            assert switch is not None
            seen.append(
                (switch.phase, switch.held, kinds(day.audit(SWITCH)), stores.switches.standings(PROJECT, day.world.now))
            )

    day.world.fleet.before_call = hear
    day.kill_switch()
    ((phase, held, audit, standings),) = seen
    assert (phase, held) == (Phase.ON, {AGENT.key})
    assert audit == ["engage", "undo stored"]
    assert [item.switch_id for item in standings] == [SWITCH], "who serves models is asked first"


def asked(day: SwitchTimeline, project: str = PROJECT) -> list[str]:
    return [item.switch_id for item in day.world.place.connect().switches.standings(project, day.world.now)]


def test_what_is_asked_follows_the_selector() -> None:
    both = budget("b", 10, match={"project_id": (PROJECT, "second")}, mode="enforce")
    day = engaged(both)
    assert asked(day) == asked(day, "second") == ["throttle/b/m2026-11-01"]
    day.deploy(replace(both, match=(("project_id", ("second", PROJECT)),))).round(1)
    day.deploy(replace(both, match=(("project_id", (PROJECT,)),))).round(1)
    assert (asked(day), asked(day, "second")) == (["throttle/b/m2026-11-01"], [])
    day.deploy(replace(both, match=())).round(1)
    assert asked(day, "anybody") == ["throttle/b/m2026-11-01"], "no project: everybody is asked"
    day.deploy().round(1)
    assert asked(day, "anybody") == asked(day) == []


def test_what_is_asked_of_one_user() -> None:
    day = over(staging(5, "per-user", per="user_id"))
    day.add(target("shared", ROLE), allowed=1)
    day.kill_switch()
    (standing,) = day.world.place.connect().switches.standings(PROJECT, day.world.now)
    assert standing.match["user_id"] == ["employee-452"]
    assert standing.until == at("2026-12-01T00:00:00+00:00")


@pytest.mark.parametrize("level", Level)
def test_a_process_that_dies_right_after_asking_leaves_nothing_asked_for(level: Level) -> None:
    """The limit is raised before the next look."""
    of = replace(DAILY, on_soft_limit="degrade")
    day = over(of, usd="12" if level is Level.THROTTLE else "9")
    event = day.world.bus.published[-1]
    wire = Tripwire()
    probe = over(of, usd="12" if level is Level.THROTTLE else "9").world
    probe.process(wire.wrap).orders()({"detail-type": event.detail_type, "detail": event.detail}, probe.now)
    cut = Tripwire(wire.calls.index("switches.stand"), AFTER)
    with pytest.raises(Crash):
        day.world.process(cut.wrap).orders()({"detail-type": event.detail_type, "detail": event.detail}, day.world.now)
    assert asked(day) == [f"{level}/staging/d2026-11-22"]
    day.deploy(replace(of, limits=Limits(usd=budget(usd=99).limits.usd))).rounds(2).expect_up()
    assert asked(day) == []


def cut_after(call: str, make: Callable[[], SwitchTimeline]) -> SwitchTimeline:
    """A day on which the next round dies right after its first call of this kind."""

    def run(wire: Tripwire) -> SwitchTimeline:
        day = make()
        day.world.now += timedelta(minutes=1)
        with suppress(Crash):
            day.world.process(wire.wrap).orders()({"command": "reconcile"}, day.world.now)
        return day

    run(whole := Tripwire())
    return run(Tripwire(whole.calls.index(call), AFTER))


def test_what_is_not_asked_any_more_is_taken_back_also_after_a_crash() -> None:
    both = budget("b", 10, match={"project_id": (PROJECT, "second")}, mode="enforce")

    def make() -> SwitchTimeline:
        day = engaged(both)
        day.add(target("other"), reserved=1)  # so that there is something to decide
        day.deploy(replace(both, match=(("project_id", (PROJECT,)),)))
        return day

    day = cut_after("switches.note", make)
    assert asked(day, "second") == ["throttle/b/m2026-11-01"]
    day.rounds(2)
    assert (asked(day), asked(day, "second")) == (["throttle/b/m2026-11-01"], [])


def test_what_was_asked_for_without_any_target_in_hand_is_taken_back_also_after_a_crash() -> None:
    def make() -> SwitchTimeline:
        day = over()
        day.turn(AGENT, reserved=0).kill_switch()
        assert asked(day) == [SWITCH]
        day.deploy(replace(DAILY, mode="observe"))
        return day

    day = cut_after("switches.note", make)
    day.deploy().rounds(2)
    assert asked(day) == []


def test_a_target_that_somebody_deletes_and_makes_anew_is_told_of_again() -> None:
    day = engaged()
    day.add(other := target("other"), reserved=1)
    day.round(1).delete(AGENT).round(1)
    day.expect_told(
        "staging 80", "staging 100", "staging engaged: agent throttled", "staging engaged: other throttled",
        "staging released: agent left",
    )  # fmt: skip
    day.add(AGENT, reserved=2)
    day.round(1).expect_down(AGENT, other)
    day.expect_told("staging engaged: agent throttled")


def test_a_round_searches_once_and_twice_only_for_what_is_nowhere_to_be_found() -> None:
    day = engaged()
    day.add(CHAT, instances=3)
    day.round(1)

    def searches() -> int:
        day.world.now += timedelta(minutes=1)
        wire = Tripwire()
        day.world.process(wire.wrap).orders()({"command": "reconcile"}, day.world.now)
        return wire.calls.count("fleet.find")

    assert searches() == 1, "what throttling deletes need not be found"
    day.tag(AGENT, project="another")
    assert searches() == 2
    assert searches() == 1
    day.expect_down(CHAT)


def test_degrading_stops_when_the_mode_becomes_observe_and_begins_again_after_it() -> None:
    of = replace(DAILY, on_soft_limit="degrade")
    day = over(of, usd="9").kill_switch()
    day.expect_told("staging 80", "staging degrade requested")
    day.deploy(replace(of, mode="observe")).rounds(3)
    day.expect_told("staging refused (observe)", "staging degrade ended")
    assert asked(day) == []
    day.deploy(of).rounds(6)
    day.expect_told("staging degrade requested")
    assert asked(day) == ["degrade/staging/d2026-11-22"]
    day.deploy().rounds(2)
    day.expect_told("staging degrade ended")


def test_another_reason_for_a_refusal_is_told_again() -> None:
    day = over()
    day.delete(AGENT).kill_switch()
    day.expect_told("staging 80", "staging 100", "staging refused (refuse)")
    for number in range(21):
        day.add(target(f"w-{number:02}"), reserved=1)
    day.rounds(6)
    (told,) = day.expect_told(
        "staging refused (refuse): " + ", ".join(f"w-{number:02} planned" for number in range(21))
    )
    assert "21 targets are more than the 20" in told.text
    for number in range(2):
        day.delete(target(f"w-{number:02}"))
    day.rounds(6)
    assert day.expect_alerts("staging engaged: " + ", ".join(f"w-{number:02} throttled" for number in range(2, 21)))


def test_what_cannot_be_turned_down_is_said_also_of_one_that_came_later() -> None:
    day = engaged()
    day.expect_told("staging 80", "staging 100", "staging engaged: agent throttled")
    late = day.add(target("late"), reserved=1)
    day.iam_refuses("observe", of=late).rounds(3)
    day.expect_told("staging refused (failed): late failed")
    day.iam_refuses().round(1).expect_down(AGENT, late)
    day.expect_told("staging engaged: late throttled")


def test_a_target_is_told_of_once_also_when_it_went_and_came_back_into_the_selection() -> None:
    """Retagged while its way back was busy: it never came up, so there is nothing new to say."""
    day = engaged()
    day.add(other := target("other"), reserved=1)
    day.round(1)
    day.expect_told("staging 80", "staging 100", "staging engaged: agent throttled", "staging engaged: other throttled")
    day.tag(AGENT, environment="test")
    day.is_busy("restore", minutes=2).round(1)
    day.tag(AGENT, environment="staging")
    day.rounds(3).expect_down(AGENT, other)
    day.expect_quiet()


def test_a_busy_bus_delays_the_word_and_not_the_action() -> None:
    day = over()
    day.expect_told("staging 80", "staging 100")
    day.break_bus()
    day.round(2).expect_down(AGENT)
    day.expect_quiet()
    assert day.release("staging")["figures"]["TargetsRestored"] == 1, "a person is told what was done"
    day.expect_up()
    day.mend_bus()
    day.at("09:05").sweep()
    day.expect_told("staging engaged: agent throttled", "staging released: agent restored")


def test_a_kind_that_is_not_known_any_more_stops_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    day = over()
    day.add(CHAT, instances=3)
    day.kill_switch()
    day.expect_told("staging 80", "staging 100", "staging engaged: agent throttled, chat throttled")
    actuator = day.world.fleet.actuator

    def known(kind: str) -> Any:
        if kind == VANISHING:
            raise KeyError(kind)
        return actuator(kind)

    monkeypatch.setattr(day.world.fleet, "actuator", known)
    day.add(other := target("other"), reserved=1)
    day.rounds(2).expect_down(AGENT, CHAT, other)
    (told,) = day.expect_told("staging engaged: other throttled, chat failed")
    assert "this release knows no vanishing; see to it by hand" in told.text
    monkeypatch.undo()
    day.release("staging")
    day.expect_up()


def test_a_busy_store_gives_the_lease_back() -> None:
    day = over()
    wire = Tripwire(day_calls().index("ledger.counters"), "busy")
    event = day.world.bus.published[-1]
    with pytest.raises(BusyError):
        day.world.process(wire.wrap).orders()({"detail-type": event.detail_type, "detail": event.detail}, day.world.now)
    assert day.world.place.connect().switches.lease(
        ref(DAILY, day.world.now), Level.THROTTLE, day.world.now, day.world.now + timedelta(seconds=1)
    )  # fmt: skip


def day_calls() -> list[str]:
    day, wire = over(), Tripwire()
    event = day.world.bus.published[-1]
    day.world.process(wire.wrap).orders()({"detail-type": event.detail_type, "detail": event.detail}, day.world.now)
    return wire.calls


def test_a_hot_budget_is_read_from_all_of_its_shards() -> None:
    day = over(replace(DAILY, shards=8), usd="1")
    for _ in range(8):
        day.spend("1")
    day.kill_switch().expect_up()
    day.spend("1")
    day.kill_switch().expect_down(AGENT)


def test_thousands_of_resources_fit_into_the_audit() -> None:
    day = over(budget("all", 10, mode="enforce"))
    for number in range(3_000):
        tags = {f"tag-{index}": "𝔘" * 256 for index in range(3)} if number % 100 == 0 else {}
        day.world.fleet.add(target(f"live-{number}", environment="production", **tags), reserved=1)
    day.kill_switch()
    audit = day.audit("throttle/all/m2026-11-01")
    assert kinds(audit) == ["engage", "undo stored", "results"]
    found = audit[0].detail
    assert len(found["found"]) + found["found_more"] == 3_001
    assert len(found["plan"]["refused"]) + found["plan"]["refused_more"] == 3_000
    assert [item["name"] for item in found["plan"]["targets"]] == ["agent"]
    assert len(json.dumps(found["found"])) <= MAX_LIST_BYTES
    assert all(len(json.dumps(audit_to_item(entry))) < 390_000 for entry in audit)


def test_a_decision_without_a_budget_or_plan_can_be_kept() -> None:
    day = engaged()
    day.deploy().round(1)
    entry = day.audit(SWITCH)[-3]
    assert (entry.kind, entry.detail["budget"], entry.detail["releasing"]) == ("release", None, [AGENT.key])
    assert decision.__doc__
