"""What is asked of those who serve models, and that it is taken back."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from spendplane.domain.limits import Limits
from spendplane.domain.switches import Level
from tests.support.builders import at, budget
from tests.support.crashing import AFTER, Crash, Tripwire
from tests.support.fleets import PROJECT, ROLE, staging, target
from tests.support.switch_stories import AGENT, DAILY, SWITCH, over_limit, turned_down
from tests.support.switch_timeline import SwitchTimeline


def asked(day: SwitchTimeline, project: str = PROJECT) -> list[str]:
    return [item.switch_id for item in day.world.place.connect().switches.standings(project, day.world.now)]


def test_what_is_asked_follows_the_selector() -> None:
    both = budget("b", 10, match={"project_id": (PROJECT, "second")}, mode="enforce")
    day = turned_down(both)
    assert asked(day) == asked(day, "second") == ["throttle/b/m2026-11-01"]
    day.deploy(replace(both, match=(("project_id", ("second", PROJECT)),))).round(1)
    day.deploy(replace(both, match=(("project_id", (PROJECT,)),))).round(1)
    assert (asked(day), asked(day, "second")) == (["throttle/b/m2026-11-01"], [])
    day.deploy(replace(both, match=())).round(1)
    assert asked(day, "anybody") == ["throttle/b/m2026-11-01"], "no project: everybody is asked"
    day.deploy().round(1)
    assert asked(day, "anybody") == asked(day) == []


def test_what_is_asked_of_one_user() -> None:
    day = over_limit(staging(5, "per-user", per="user_id"))
    day.add(target("shared", ROLE), allowed=1)
    day.kill_switch()
    (standing,) = day.world.place.connect().switches.standings(PROJECT, day.world.now)
    assert standing.match["user_id"] == ["employee-452"]
    assert standing.until == at("2026-12-01T00:00:00+00:00")


@pytest.mark.parametrize("level", [Level.DEGRADE, Level.THROTTLE])
def test_a_process_that_dies_right_after_asking_leaves_nothing_asked_for(level: Level) -> None:
    """The limit is raised before the next look."""
    of = replace(DAILY, on_soft_limit="degrade")
    day = over_limit(of, usd="12" if level is Level.THROTTLE else "9")
    event = day.world.bus.published[-1]
    wire = Tripwire()
    probe = over_limit(of, usd="12" if level is Level.THROTTLE else "9").world
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
        day = turned_down(both)
        day.add(target("other"), reserved=1)  # so that there is something to decide
        day.deploy(replace(both, match=(("project_id", (PROJECT,)),)))
        return day

    day = cut_after("switches.note", make)
    assert asked(day, "second") == ["throttle/b/m2026-11-01"]
    day.rounds(2)
    assert (asked(day), asked(day, "second")) == (["throttle/b/m2026-11-01"], [])


def test_what_was_asked_for_without_any_target_in_hand_is_taken_back_also_after_a_crash() -> None:
    def make() -> SwitchTimeline:
        day = over_limit()
        day.turn(AGENT, reserved=0).kill_switch()
        assert asked(day) == [SWITCH]
        day.deploy(replace(DAILY, mode="observe"))
        return day

    day = cut_after("switches.note", make)
    day.deploy().rounds(2)
    assert asked(day) == []


def test_degrading_stops_when_the_mode_becomes_observe_and_begins_again_after_it() -> None:
    of = replace(DAILY, on_soft_limit="degrade")
    day = over_limit(of, usd="9").kill_switch()
    day.expect_told("staging 80", "staging degrade requested")
    day.deploy(replace(of, mode="observe")).rounds(3)
    day.expect_told("staging refused (observe)", "staging degrade ended")
    assert asked(day) == []
    day.deploy(of).rounds(6)
    day.expect_told("staging degrade requested")
    assert asked(day) == ["degrade/staging/d2026-11-22"]
    day.deploy().rounds(2)
    day.expect_told("staging degrade ended")
