"""One target that somebody turns back on, or that cannot be turned: half-way, in vain, and what is not ours."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from spendplane.adapters.memory.fleet import MemoryFleet
from spendplane.application.ports import BusyError
from spendplane.application.switching.hands import PATIENCE, Hands, Status
from spendplane.domain.switches import GripPhase
from spendplane.domain.targets import Target
from tests.support.bench import AGENT, CHAT, DENIED, ONE, Bench
from tests.support.bench import bench as made_bench
from tests.support.builders import NOW
from tests.support.crashing import Crash
from tests.support.fleets import refusing


@pytest.fixture
def bench() -> Bench:
    return made_bench()


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


def test_what_a_person_made_anew_while_it_came_back_gets_nothing_of_the_former_ones(bench: Bench) -> None:
    _come_back_in_part(bench)
    bench.fleet.add(CHAT, made=2, instances=7)
    outcome = bench.release(CHAT)
    assert (outcome.status, outcome.detail.partition(": ")[2]) == (Status.LEFT, "made, instances, scaling")
    assert bench.state(CHAT) == {"made": 2, "instances": 7}


def test_one_made_anew_goes_down_and_comes_back_as_its_maker_left_it(bench: Bench) -> None:
    _come_back_in_part(bench)
    bench.fleet.add(CHAT, made=2, instances=7)
    assert bench.engage(CHAT).status is Status.THROTTLED
    assert bench.state(CHAT) is None
    assert (bench.grip(CHAT).before, bench.grip(CHAT).partial) == ({"made": 2, "instances": 7}, False)
    assert bench.release(CHAT).status is Status.RESTORED
    assert bench.state(CHAT) == {"made": 2, "instances": 7}


def _come_back_in_part(bench: Bench) -> None:
    bench.fleet.add(CHAT, made=1, instances=3, scaling=5)
    bench.engage(CHAT)
    bench.fleet.before_call = _at(bench.fleet, "restore", 3)
    with pytest.raises(Crash):
        bench.release(CHAT)
    assert bench.state(CHAT) == {"made": 1, "instances": 3}
    bench.fleet.before_call = refusing(DENIED)


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
