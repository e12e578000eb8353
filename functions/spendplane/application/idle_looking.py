"""What is true of a resource that may be idle, in the terms of its kill switch. Changes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from spendplane.application.fleet import Fleet
from spendplane.application.switches import Switches
from spendplane.domain.budgets import Budget
from spendplane.domain.idle_policy import Activity, IdlePolicy, busy, key_of, standing, want_idle
from spendplane.domain.switches import Switch, Wanted
from spendplane.domain.targets import PROJECT_TAG, Protection, Target, utc_day


class Activities(Protocol):
    """Whether resources are called. Raises BusyError and RefusedError."""

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of target that it can tell of."""

    def read(self, targets: Sequence[Target], policy: IdlePolicy, now: datetime) -> Mapping[str, Activity]:
        """By the target's key, over the last `policy.after`; who tells nothing is left out."""


@dataclass(frozen=True, slots=True)
class IdleLookout:
    """`policy` None: budgets.yaml says nothing of idling, and what is down is given back."""

    policy: IdlePolicy | None
    activities: Activities
    fleet: Fleet
    switches: Switches
    protection: Protection

    def __call__(self, switch: Switch, now: datetime) -> tuple[Budget | None, Wanted]:
        """What stands for its budget, and whether it is to be down. Raises BusyError."""
        target = self._target(switch)
        refusal = self.protection.refusal(target, utc_day(now)) if target else "it is not there any more"
        budget = self.policy.budget(target.tags if target else {}) if self.policy else None
        wanted = standing(self.policy, switch, refusal, now)
        if wanted is None and self.policy and target:
            activity = self.activities.read([target], self.policy, now).get(target.key)
            wanted = want_idle(self.policy, switch, activity, now)
        return budget, wanted or Wanted(on=False, reason=str(refusal))

    def find(self, key: str | None) -> list[Target]:
        """The resource of a switch, where it is there; None: every one that could be idle."""
        found = self.fleet.find({PROJECT_TAG: ()}, self.activities.kinds)
        return [target for target in found if key in {None, key_of(target)}]

    def idle(self, now: datetime) -> list[Target]:
        """Every resource that may be touched and that nobody calls; in the order of their names."""
        if self.policy is None:
            return []
        allowed = [target for target in self.find(None) if self.protection.refusal(target, utc_day(now)) is None]
        activities = self.activities.read(allowed, self.policy, now)
        idle = [target for target in allowed if busy(self.policy, activities.get(target.key), now) is None]
        return sorted(idle, key=lambda target: target.key)

    def _target(self, switch: Switch) -> Target | None:
        """With its present tags, or, of what is down and gone, with those that it had."""
        found = self.find(switch.ref.key)
        grips = self.switches.grips(switch.held).values() if not found else ()
        return next(iter([*found, *(grip.target for grip in grips if grip.live)]), None)
