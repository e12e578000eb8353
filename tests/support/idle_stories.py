"""Where the stories of the idle reaper begin: endpoints that somebody made long ago, and nobody calls."""

from datetime import datetime, timedelta
from typing import Any

from spendplane.adapters.memory.activities import COMPONENT
from spendplane.adapters.memory.fleet import VANISHING
from spendplane.domain.idle_policy import IdlePolicy, key_of
from spendplane.domain.targets import Target
from tests.support.builders import at
from tests.support.fleets import target
from tests.support.switch_timeline import SwitchTimeline
from tests.support.world import World

POLICY = IdlePolicy(after=timedelta(hours=48), notice=timedelta(hours=24), grace=timedelta(hours=72), mode="enforce")
ENDPOINT, PART = target("summaries", VANISHING), target("writer", COMPONENT)
TWIN = target("summaries-live", VANISHING, environment="production")
KEY = key_of(ENDPOINT)
SWITCH = f"idle/idle/t/{KEY}"
LONG_AGO = at("2026-10-01T00:00:00+00:00")


def idle_story(**changes: Any) -> SwitchTimeline:
    """In the morning nothing is there but the endpoint's twin in production, which nobody calls either."""
    day = SwitchTimeline(World(now=at("2026-11-22T08:00:00+00:00"), idle=changes.pop("policy", POLICY), **changes))
    day.deploy()
    made(day, TWIN, instances=2)
    return day


def made(day: SwitchTimeline, resource: Target, since: datetime = LONG_AGO, **state: int) -> Target:
    """Somebody made it then; it reports to CloudWatch."""
    day.world.activities.created[resource.arn] = since
    return day.add(resource, **state)


def called(day: SwitchTimeline, resource: Target) -> None:
    """Just now."""
    day.world.activities.called[resource.arn] = day.world.now


def look(day: SwitchTimeline) -> None:
    """The hourly round; then the minute's."""
    assert day.world.order(command="idle")["ok"]
    day.round()


def hours(day: SwitchTimeline, number: int) -> None:
    """So many hours pass, with both rounds."""
    for _ in range(number):
        day.world.now += timedelta(hours=1)
        look(day)
