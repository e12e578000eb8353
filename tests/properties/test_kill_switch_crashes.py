"""A kill switch that is cut off at any of its calls: later rounds do the rest, and nothing is lost, doubled or kept."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from typing import Any

import pytest

from spendplane.adapters.memory.fleet import VANISHING
from spendplane.domain.periods import Period
from spendplane.domain.switches import Level, Phase
from tests.support.builders import budget, envelope, message, record, ref
from tests.support.crashing import AFTER, BUSY, LOST, Crash, Tripwire
from tests.support.fleets import PROJECT, ROLE, Watch, staging, target
from tests.support.places import Engine, MemoryPlace
from tests.support.switch_checks import check_at_rest, check_told_once, heal, standings, switches, told
from tests.support.world import World, world_with

DAILY = staging(10, period=Period.DAILY, on_soft_limit="degrade")
TOTAL = budget(
    "total", 10, match={"project_id": PROJECT}, mode="enforce", period=Period.TOTAL, on_hard_limit="throttle"
)
PER_USER = staging(5, "per-user", per="user_id")
AGENT, CHAT, SHARED = target("agent"), target("chat", VANISHING), target("shared", ROLE)
LIVE, ODD = target("live", environment="production"), target("odd", environment="stаging")
ANN = replace(SHARED, scope="ann")
KEYS = {AGENT.key, CHAT.key, SHARED.key, ANN.key}
STATES: dict[str, dict[str, int | None]] = {
    AGENT.key: {"reserved": 10, "provisioned": 2}, CHAT.key: {"instances": 3, "scaling": 5}, SHARED.key: {"allowed": 1},
    LIVE.key: {"reserved": 200}, ODD.key: {"reserved": 4},
}  # fmt: skip


@dataclass(slots=True)
class Plane:
    """A world with a fleet, under watch."""

    world: World
    watch: Watch

    def run(self, wire: Tripwire, *events: dict[str, Any]) -> None:
        """One process of the kill switch, perhaps cut off; whoever called it does so again, if anybody does."""
        orders = self.world.process(wire.wrap).orders()
        for event in events:
            try:
                orders(event, self.world.now)
            except Crash:
                return
            except Exception:  # noqa: BLE001  # delivered again, or due again: both come to a round
                continue

    def down(self) -> set[str]:
        """The keys of what is down."""
        fleet = self.world.fleet
        gone = {item.key for item in fleet.resources.values() if item.key not in fleet.states}
        return gone | {key for key, state in fleet.states.items() if not any(state.values())}


def plane(place: Any = None) -> Plane:
    world = world_with(DAILY, TOTAL, PER_USER, place=place or MemoryPlace())
    made = Plane(world, Watch(world))
    for item in (AGENT, CHAT, SHARED, LIVE, ODD):
        world.fleet.add(item, **STATES[item.key])
    made.watch.states = {**STATES, ANN.key: {"allowed": 1}}
    world.deliver(message(record("a", cost_usd="12", user_id="ann")))
    world.notify_all()
    return made


def crossings(world: World) -> list[dict[str, Any]]:
    said = [item for item in world.bus.published if item.detail_type == "Budget Threshold Crossed"]
    return [envelope(item.detail, item.detail_type, "spendplane") for item in said]


def engage(made: Plane, wire: Tripwire) -> None:
    made.run(wire, *crossings(made.world))


def reconcile(made: Plane, wire: Tripwire) -> None:
    made.world.now += timedelta(minutes=2)
    made.run(wire, {"command": "reconcile"})


def release(made: Plane, wire: Tripwire) -> None:
    word = {"by": "ann", "reason": "the demo"}
    made.run(wire, *({"command": "release", "budget_id": name, "key": key, **word} for name, key in SWITCHES))


SWITCHES = (("staging", None), ("total", None), ("per-user", "ann"))


def nothing(_: Plane) -> None:
    """As it is."""


def on(made: Plane) -> None:
    engage(made, Tripwire())


def removed(made: Plane) -> None:
    """It is on, and its budgets go."""
    on(made)
    made.world.define()


def turned_on(made: Plane) -> None:
    """It is on, and somebody turns targets back on, or makes them anew."""
    on(made)
    made.world.fleet.states |= {AGENT.key: {"reserved": 7, "provisioned": 0}, CHAT.key: {"instances": 1, "scaling": 1}}
    made.watch.states |= {AGENT.key: {"reserved": 7, "provisioned": 2}, CHAT.key: {"instances": 1, "scaling": 1}}


BEGINNINGS: dict[str, tuple[Callable[[Plane], None], Callable[[Plane, Tripwire], None]]] = {
    "a crossing": (nothing, engage),
    "a round without the event": (nothing, reconcile),
    "a release": (on, release),
    "a round when it is off": (removed, reconcile),
    "a round after a person": (turned_on, reconcile),
}


@cache
def calls_of(name: str) -> tuple[str, ...]:
    """The calls of the process that is cut off here."""
    made, wire = plane(), Tripwire()
    before, act = BEGINNINGS[name]
    before(made)
    act(made, wire)
    return tuple(wire.calls)


def cut(name: str, number: int, mode: str, place: Any = None) -> None:
    made = plane(place)
    before, act = BEGINNINGS[name]
    before(made)
    act(made, Tripwire(number, mode))
    made.world.obeyed = len(made.world.bus.published)  # whatever was on the way is lost
    heal(made.world)
    check(made, engaged=act is not release and made.world.place.connect().definitions.deployed() != {})
    finish(made)


def check(made: Plane, *, engaged: bool) -> None:
    """Everything is down, or nothing, and people know."""
    if not engaged and not all(item.phase in {Phase.OFF, Phase.HELD} for item in switches(made.world)):
        release(made, Tripwire())  # the person had no answer, or a bad one, and asks again
        heal(made.world)
    assert made.down() == (KEYS if engaged else set())
    asked = {(f"throttle/{key}", "throttle") for key in ("staging/d2026-11-22", "total/t", "per-user/m2026-11-01/ann")}
    assert standings(made.world, PROJECT) == (
        {*asked, ("degrade/staging/d2026-11-22", "degrade")} if engaged else set()
    )
    made.watch.check()
    check_at_rest(made.world)
    check_told_once(made.world)


def finish(made: Plane) -> None:
    """At the end everything is as it was, and each target was told of as given back once a generation."""
    made.world.define()
    heal(made.world)
    states = {**made.watch.states, ANN.key: {"allowed": 1}}
    found = made.world.fleet.states
    assert found == {key: state for key, state in states.items() if key in found}
    assert found.keys() >= STATES.keys()
    made.watch.check()
    check_told_once(made.world)
    assert set(told(made.world, "restored").values()) <= {1}
    assert all(item.phase in {Phase.OFF, Phase.HELD} and not item.held for item in switches(made.world))
    assert standings(made.world, PROJECT) == set()


@pytest.mark.parametrize("name", BEGINNINGS)
def test_without_a_cut(name: str) -> None:
    cut(name, -1, AFTER)


def test_they_do_what_is_cut_off_here() -> None:
    asked, given_back = set(calls_of("a crossing")), set(calls_of("a release"))
    assert {"switches.lease", "switches.note", "switches.stand", "switches.grips", "switches.put_grip"} <= asked
    assert {"fleet.find", "fleet.observe", "fleet.throttle", "switches.save", "bus.publish", "outbox.sent"} <= asked
    assert {"switches.lease", "switches.note", "fleet.restore", "switches.put_grip", "switches.save"} <= given_back
    assert calls_of("a crossing").count("fleet.throttle") == 5, "two parts, one deletion, a role and a session"
    assert calls_of("a round after a person").count("fleet.throttle") == 3


@pytest.mark.parametrize("mode", [AFTER, BUSY, LOST])  # cut off before a call is cut off after the one before it
@pytest.mark.parametrize("name", BEGINNINGS)
def test_cut_off_at_any_call(name: str, mode: str) -> None:
    for number in range(len(calls_of(name))):
        try:
            cut(name, number, mode)
        except AssertionError as error:
            raise AssertionError(f"{mode} call {number}, {calls_of(name)[number]}: {error}") from error


OVER_A_TABLE = [
    ("a crossing", "switches.note", LOST),
    ("a crossing", "switches.put_grip", AFTER),
    ("a release", "switches.put_grip", LOST),
    ("a release", "switches.save", AFTER),
]


def test_cut_off_over_a_table(table_engine: Engine) -> None:
    """At the calls that a table carries out in one transaction."""
    for name, call, mode in OVER_A_TABLE:
        cut(name, calls_of(name).index(call), mode, table_engine.place())


def test_a_lease_that_was_lost_is_taken_over() -> None:
    made = plane()
    made.run(Tripwire(calls_of("a crossing").index("switches.lease"), AFTER), *crossings(made.world))
    first = ref(DAILY)
    assert made.world.place.connect().switches.lease(first, Level.DEGRADE, made.world.now, made.world.now) is None
    heal(made.world, minutes=2)
    assert made.down() == KEYS
