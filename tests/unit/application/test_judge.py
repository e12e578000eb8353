"""Judging: what is claimed is said in order, by whoever looks next, and where nothing is crossed nothing is asked."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

import pytest

from spendplane.adapters.memory import MemoryBus
from spendplane.application.ports import Announcement, BusyError
from spendplane.domain.periods import Period
from spendplane.domain.switches import Level
from tests.support.builders import at, budget, counter, message, record, ref
from tests.support.crashing import AFTER, Crash, Tripwire
from tests.support.world import World, world_with

STEPS = budget("steps", 10, thresholds=(50, 80, 100))
_numbers = count()


def spend(world: World, usd: str, wire: Tripwire | None = None, **fields: str) -> list[str]:
    """One record, by a process of its own. Returns the calls that judging it took."""
    wire = wire or Tripwire()
    usage = message(record(f"e{next(_numbers)}", cost_usd=usd, **fields), received_at=world.now)
    world.process(wire.wrap).meter()([usage], world.now)
    return wire.calls[wire.calls.index("ledger.commit") + 1 :]


def spend_and_end(world: World, usd: str) -> None:
    """The process ends right after its first claim of an alert."""
    rehearsal = Tripwire()
    spend(world_with(STEPS), usd, rehearsal)
    with pytest.raises(Crash):
        spend(world, usd, Tripwire(rehearsal.calls.index("outbox.add_alert"), AFTER))


def said(world: World) -> list[int]:
    """Thresholds on the bus, in order."""
    return [item.detail["threshold_percent"] for item in world.bus.published]


def test_where_nothing_is_crossed_nothing_is_asked() -> None:
    world = world_with(STEPS)
    before, crossing, after = (spend(world, usd)[1:] for usd in ("4", "2", "1"))
    assert before == after == ["ledger.counters"]
    assert crossing != before


def test_a_leap_is_claimed_whole_before_it_is_said_in_order() -> None:
    world = world_with(STEPS)
    calls = spend(world, "12")
    assert calls[calls.index("definitions.current") + 1 :] == [
        *["outbox.add_alert"] * 3,
        *["bus.publish", "outbox.sent"] * 3,
    ]
    assert said(world) == [50, 80, 100]


def test_a_crossing_looks_at_the_one_below_it_and_no_further() -> None:
    world = world_with(STEPS)
    for usd in ("5", "3"):
        spend(world, usd)
    assert spend(world, "2")[-4:] == ["outbox.add_alert", "outbox.announcement", "bus.publish", "outbox.sent"]
    assert said(world) == [50, 80, 100]


def test_what_a_process_that_ended_did_not_say_is_said_before_the_next() -> None:
    world = world_with(STEPS)
    spend_and_end(world, "6")
    assert said(world) == []
    spend(world, "6")
    assert said(world) == [50, 80, 100]


def test_a_claim_between_reading_and_claiming_is_waited_for_too() -> None:
    """The counter was read before the other process claimed 50 %, and ended."""
    world = world_with(STEPS)
    spend_and_end(world, "6")
    stores = world.process().stores
    read = replace(counter(STEPS, 12), fired=frozenset())
    judge = world.process().meter().judge
    assert [alert.threshold for alert in judge.counter(stores.definitions.deployed()["steps"], read, world.now)] == [
        80,
        100,
    ]
    assert said(world) == [50, 80, 100]


def test_what_another_process_claimed_is_left_to_it_where_nothing_comes_after_it() -> None:
    """Meters at one hot counter do not all say the same."""
    world = world_with(STEPS)
    spend_and_end(world, "6")
    deployed = world.process().stores.definitions.deployed()["steps"]
    assert world.process().meter().judge.counter(deployed, counter(STEPS, 6), world.now) == []
    assert said(world) == []
    world.now += timedelta(seconds=61)
    world.sweep()
    assert said(world) == [50]


class Choosy(MemoryBus):
    """Refuses one threshold."""

    refuses = 50

    def publish(self, announcements: Sequence[Announcement], now: datetime) -> None:
        if any(item.detail["threshold_percent"] == self.refuses for item in announcements):
            raise BusyError("not now")
        super().publish(announcements, now)


def test_behind_one_that_the_bus_refuses_the_rest_waits_and_the_switch_does_not() -> None:
    world = world_with(STEPS, bus=Choosy())
    spend(world, "12")
    assert world.bus.published == []
    marks = world.counters()[ref(STEPS)].fired
    assert marks == {"50.1", "80.1", "100.1"}, "claimed, and the switch with it"
    world.now += timedelta(seconds=61)
    assert world.sweep().republished == 0
    world.bus = MemoryBus()
    assert world.sweep().republished == 3
    assert said(world) == [50, 80, 100]


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(seconds=-40)], ids=["in step", "a clock behind"])
def test_the_sweep_says_the_lower_first_whichever_is_due_first(ahead: timedelta) -> None:
    """80 % was claimed by a process whose clock is behind, so it is due before 50 %; both ended before they spoke."""
    world = world_with(STEPS)
    spend_and_end(world, "6")
    real, world.now = world.now, world.now + ahead
    rehearsal = Tripwire()
    other = world_with(STEPS)
    spend_and_end(other, "6")
    spend(other, "3", rehearsal)
    with pytest.raises(Crash):
        spend(world, "3", Tripwire(rehearsal.calls.index("outbox.add_alert"), AFTER))
    assert said(world) == []
    world.now = real + timedelta(seconds=61) + ahead
    assert world.sweep().republished == 2
    assert said(world) == [50, 80]


def test_for_a_period_that_has_not_begun_everything_is_stored_and_nothing_said_until_it_has() -> None:
    tomorrow = budget("day", 10, period=Period.DAILY, thresholds=(50, 80, 100), mode="enforce")
    world = world_with(tomorrow)
    midnight = at("2026-11-23T00:00:00Z")
    world.now = midnight - timedelta(minutes=4)
    spend(world, "6", time="2026-11-23T00:00:30Z")
    world.now = midnight - timedelta(seconds=1)
    world.sweep()
    spend(world, "6", time=midnight.isoformat())
    assert said(world) == []
    switches = world.process().stores.switches
    assert list(switches.waiting(midnight - timedelta(milliseconds=1))) == []
    world.now = midnight + timedelta(seconds=1)
    assert [level for _, level in switches.waiting(world.now)] == [Level.THROTTLE]
    world.sweep()
    assert said(world) == [50, 80, 100]
