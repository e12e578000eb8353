"""One target, down and up again: the undo first, and several switches over it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spendplane.adapters.memory.fleet import MemoryActuator
from spendplane.application.ports import BusyError, UnstorableError
from spendplane.application.ports.fleet import Actuator
from spendplane.application.ports.switches import AuditEntry
from spendplane.application.switching.hands import Status
from spendplane.domain.switches import Grip, GripPhase
from spendplane.domain.targets import Target
from tests.support.bench import AGENT, ANN, CHAT, ONE, OTHER, SHARED, Bench
from tests.support.bench import bench as made_bench
from tests.support.builders import NOW
from tests.support.fleets import target


@pytest.fixture
def bench() -> Bench:
    return made_bench()


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
