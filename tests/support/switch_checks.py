"""What must hold of the kill switch, however a world got there."""

from collections import Counter as Tally
from datetime import timedelta
from typing import Any

from spendplane.application.ports import Announcement
from spendplane.contract import switch_events as events
from spendplane.domain.switches import GripPhase, Phase, Switch
from tests.support.world import World

DOWN, BACK = ("throttled", "kept"), ("restored", "left", "shared", "gone")


def switches(world: World) -> list[Switch]:
    """All, of the budgets that ever were."""
    stores = world.place.connect()
    budgets = {*stores.definitions.deployed(), *stores.definitions.retired()}
    return [switch for budget_id in sorted(budgets) for switch in stores.switches.of_budget(budget_id)]


def heal(world: World, minutes: int = 4) -> None:
    """Time passes, with rounds and sweeps and without faults."""
    for _ in range(minutes):
        world.now += timedelta(minutes=1)
        assert world.round()["ok"]
        world.sweep()
        world.notify_all()


def of_switches(world: World) -> list[Announcement]:
    """What the kill switch announced, in the order of time."""
    found = [item for item in world.announced().values() if item.detail_type in events.MODELS]
    return sorted(found, key=lambda item: str(item.detail["time"]))


def told(world: World, *statuses: str) -> Tally[tuple[str, int, str]]:
    """How often people were told that a target ended so: by switch, generation and target."""
    lines: Tally[tuple[str, int, str]] = Tally()
    for item in of_switches(world):
        for line in item.detail["targets"]:
            if line["status"] in statuses:
                lines[item.detail["switch_id"], item.detail["generation"], _key(line)] += 1
    return lines


def check_told_once(world: World) -> None:
    """Told down once a generation, but for what was given back in between; everybody was told of everything."""
    down: set[tuple[str, int, str]] = set()
    for item in of_switches(world):
        switch_id, engaged = item.detail["switch_id"], item.detail_type == events.ENGAGED
        for line in item.detail["targets"]:
            place = (switch_id, item.detail["generation"], _key(line))
            if engaged and line["status"] in DOWN:
                assert place not in down, f"{place} was told of twice"
                down.add(place)
            elif line["status"] in BACK:
                down.discard(place)
    assert Tally(world.told()) == Tally(world.announced().keys()), "everybody was told of everything, once"


def check_at_rest(world: World) -> None:
    """Nothing is half-way, what is down is held by a switch that is on, and people know of it."""
    stores = world.place.connect()
    found = {switch.id: switch for switch in switches(world)}
    known = told(world, *DOWN)
    for switch in found.values():
        assert switch.phase not in {Phase.DUE, Phase.RELEASING}, switch
        grips = stores.switches.grips(switch.held)
        for key in switch.held:
            assert switch.phase is Phase.ON
            assert grips[key].phase is GripPhase.THROTTLED or grips[key].attempts >= world.protection.max_attempts
            if grips[key].phase is GripPhase.THROTTLED and not grips[key].attempts:
                assert switch.id in grips[key].holders
                assert known[switch.id, switch.generation, key], f"{switch.id}: nobody knows of {key}"


def standings(world: World, project: str) -> set[tuple[str, str]]:
    """What is asked of those who serve the project."""
    return {(item.switch_id, item.level.value) for item in world.place.connect().switches.standings(project, world.now)}


def _key(line: Any) -> str:
    return str(line["arn"]) + (f"#{line['scope']}" if line["scope"] else "")
