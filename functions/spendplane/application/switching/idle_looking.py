"""What is true of a resource that may be idle, in the terms of its kill switch. Changes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from spendplane.application.idle.hourly_costs import usd_per_hour
from spendplane.application.ports.fleet import Fleet
from spendplane.application.ports.switches import Switches
from spendplane.application.sources.hours import InstancePrices
from spendplane.contract.instance_prices_file import Use
from spendplane.domain.budgets import Budget
from spendplane.domain.idle_policy import Activity, IdlePolicy, busy, key_of, standing, want_idle
from spendplane.domain.money import format_usd
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
class Idling:
    """What is true of one resource. `budget` None: budgets.yaml says nothing of idling. `costs` as in `Look`."""

    budget: Budget | None
    wanted: Wanted
    costs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class IdleLookout:
    """`policy` None: budgets.yaml says nothing of idling, and what is down is given back."""

    policy: IdlePolicy | None
    activities: Activities
    fleet: Fleet
    switches: Switches
    protection: Protection
    prices: InstancePrices

    def __call__(self, switch: Switch, now: datetime) -> Idling:
        """What stands for its budget, whether it is to be down, and what it costs while it is up. Raises BusyError."""
        target = self._target(switch)
        refusal = self.protection.refusal(target, utc_day(now)) if target else "it is not there any more"
        budget = self.policy.budget(target.tags if target else {}) if self.policy else None
        wanted, costs = standing(self.policy, switch, refusal, now), {}
        if wanted is None and self.policy and target:
            activity = self.activities.read([target], self.policy, now).get(target.key)
            wanted = want_idle(self.policy, switch, activity, now)
            costs = {target.key: self._cost(target, activity)} if activity else {}
        return Idling(budget, wanted or Wanted(on=False, reason=str(refusal)), costs)

    def find(self, key: str | None) -> list[Target]:
        """The resource of a switch, where it is there; None: every one that could be idle."""
        found = self.fleet.find({PROJECT_TAG: ()}, self.activities.kinds)
        return [target for target in found if key in {None, key_of(target)}]

    def idle(self, now: datetime) -> dict[str, tuple[Target, str]]:
        """Every resource that may be touched and that nobody calls, and what it costs; by key, in the order of keys."""
        if self.policy is None:
            return {}
        allowed = [target for target in self.find(None) if self.protection.refusal(target, utc_day(now)) is None]
        activities = self.activities.read(allowed, self.policy, now)
        return {
            target.key: (target, self._cost(target, activity))
            for target in sorted(allowed, key=lambda target: target.key)
            if (activity := activities.get(target.key)) and busy(self.policy, activity, now) is None
        }

    def _cost(self, target: Target, activity: Activity) -> str:
        """`$1.76 an hour (1 ml.g5.xlarge)`, at list price on demand; what is not known is said."""
        if not activity.instances:
            return "no price of its own: it runs on the instances of its endpoint"
        usd = usd_per_hour(self.prices, target.region, Use.HOSTING, activity.instances)
        running = ", ".join(f"{number} {instance_type}" for instance_type, number in activity.instances)
        return f"{'at a price that is not known' if usd is None else f'{format_usd(usd)} an hour'} ({running})"

    def _target(self, switch: Switch) -> Target | None:
        """With its present tags, or, of what is down and gone, with those that it had."""
        found = self.find(switch.ref.key)
        grips = self.switches.grips(switch.held).values() if not found else ()
        return next(iter([*found, *(grip.target for grip in grips if grip.live)]), None)
