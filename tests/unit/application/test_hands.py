"""One target, down and up again: the undo first, part by part, and what others do to it meanwhile."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spendplane.adapters.memory import MemoryStore
from spendplane.adapters.memory.fleet import VANISHING, MemoryActuator, MemoryFleet
from spendplane.application.fleet import Actuator, RefusedError
from spendplane.application.hands import PATIENCE, Hands, Outcome, Status
from spendplane.application.ports import BusyError, UnstorableError
from spendplane.application.switches import AuditEntry
from spendplane.domain.switches import Grip, GripPhase
from spendplane.domain.targets import Target
from tests.support.builders import NOW
from tests.support.crashing import Crash
from tests.support.fleets import ROLE, refusing, target

ONE, OTHER = "throttle/one/t", "throttle/other/t"
AGENT, CHAT, SHARED = target("agent"), target("chat", VANISHING), target("shared", ROLE)
ANN = replace(SHARED, scope="ann")
DENIED = RefusedError("AccessDenied")


@dataclass(slots=True)
class Bench:
    """Hands over a fleet in memory."""

    fleet: MemoryFleet = field(default_factory=MemoryFleet)
    store: MemoryStore = field(default_factory=MemoryStore)
    now: datetime = NOW

    @property
    def hands(self) -> Hands:
        return Hands(self.fleet, self.store, 3)

    def engage(self, target: Target = AGENT, switch: str = ONE) -> Outcome:
        return self.hands.engage(switch, target, self.now)

    def release(self, target: Target = AGENT, switch: str = ONE) -> Outcome:
        return self.hands.release(switch, target, self.now)

    def grip(self, target: Target = AGENT) -> Grip:
        return self.store.kept_grips[target.key]

    def state(self, target: Target = AGENT) -> dict[str, int | None] | None:
        return self.fleet.states.get(target.key)

    def changes(self) -> list[str]:
        return [call for call, _ in self.fleet.calls if call != "observe"]


@pytest.fixture
def bench() -> Bench:
    made = Bench()
    made.fleet.add(AGENT, reserved=10, provisioned=2)
    made.fleet.add(CHAT, instances=3, scaling=5)
    made.fleet.add(SHARED, allowed=1)
    return made


@pytest.mark.parametrize("target", [AGENT, CHAT, SHARED, ANN], ids=lambda item: item.label)
def test_down_and_up_again(bench: Bench, target: Target) -> None:
    before = bench.fleet.actuator(target.kind).observe(target)
    down = bench.engage(target)
    assert (down.status, down.before, down.since) == (Status.THROTTLED, before, NOW)
    assert bench.fleet.actuator(target.kind).observe(target) == down.after
    assert bench.grip(target).phase is GripPhase.THROTTLED
    assert bench.grip(target).holders == {ONE}
    up = bench.release(target)
    assert (up.status, up.after) == (Status.RESTORED, before)
    assert bench.fleet.actuator(target.kind).observe(target) == before
    assert not bench.grip(target).live


def test_a_session_is_not_the_role(bench: Bench) -> None:
    bench.engage(ANN)
    assert (bench.state(SHARED), bench.state(ANN)) == ({"allowed": 1}, {"allowed": 0})


def test_again_is_once(bench: Bench) -> None:
    bench.engage()
    calls, grip = bench.changes(), bench.grip()
    assert bench.engage().status is Status.KEPT
    assert (bench.changes(), bench.grip()) == (calls, grip)
    bench.release()
    calls, grip = bench.changes(), bench.grip()
    again = bench.release()
    assert (again.status, again.detail) == (Status.RESTORED, "as it was")
    assert (bench.changes(), bench.grip()) == (calls, grip)


def test_the_undo_is_stored_before_each_call(bench: Bench) -> None:
    seen: list[tuple[str, GripPhase, Any]] = []

    def hear(call: str, target: Target) -> None:
        grip = bench.store.kept_grips.get(target.key)
        if grip is not None:
            seen.append((call, grip.phase, grip.before))

    bench.fleet.before_call = hear
    before = {"reserved": 10, "provisioned": 2}
    bench.engage()
    assert seen == [("throttle", GripPhase.ENGAGING, before)] * 2
    seen.clear()
    bench.release()
    assert seen == [("observe", GripPhase.RESTORING, before), *[("restore", GripPhase.RESTORING, before)] * 2]


def test_the_audit_has_the_undo_and_the_way_back(bench: Bench) -> None:
    bench.engage()
    bench.now += timedelta(hours=1)
    bench.release()
    before = {"reserved": 10, "provisioned": 2}
    assert list(bench.store.audit(ONE)) == [
        AuditEntry(ONE, NOW, 2, "undo stored", {"target": AGENT.key, "before": before, "attempts": 0, "note": None}),
        AuditEntry(ONE, bench.now, 2, "restoring", {"target": AGENT.key, "to": before}),
    ]


def test_what_is_not_there_or_down_already_is_not_taken_in_hand(bench: Bench) -> None:
    assert bench.engage(target("nobody")).status is Status.GONE
    bench.fleet.add(AGENT, reserved=0, provisioned=0)
    outcome = bench.engage()
    assert (outcome.status, outcome.before) == (Status.ALREADY, None)
    assert bench.store.kept_grips == {}
    assert bench.changes() == []
    assert bench.release().status is Status.RESTORED
    assert bench.state() == {"reserved": 0, "provisioned": 0}


def test_two_switches_give_it_back_together(bench: Bench) -> None:
    bench.engage()
    assert bench.engage(switch=OTHER).status is Status.THROTTLED
    assert bench.engage(switch=OTHER).status is Status.KEPT
    shared = bench.release()
    assert (shared.status, shared.detail) == (Status.SHARED, f"still kept down by {OTHER}")
    assert bench.state() == {"reserved": 0, "provisioned": 0}
    assert bench.release().status is Status.SHARED, "again is once"
    assert bench.release(switch=OTHER).status is Status.RESTORED
    assert bench.state() == {"reserved": 10, "provisioned": 2}


def test_an_undo_keeps_the_tags_of_now(bench: Bench) -> None:
    bench.engage()
    bench.engage(replace(AGENT, tags={**AGENT.tags, "team": "growth"}), OTHER)
    assert bench.grip().target.tags["team"] == "growth"


def test_who_does_not_hold_it_cannot_give_it_back(bench: Bench) -> None:
    bench.engage()
    assert bench.release(switch=OTHER).status is Status.SHARED
    assert bench.release(target("never")).detail == "it was never turned down"
    assert bench.state() == {"reserved": 0, "provisioned": 0}


def test_what_a_person_turned_back_on_goes_down_again_with_a_new_undo(bench: Bench) -> None:
    bench.engage()
    bench.fleet.states[AGENT.key] = {"reserved": 7, "provisioned": 0}
    assert bench.engage().status is Status.THROTTLED
    assert (bench.grip().attempts, bench.grip().before) == (1, {"reserved": 7, "provisioned": 2})
    bench.release()
    assert bench.state() == {"reserved": 7, "provisioned": 2}


def test_after_so_many_times_it_is_left_to_the_person(bench: Bench) -> None:
    bench.engage()
    for _ in range(3):
        bench.fleet.states[AGENT.key] = {"reserved": 7, "provisioned": 7}
        assert bench.engage().status is Status.THROTTLED
    bench.fleet.states[AGENT.key] = {"reserved": 7, "provisioned": 7}
    calls = bench.changes()
    for _ in range(3):
        outcome = bench.engage()
        assert outcome.status is Status.ESCALATED
        assert outcome.detail == "turned back on by somebody else, 3 times; it is left to a person"
    assert bench.changes() == calls
    assert bench.release().status is Status.RESTORED, "it is as the undo says"
    assert bench.state() == {"reserved": 7, "provisioned": 7}


def test_a_person_who_turns_it_down_after_all_is_heeded(bench: Bench) -> None:
    bench.fleet.before_call = refusing(DENIED, "throttle")
    while bench.engage().status is not Status.ESCALATED:
        pass
    bench.fleet.states[AGENT.key] = {"reserved": 0, "provisioned": 0}
    assert bench.engage().status is Status.THROTTLED
    assert bench.grip().error is None
    bench.release()
    assert bench.state() == {"reserved": 10, "provisioned": 2}


def test_what_is_refused_is_tried_so_often_and_then_left(bench: Bench) -> None:
    bench.fleet.before_call = refusing(DENIED, "throttle")
    for attempt in range(1, 4):
        outcome = bench.engage()
        assert (outcome.status, outcome.detail) == (Status.FAILED, "AccessDenied")
        assert (bench.grip().attempts, bench.grip().error) == (attempt, "AccessDenied")
    outcome = bench.engage()
    assert (outcome.status, outcome.detail) == (
        Status.ESCALATED, "AccessDenied, 3 times; it is left to a person",
    )  # fmt: skip
    bench.fleet.before_call = refusing(DENIED)
    assert bench.engage().status is Status.ESCALATED
    assert bench.release().status is Status.RESTORED
    assert "restore" not in bench.changes(), "it never went down"


def test_what_is_busy_is_waited_for_and_counted_only_when_it_lasts(bench: Bench) -> None:
    bench.fleet.before_call = refusing(BusyError("Updating"), "throttle")
    for _ in range(29):
        assert bench.engage().status is Status.FAILED
        bench.now += timedelta(minutes=1)
    assert bench.grip().attempts == 0
    bench.now = NOW + PATIENCE
    for _ in range(3):
        assert bench.engage().status is Status.FAILED
    assert bench.engage().status is Status.ESCALATED


def test_a_way_back_is_tried_for_ever_and_a_person_called(bench: Bench) -> None:
    bench.engage()
    bench.fleet.before_call = refusing(DENIED, "restore")
    statuses = [bench.release().status for _ in range(6)]
    assert statuses == [Status.FAILED] * 2 + [Status.ESCALATED] * 4
    assert bench.release().detail == "AccessDenied (7 times by now)"
    bench.fleet.before_call = refusing(DENIED)
    assert bench.release().status is Status.RESTORED


def test_with_one_attempt_a_person_is_called_at_once(bench: Bench) -> None:
    bench.engage()
    bench.fleet.before_call = refusing(DENIED, "restore")
    assert Hands(bench.fleet, bench.store, 1).release(ONE, AGENT, NOW).status is Status.ESCALATED


def test_a_slow_way_back_is_no_alarm(bench: Bench) -> None:
    bench.engage(CHAT)
    bench.fleet.before_call = refusing(BusyError("Creating"), "restore")
    for _ in range(29):
        assert bench.release(CHAT).status is Status.FAILED
        bench.now += timedelta(minutes=1)
    assert bench.grip(CHAT).attempts == 0


def test_going_down_again_on_the_way_back_forgets_what_was_in_vain(bench: Bench) -> None:
    bench.engage()
    bench.fleet.before_call = refusing(DENIED, "restore")
    for _ in range(5):
        bench.release()
    assert bench.engage().status is Status.THROTTLED
    assert bench.grip().attempts == 0


@pytest.mark.parametrize("phase", [GripPhase.ENGAGING, GripPhase.RESTORING])
@pytest.mark.parametrize("target", [AGENT, CHAT], ids=lambda item: item.kind)
def test_half_way_it_can_go_both_ways(bench: Bench, target: Target, phase: GripPhase) -> None:
    """Cut off between two parts, twice; the undo keeps what was there."""
    before, calls = dict(bench.fleet.states[target.key]), iter(range(9))

    def cut(call: str, _: Target) -> None:
        if call != "observe" and next(calls) % 2 == 1:
            raise Crash(call)

    if phase is GripPhase.RESTORING:
        bench.engage(target)
    bench.fleet.before_call = cut
    act = bench.engage if phase is GripPhase.ENGAGING else bench.release
    if target is CHAT and phase is GripPhase.ENGAGING:
        act(target)  # one call takes it away
    else:
        with pytest.raises(Crash):
            act(target)
        assert bench.grip(target).phase is phase
    bench.fleet.before_call = refusing(DENIED)
    assert bench.engage(target).status in {Status.THROTTLED, Status.KEPT}
    assert bench.grip(target).before == before
    assert bench.release(target).status is Status.RESTORED
    assert bench.state(target) == before


def test_what_comes_back_in_part_and_is_cut_off_twice_loses_nothing(bench: Bench) -> None:
    before = bench.fleet.states[CHAT.key]
    bench.engage(CHAT)
    bench.fleet.before_call = _at(bench.fleet, "restore", 2)
    with pytest.raises(Crash):
        bench.release(CHAT)
    assert bench.state(CHAT) == {"instances": 3}
    bench.fleet.before_call = _at(bench.fleet, "throttle", 1)
    with pytest.raises(Crash):
        bench.engage(CHAT)
    bench.fleet.before_call = refusing(DENIED)
    bench.engage(CHAT)
    bench.release(CHAT)
    assert bench.state(CHAT) == before


def test_what_came_back_in_part_and_then_could_not_go_down_is_owed_the_rest(bench: Bench) -> None:
    before = bench.fleet.states[CHAT.key]
    bench.engage(CHAT)
    bench.fleet.before_call = _at(bench.fleet, "restore", 2)
    with pytest.raises(Crash):
        bench.release(CHAT)
    bench.fleet.before_call = refusing(DENIED, "throttle")
    assert bench.engage(CHAT).status is Status.FAILED
    assert bench.grip(CHAT).partial
    assert bench.release(CHAT).status is Status.RESTORED
    assert bench.state(CHAT) == before
    assert not bench.grip(CHAT).partial


def test_what_a_person_took_away_before_it_could_go_down_is_not_ours(bench: Bench) -> None:
    bench.fleet.before_call = refusing(DENIED, "throttle")
    bench.engage(CHAT)
    del bench.fleet.states[CHAT.key]["scaling"]
    outcome = bench.release(CHAT)
    assert (outcome.status, outcome.detail[-7:]) == (Status.LEFT, "scaling")
    assert bench.state(CHAT) == {"instances": 3}


def _at(fleet: MemoryFleet, name: str, number: int) -> Callable[[str, Target], None]:
    done = [call for call, _ in fleet.calls].count(name)

    def hook(call: str, _: Target) -> None:
        if call == name and [made for made, _ in fleet.calls].count(name) == done + number - 1:
            raise Crash(call)

    return hook


def test_a_part_that_a_person_changed_stays_and_is_named(bench: Bench) -> None:
    bench.engage()
    bench.fleet.states[AGENT.key]["provisioned"] = 9
    outcome = bench.release()
    assert (outcome.status, outcome.detail) == (
        Status.LEFT, "changed by somebody meanwhile, not overwritten: provisioned",
    )  # fmt: skip
    assert bench.state() == {"reserved": 10, "provisioned": 9}
    assert bench.release().status is Status.LEFT


def test_a_part_that_a_person_took_away_is_named(bench: Bench) -> None:
    bench.engage()
    del bench.fleet.states[AGENT.key]["provisioned"]
    outcome = bench.release()
    assert (outcome.status, outcome.detail[-11:]) == (Status.LEFT, "provisioned")
    assert bench.state() == {"reserved": 10}


def test_what_a_person_made_anew_is_left(bench: Bench) -> None:
    bench.engage(CHAT)
    bench.fleet.add(CHAT, instances=3)
    outcome = bench.release(CHAT)
    assert (outcome.status, outcome.detail[-7:]) == (Status.LEFT, "scaling")
    assert bench.state(CHAT) == {"instances": 3}


def test_what_was_deleted_stays_gone(bench: Bench) -> None:
    bench.engage()
    del bench.fleet.states[AGENT.key]
    assert bench.engage().status is Status.GONE
    assert bench.grip().phase is GripPhase.LEFT
    bench.fleet.add(AGENT, reserved=4)
    assert bench.engage().status is Status.THROTTLED, "a new one of the same name"
    del bench.fleet.states[AGENT.key]
    outcome = bench.release()
    assert (outcome.status, outcome.detail) == (Status.LEFT, "it is not there any more")
    assert bench.state() is None


def test_a_conflict_is_a_failure_of_this_target_alone(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    put = bench.store.put_grip

    def behind(grip: Grip, audit: AuditEntry | None = None) -> Grip:
        put(replace(grip, holders=frozenset({OTHER})))
        return put(grip, audit)

    monkeypatch.setattr(bench.store, "put_grip", behind)
    outcome = bench.engage()
    assert (outcome.status, outcome.detail) == (Status.FAILED, "lambda-function agent: somebody else is at it")
    assert bench.changes() == []


@pytest.mark.parametrize("error", [BusyError("x"), UnstorableError("x")], ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("call", ["grips", "put_grip"])
def test_what_cannot_be_stored_is_not_touched(
    bench: Bench, call: str, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(bench.store, call, fail)
    assert bench.engage().status is Status.FAILED
    assert bench.changes() == []


def test_a_kind_that_nothing_here_knows_is_said(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(kind: str) -> Actuator:
        raise KeyError(kind)

    bench.engage()
    monkeypatch.setattr(bench.fleet, "actuator", unknown)
    outcome = bench.release()
    assert (outcome.status, outcome.detail) == (
        Status.FAILED, "lambda-function agent: this release knows no lambda-function; see to it by hand",
    )  # fmt: skip


states = st.dictionaries(st.sampled_from("abc"), st.none() | st.integers(0, 3), min_size=1)
kinds = st.sampled_from([AGENT, CHAT, SHARED])


@given(kinds, states, st.integers(1, 3), st.integers(1, 3))
def test_releasing_undoes_engaging_however_often(of: Target, state: Any, downs: int, ups: int) -> None:
    bench = Bench()
    bench.fleet.add(of, **state)
    once = [bench.engage(of) for _ in range(downs)]
    assert MemoryActuator(bench.fleet, of.kind).observe(of) == MemoryActuator(bench.fleet, of.kind).throttled(state)
    assert {item.status for item in once[1:]} <= {Status.KEPT, Status.ALREADY}
    outcomes = [bench.release(of) for _ in range(ups)]
    assert {item.status for item in outcomes} == {Status.RESTORED}
    assert bench.state(of) == state


@given(kinds, states, st.lists(st.tuples(st.booleans(), st.sampled_from([ONE, OTHER, "third"])), max_size=12))
def test_any_order_of_several_switches(of: Target, state: Any, steps: list[tuple[bool, str]]) -> None:
    """It is down as long as one of them keeps it so, and then what it was at first."""
    bench, holding = Bench(), set[str]()
    bench.fleet.add(of, **state)
    down = MemoryActuator(bench.fleet, of.kind).throttled(state)
    for on, switch in steps:
        if on:
            bench.engage(of, switch)
            holding.add(switch)
        else:
            bench.release(of, switch)
            holding.discard(switch)
        assert MemoryActuator(bench.fleet, of.kind).observe(of) == (down if holding else state)
