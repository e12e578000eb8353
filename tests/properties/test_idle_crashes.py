"""Cut off at any call on the way: what is idle still goes down once, after it was told, and comes back as it was."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from tests.support.crashing import MODES, Crash, Tripwire
from tests.support.fleets import is_down
from tests.support.idle_stories import ENDPOINT, KEY, PART, SWITCH, TWIN, idle_story, made
from tests.support.switch_timeline import SwitchTimeline

STEPS: tuple[dict[str, Any], ...] = (
    {"command": "idle"},
    {"command": "reconcile"},
    {"command": "release", "budget_id": "idle", "key": KEY, "by": "ann", "reason": "needed"},
)


def run(day: SwitchTimeline, wire: Tripwire, step: dict[str, Any]) -> None:
    """One process; a person asks again, and rounds come again."""
    with suppress(Crash, Exception):  # delivered again, or due again
        day.world.process(wire.wrap).orders()(step, day.world.now)


def story() -> SwitchTimeline:
    day = idle_story()
    made(day, ENDPOINT, instances=3, scaling=4)
    made(day, PART, copies=2)
    return day


def play(wire: Tripwire, at: int) -> SwitchTimeline:
    """The whole story, with one step on the wire; each step is followed by what comes anyway."""
    day = story()
    run(day, wire if at == 0 else Tripwire(), STEPS[0])
    settle(day)
    assert not is_down(day.world.fleet, ENDPOINT.kind, ENDPOINT.key)
    day.world.now += timedelta(hours=24)
    run(day, wire if at == 1 else Tripwire(), STEPS[1])
    settle(day)
    assert is_down(day.world.fleet, ENDPOINT.kind, ENDPOINT.key)
    assert is_down(day.world.fleet, PART.kind, PART.key)
    run(day, wire if at == 2 else Tripwire(), STEPS[2])
    day.world.now += timedelta(minutes=2)
    day.release("idle", key=KEY)
    settle(day)
    return day


def settle(day: SwitchTimeline) -> None:
    """Both rounds, for a while."""
    for _ in range(4):
        day.world.now += timedelta(minutes=11)
        day.world.order(command="idle")
        day.world.order(command="reconcile")
    day.sweep()
    day.world.notify_all()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("at", range(len(STEPS)))
def test_every_call_may_be_the_last(at: int, mode: str) -> None:
    probe = Tripwire()
    play(probe, at)
    assert len(probe.calls) > 5
    for number in range(len(probe.calls)):
        wire = Tripwire(number, mode)
        day = play(wire, at)
        states = day.world.fleet.states
        where = f"{wire.calls[number] if number < len(wire.calls) else number} {mode}"
        assert states[ENDPOINT.key] == {"instances": 3, "scaling": 4}, where
        assert states[TWIN.key] == {"instances": 2}, where
        assert not any(states[PART.key].values()), where
        told = [item.id for item in day.world.bus.published]
        announced = {item for item in told if item.startswith(SWITCH) and "/announced" in item}
        assert announced == {f"{SWITCH}/g1/announced"}, where
        kinds = [entry.kind for entry in day.audit(SWITCH)]
        assert kinds.index("announce") < kinds.index("engage") < kinds.index("undo stored"), where


def test_a_bus_that_is_down_delays_the_notice_and_loses_none() -> None:
    day = story()
    day.break_bus()
    run(day, Tripwire(), STEPS[0])
    day.mend_bus()
    settle(day)
    assert any(item.id == f"{SWITCH}/g1/announced" for item in day.world.bus.published)
    assert ENDPOINT.key in day.world.fleet.states
