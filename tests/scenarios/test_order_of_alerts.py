"""One call takes a budget from nothing to 120 %: each threshold is told once, the lowest first, whatever goes wrong."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.builders import at, budget, message, record
from tests.support.crashing import AFTER, BEFORE, Crash, Tripwire
from tests.support.timeline import Timeline
from tests.support.world import World

LEAP = budget("leap", 10, thresholds=(50, 80, 100))
ALL = ("leap 50", "leap 80", "leap 100")


@dataclass(slots=True)
class Nth(Tripwire):
    """Fails at one of the calls of this name that come through: what an engine refuses is called again."""

    name: str = ""
    left: int = 1

    def call(self, name: str, action: Callable[[], Any]) -> Any:
        if name != self.name:
            return Tripwire.call(self, name, action)
        if self.left == 1 and self.mode == BEFORE:
            raise Crash(name)
        answer = Tripwire.call(self, name, action)
        self.left -= 1
        if self.left == 0 and self.mode == AFTER:
            raise Crash(name)
        return answer


def story() -> Timeline:
    return Timeline(World(now=at("2026-11-22T08:00:00+00:00"))).deploy(LEAP).at("08:05").sweep().at("09:00")


def ended(day: Timeline, call: str, nth: int, when: str = AFTER) -> None:
    """The meter that got the call of $12 ends at its nth such call to the outside."""
    usage = message(record("call", cost_usd="12", time=day.world.now.isoformat()), received_at=day.world.now)
    with pytest.raises(Crash):
        day.world.process(Nth(mode=when, name=call, left=nth).wrap).meter()([usage], day.world.now)
    day.world.notify_all()


def again(day: Timeline) -> None:
    """The queue shows the message again."""
    day.deliver(record("call", cost_usd="12", time="2026-11-22T09:00:00+00:00"))


def test_nothing_goes_wrong() -> None:
    day = story()
    day.spend("12")
    day.expect_alerts(*ALL)


def test_the_meter_ends_after_it_claimed_the_first_and_the_sweep_is_there_before_the_queue() -> None:
    day = story()
    ended(day, "outbox.add_alert", 1)
    day.expect_quiet()
    day.at("09:02").sweep()
    day.expect_alerts("leap 50")
    again(day.at("09:04"))
    day.expect_alerts("leap 80", "leap 100")


def test_the_meter_ends_after_it_claimed_the_first_and_the_queue_is_there_before_the_sweep() -> None:
    day = story()
    ended(day, "outbox.add_alert", 1)
    again(day)
    day.expect_alerts(*ALL)
    day.at("09:10").sweep()
    day.expect_quiet()


def test_the_meter_ends_when_all_is_claimed_and_nothing_said() -> None:
    day = story()
    ended(day, "bus.publish", 1, BEFORE)
    again(day)
    day.expect_quiet()
    day.at("09:02").sweep()
    day.expect_alerts(*ALL)


def test_the_meter_ends_between_two_of_them() -> None:
    day = story()
    ended(day, "bus.publish", 2, BEFORE)
    day.expect_alerts("leap 50")
    day.at("09:02").sweep()
    day.expect_alerts("leap 80", "leap 100")


def test_another_call_comes_while_the_first_threshold_is_claimed_and_not_said() -> None:
    day = story()
    ended(day, "outbox.add_alert", 1)
    day.at("09:01").spend("1")
    day.expect_alerts(*ALL)
    again(day.at("09:04").sweep())
    day.expect_quiet()
    day.expect_spent("leap", "13")


def test_nobody_heard_of_them_and_they_are_said_again_in_order() -> None:
    """The notifier was down for as long as the bus tries: nobody took the events."""
    day = story()
    day.world.deliver(
        message(record("call", cost_usd="12", time="2026-11-22T09:00:00+00:00"), received_at=day.world.now)
    )
    day.world.heard = len(day.world.bus.published)
    day.at("09:06").sweep()
    day.expect_alerts(*ALL)
