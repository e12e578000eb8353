"""When the kill switch takes a resource to zero because nobody calls it. Pure: what is told first, and what ends it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from spendplane.domain.budgets import Budget
from spendplane.domain.counters import CounterRef
from spendplane.domain.periods import Period
from spendplane.domain.selection import TAG_OF
from spendplane.domain.switches import Phase, Switch, Wanted
from spendplane.domain.targets import ENVIRONMENT_TAG, PROJECT_TAG, Target

IDLE = "idle"
"""Stands where switches, commands and notices name a budget; no budget may have this id."""
_CODE = "t"
_OWNER_TAG = "owner"


@dataclass(frozen=True, slots=True)
class IdlePolicy:
    """`after` without a call a resource is announced, `notice` later it is taken to zero.

    One that was created less than `grace` ago is left alone.
    """

    after: timedelta
    notice: timedelta
    grace: timedelta
    mode: str = "observe"

    def budget(self, tags: Mapping[str, str]) -> Budget:
        """What stands for a budget in decisions, records and notices about a resource with these tags."""
        names = {tag: name for name, tag in TAG_OF.items() if tag in {PROJECT_TAG, ENVIRONMENT_TAG}}
        match = tuple(sorted((name, (tags[tag],)) for tag, name in names.items() if tags.get(tag)))
        return Budget(IDLE, match, Period.TOTAL, mode=self.mode, owner=tags.get(_OWNER_TAG) or None)


EVERY_RESOURCE = Budget(IDLE, period=Period.TOTAL, per="resource")
"""For lists: a switch per resource, by `key_of`, without a period."""


@dataclass(frozen=True, slots=True)
class Activity:
    """What is known of a resource over the last `IdlePolicy.after`: `calls` is above zero if there was any, `reported`
    says that CloudWatch hears of it now.
    """

    created_at: datetime
    up: bool
    calls: float
    reported: bool
    instances: tuple[tuple[str, int], ...] = ()
    """What it runs on now, by type and number; none where it runs on what is another's, as a component does."""


def key_of(target: Target) -> str:
    """`endpoint/support-summaries`: unambiguous in one account and Region, and what people can type."""
    return target.arn.split(":", 5)[-1]


def ref_of(key: str | None) -> CounterRef:
    """Of the switch of a resource; None: of all of them together, where more are idle than may go at once."""
    return CounterRef(IDLE, _CODE, key)


def busy(policy: IdlePolicy, activity: Activity | None, now: datetime) -> str | None:
    """Why it is not idle, or not surely; None when it is. What is not known for sure is never idle."""
    if activity is None:
        return "it is not there any more, or does not tell what it does"
    if not activity.up:
        return "it has no instances"
    if now - activity.created_at < max(policy.grace, policy.after):
        return f"it was created at {activity.created_at:%Y-%m-%d %H:%M} UTC"
    if activity.calls > 0:
        return f"it was called within the last {in_hours(policy.after)}"
    return None if activity.reported else "CloudWatch has no metrics of it"


def standing(policy: IdlePolicy | None, switch: Switch, refusal: str | None, now: datetime) -> Wanted | None:
    """What follows without a look at its calls; None: they decide. What is down stays down: nobody can call it."""
    if policy is None:
        return Wanted(on=False, reason="budgets.yaml does not say `idle` any more")
    if switch.hold and switch.hold.active(now):
        until = f"until {switch.hold.until:%Y-%m-%d %H:%M} UTC" if switch.hold.until else "for good"
        return Wanted(on=False, reason=f"released by {switch.hold.by} {until}: {switch.hold.reason}", held=True)
    if switch.phase is Phase.RELEASING and switch.held:
        return Wanted(on=False, reason=switch.reason)
    if switch.order:
        return Wanted(on=True, reason=f"engaged by {switch.order.by}: {switch.order.reason}")
    if switch.phase is Phase.ON or switch.held:
        return Wanted(on=True, reason=switch.reason)
    return None if refusal is None else Wanted(on=False, reason=refusal)


def want_idle(policy: IdlePolicy, switch: Switch, activity: Activity | None, now: datetime) -> Wanted:
    """Of what is up: told first, then taken down, if it is still idle then."""
    why = busy(policy, activity, now)
    if why is not None:
        return Wanted(on=False, reason=why)
    reason = f"no call for {in_hours(policy.after)} or longer, and its instances run"
    if switch.phase is not Phase.ANNOUNCED or switch.starts_at is None:
        return Wanted(on=False, reason=reason, starts_at=now + policy.notice)
    if now < switch.starts_at:
        return Wanted(on=False, reason=reason, starts_at=switch.starts_at)
    return Wanted(on=True, reason=f"{reason}; announced at {switch.since:%Y-%m-%d %H:%M} UTC")


def in_hours(time: timedelta) -> str:
    """`48 hours`."""
    hours = time // timedelta(hours=1)
    return f"{hours:,} hour{'' if hours == 1 else 's'}"
