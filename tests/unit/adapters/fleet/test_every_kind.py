"""What holds for every kind, in whatever state a target is found: down and up again, repeated, disturbed, cut off."""

import json
from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from spendplane.adapters.fleet.kinds import KINDS
from spendplane.application.ports import BusyError
from spendplane.application.ports.fleet import Actuator, RefusedError
from spendplane.domain.targets import State, Target
from spendplane.domain.undo import foreign
from tests.unit.adapters.fleet.cloud import FaultError
from tests.unit.adapters.fleet.states import FIXED, WORLDS
from tests.unit.adapters.fleet.worlds import World, target_of

EXAMPLES = 15
READS = ("Get", "Describe", "List")
by_kind = pytest.mark.parametrize("kind", sorted(WORLDS))


class CutError(Exception):
    """The process ended here."""


def stored(state: State | None) -> State:
    """As it comes back from the store."""
    assert state is not None
    found: State = json.loads(json.dumps(state))
    return found


def patiently(world: World, act: Callable[[Target, State], None], before: State) -> None:
    """As the switch does: again with each look, until it is done."""
    for _ in range(10):
        try:
            act(world.target, before)
        except BusyError:
            world.settle()
        else:
            return
    pytest.fail("it never came to an end")


def test_there_is_a_world_for_each_kind() -> None:
    assert sorted(kind.kind for kind in KINDS) == sorted(WORLDS) == sorted(FIXED)


@by_kind
@settings(max_examples=EXAMPLES)
@given(data=st.data())
def test_down_and_up_again_leaves_no_trace(kind: str, data: st.DataObject) -> None:
    world = data.draw(WORLDS[kind])
    actuator: Actuator = world.kind
    found, before = world.seen(), stored(actuator.observe(world.target))
    assert actuator.describe(before)
    patiently(world, actuator.throttle, before)
    assert actuator.observe(world.target) == actuator.throttled(before)
    world.settle()
    patiently(world, actuator.restore, before)
    world.settle()
    assert actuator.observe(world.target) == before
    assert world.look() == found


@by_kind
@settings(max_examples=EXAMPLES)
@given(data=st.data())
def test_twice_is_once(kind: str, data: st.DataObject) -> None:
    world = data.draw(WORLDS[kind])
    before = stored(world.kind.observe(world.target))
    for act in (world.kind.throttle, world.kind.restore):
        patiently(world, act, before)
        world.settle()
        once = world.seen()
        patiently(world, act, before)
        world.settle()
        assert world.look() == once


@by_kind
@settings(max_examples=EXAMPLES)
@given(data=st.data())
def test_cut_off_after_any_call_it_is_finished_by_the_next_look(kind: str, data: st.DataObject) -> None:
    world = data.draw(WORLDS[kind])
    before = stored(world.kind.observe(world.target))
    for act in (world.kind.throttle, world.kind.restore):
        _disturb(world, data.draw(st.integers(0, 20)), CutError(), once=False)
        try:
            patiently(world, act, before)
        except CutError:
            world.cloud.before_call = _quiet
            half = world.kind.observe(world.target)
            # What is half restored must not look like somebody else's work.
            assert foreign(before, world.kind.throttled(before), half, resumed=True) == []
        world.cloud.before_call = _quiet
        patiently(world, act, before)
        world.settle()
    assert world.kind.observe(world.target) == before


@by_kind
@pytest.mark.parametrize(
    ("fault", "error", "says"),
    [
        (FaultError("ThrottlingException"), BusyError, "ThrottlingException"),
        (FaultError("WhateverException", status=503), BusyError, "WhateverException"),
        (FaultError("AccessDeniedException", status=403), RefusedError, "`environment`"),
        (FaultError("SomethingNewException"), ClientError, "SomethingNewException"),
    ],
    ids=lambda value: value.code if isinstance(value, FaultError) else "",
)
def test_any_call_may_fail_and_says_which_and_on_what(
    kind: str, fault: FaultError, error: type[Exception], says: str
) -> None:
    world = FIXED[kind]()
    _round_trip(world)
    operations = [name for name, _ in world.cloud.calls]
    for number, operation in enumerate(operations):
        world = FIXED[kind]()
        _disturb(world, number, fault)
        with pytest.raises(error, match=says) as raised:
            _round_trip(world)
        assert operation in str(raised.value)
        assert error is ClientError or world.target.label in str(raised.value)


@by_kind
def test_what_is_not_there_is_seen_as_such_and_cannot_be_changed(kind: str) -> None:
    world = FIXED[kind]()
    before = stored(world.kind.observe(world.target))
    gone = _elsewhere(world)
    assert world.kind.observe(gone) is None
    if kind != "sagemaker-endpoint":  # that is what throttling makes of it, and restoring creates it
        with pytest.raises(RefusedError):
            world.kind.throttle(gone, before)
    if kind not in ("sagemaker-endpoint", "bedrock-role"):  # a role's denial goes with it
        with pytest.raises(RefusedError):
            world.kind.restore(gone, before)


@by_kind
def test_looking_changes_nothing(kind: str) -> None:
    world = FIXED[kind]()
    found = world.seen()
    world.kind.observe(world.target)
    assert world.look() == found
    assert all(name.startswith(READS) for name, _ in world.cloud.calls)


@by_kind
def test_an_arn_of_another_kind_is_refused_or_not_parsed(kind: str) -> None:
    kinds = {world.kind.kind: world for world in (make() for make in FIXED.values())}
    own = kinds.pop(kind)
    assert own.kind.parse(own.target.arn) == own.target.name
    for other in kinds.values():
        assert own.kind.parse(other.target.arn) is None
        with pytest.raises(RefusedError, match=f"no ARN of a {kind}"):
            own.kind.ids(other.target)


def _round_trip(world: World) -> None:
    before = stored(world.kind.observe(world.target))
    world.kind.throttle(world.target, before)
    world.settle()
    for _ in range(4):
        try:
            world.kind.restore(world.target, before)
        except BusyError as error:
            if "follow" not in str(error):  # as the scaling of an endpoint does
                raise
            world.settle()


def _elsewhere(world: World) -> Target:
    arn = world.target.arn
    for known in ("summarise", "chat-llama", "chat-a", "a1b2c3", "p1", "h1", "shared", "inference"):
        if arn.split(":", 5)[5].find(known) >= 0:
            head, _, tail = arn.rpartition(known)
            return target_of(world.kind, f"{head}absent{tail}", world.target.scope)
    raise AssertionError(arn)


def _quiet(_: str) -> None:
    """Lets every call pass."""


def _disturb(world: World, number: int, error: Exception, *, once: bool = True) -> None:
    """Lets this many calls pass. The next one fails, or with `once` off all that follow."""
    left = number

    def disturb(_: str) -> None:
        nonlocal left
        left -= 1
        if left == -1 or (left < 0 and not once):
            raise error

    world.cloud.before_call = disturb
