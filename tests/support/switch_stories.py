"""Where the stories of the kill switch begin: a day in an account with a budget of ten dollars."""

from spendplane.adapters.memory.fleet import VANISHING
from spendplane.application.ports.switches import AuditEntry
from spendplane.domain.budgets import Budget
from spendplane.domain.periods import Period
from tests.support.builders import at
from tests.support.fleets import staging, target
from tests.support.switch_timeline import SwitchTimeline
from tests.support.world import World

AGENT, CHAT, LIVE = target("agent"), target("chat", VANISHING), target("checkout", environment="production")
DAILY = staging(10, period=Period.DAILY)
SWITCH = "throttle/staging/d2026-11-22"


def story(start: str = "2026-11-22T08:00:00+00:00") -> SwitchTimeline:
    """In the morning the budget is there, and a function in production."""
    day = SwitchTimeline(World(now=at(start)))
    day.deploy(DAILY)
    day.add(LIVE, reserved=200)
    return day


def over(usd: str = "12") -> SwitchTimeline:
    """The budget is over, the alerts were told, and the kill switch has not heard of it yet."""
    day = story()
    day.add(AGENT, reserved=10)
    day.at("09:00").spend(usd)
    day.expect_told("staging 80", "staging 100")
    return day


def engaged() -> SwitchTimeline:
    """The agent was turned down, and people know."""
    day = over().kill_switch().expect_down(AGENT)
    day.expect_told("staging engaged: agent throttled")
    return day


def over_limit(*budgets: Budget, usd: str = "12") -> SwitchTimeline:
    """At nine o'clock these budgets (else the daily one) have so much; the kill switch has not heard of it."""
    day = SwitchTimeline(World(now=at("2026-11-22T09:00:00+00:00")))
    day.deploy(*(budgets or (DAILY,)))
    day.add(AGENT, reserved=10)
    day.spend(usd)
    return day


def turned_down(*budgets: Budget) -> SwitchTimeline:
    """And now it has."""
    return over_limit(*budgets).kill_switch().expect_down(AGENT)


def kinds(entries: list[AuditEntry]) -> list[str]:
    """Of audit entries, in their order."""
    return [entry.kind for entry in entries]
