"""What is shown of a notice: where it goes, and how long after the crossing that set it off."""

from datetime import UTC, datetime
from itertools import islice

import pytest

from local.demo import agent
from local.demo.stage import topics_of
from spendplane.contract import switch_events
from tests.unit.local.demo.world import World

START = datetime(2026, 11, 22, 12, tzinfo=UTC)
BOTH = ("on-call", "budget-alerts")


def world_over_its_limit() -> World:
    """Turn by turn, a second each."""
    world = World()
    for turn, events in enumerate(islice(agent.turns(1, START), 30)):
        world.stage.book.add(events, at=float(turn))
    return world


@pytest.mark.parametrize(
    ("detail_type", "topics", "hard"),
    [
        (switch_events.ENGAGED, BOTH, True),
        (switch_events.REFUSED, BOTH, True),
        (switch_events.DEGRADE_REQUESTED, ("budget-alerts",), False),
    ],
)
def test_the_kill_switchs_notices_are_measured_from_the_crossing_that_set_them_off(
    detail_type: str, topics: tuple[str, ...], *, hard: bool
) -> None:
    world = world_over_its_limit()
    crossing = world.stage.crossing(agent.BUDGET, hard=hard)
    assert crossing is not None
    notice = world.tell(detail_type, at=crossing.at + 0.25)

    assert topics_of(notice) == topics
    assert world.stage.latency_ms([notice]) == 250


def test_a_release_is_not_measured_from_a_crossing() -> None:
    world = world_over_its_limit()
    notice = world.tell(switch_events.RELEASED, at=99.0)

    assert topics_of(notice) == BOTH
    assert world.stage.latency_ms([notice]) is None
