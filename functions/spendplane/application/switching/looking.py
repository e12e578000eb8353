"""What is true of one counter and its switch, and what should follow. Changes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from spendplane.application.ports import Definitions, Ledger
from spendplane.application.ports.drifts import Drifts
from spendplane.application.ports.fleet import Fleet
from spendplane.application.ports.switches import Switches
from spendplane.application.switching.idle_looking import IdleLookout
from spendplane.domain.budgets import Budget
from spendplane.domain.counters import Counter
from spendplane.domain.drift import doubt
from spendplane.domain.plans import Bounds, Plan, Verdict, decide
from spendplane.domain.selection import UnselectableError, selection
from spendplane.domain.switches import Grip, Hold, Level, Order, Switch, Wanted, want
from spendplane.domain.targets import Protection, Target


@dataclass(frozen=True, slots=True)
class Look:
    """What was true when it was decided. `budget` None: it is not deployed any more."""

    budget: Budget | None
    counter: Counter
    switch: Switch
    wanted: Wanted
    now: datetime
    word: Order | Hold | None = None
    """What a person said just now."""
    costs: Mapping[str, str] = field(default_factory=dict)
    """By key of a target that idles: what it costs while it is up, in words."""

    @property
    def by(self) -> str:
        """Whose word it is."""
        if self.word is not None:
            return self.word.by
        if self.wanted.on:
            return self.switch.order.by if self.switch.order else "spendplane"
        return self.switch.hold.by if self.wanted.held and self.switch.hold else "spendplane"


@dataclass(frozen=True, slots=True)
class Lookout:
    """Reads counters, budgets and the fleet. Raises BusyError."""

    ledger: Ledger
    definitions: Definitions
    switches: Switches
    fleet: Fleet
    protection: Protection
    drifts: Drifts
    idle: IdleLookout

    def __call__(self, switch: Switch, now: datetime, word: Order | Hold | None = None) -> Look:
        """Budget and counter as they are at this moment, read consistently."""
        ref = switch.ref
        if switch.level is Level.IDLE:
            found = self.idle(switch, now)
            return Look(found.budget, Counter(ref), switch, found.wanted, now, word, found.costs)
        budget = self.definitions.current(ref.budget_id)
        counter: Counter = self.ledger.counters([(ref, budget.shards if budget else 1)])[ref]
        return Look(budget, counter, switch, want(budget, counter, switch, now), now, word)

    def plan(self, look: Look) -> tuple[Plan, list[Target]]:
        """What is to be down for this counter, and every resource that was considered.

        What is held already is among them also when it is not there any more: a deleted endpoint, for one.
        """
        budget, switch = look.budget, look.switch
        if budget is None:
            return Plan(Verdict.REFUSE, look.wanted.reason), []
        found = self._find(budget, switch)
        found = [*self._gone(switch, {target.arn for target in found}), *found]
        approved = switch.order.max_targets if switch.order else None
        bounds = Bounds(self.protection, switch.held, approved, self._doubt(look, budget))
        return decide(budget, look.counter, found, look.now, bounds), found

    def _doubt(self, look: Look, budget: Budget) -> str | None:
        """A person's order goes by what the person knows, not by the counter; nor does idleness."""
        if look.switch.order or look.switch.level is Level.IDLE or self.protection.max_drift_percent is None:
            return None
        return doubt(self.drifts.last(), budget, look.counter.ref.key, self.protection.max_drift_percent)

    def _gone(self, switch: Switch, seen: set[str]) -> list[Target]:
        """What is held and nowhere to be found, with the tags that it had. What carries other tags now is not gone."""
        missing = [
            grip for grip in self.switches.grips(switch.held).values() if grip.live and grip.target.arn not in seen
        ]
        if not all(self._vanished(grip) for grip in missing):
            seen = {target.arn for target in self.fleet.find({})}
        return [grip.target for grip in missing if grip.target.arn not in seen]

    def _vanished(self, grip: Grip) -> bool:
        """True where throttling itself takes the target away."""
        try:
            return self.fleet.actuator(grip.target.kind).throttled(grip.before) is None
        except KeyError:
            return True

    def _find(self, budget: Budget, switch: Switch) -> list[Target]:
        if switch.level is Level.IDLE:
            return self.idle.find(switch.ref.key)
        try:
            return list(self.fleet.find(selection(budget, switch.ref.key).search))
        except UnselectableError:
            return []  # `decide` says so
