"""What is true of one counter and its switch, and what should follow. Changes nothing."""

from dataclasses import dataclass
from datetime import datetime

from spendplane.application.fleet import Fleet
from spendplane.application.ports import Definitions, Ledger
from spendplane.application.switches import Switches
from spendplane.domain.budgets import Budget
from spendplane.domain.counters import Counter
from spendplane.domain.plans import Bounds, Plan, Verdict, decide
from spendplane.domain.selection import UnselectableError, selection
from spendplane.domain.switches import Switch, Wanted, want
from spendplane.domain.targets import Protection, Target


@dataclass(frozen=True, slots=True)
class Look:
    """What was true when it was decided. `budget` None: it is not deployed any more."""

    budget: Budget | None
    counter: Counter
    switch: Switch
    wanted: Wanted
    now: datetime

    @property
    def by(self) -> str:
        """Whose word it is."""
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

    def __call__(self, switch: Switch, now: datetime) -> Look:
        """Budget and counter as they are at this moment, read consistently."""
        ref = switch.ref
        budget = self.definitions.current(ref.budget_id)
        counter: Counter = self.ledger.counters([(ref, budget.shards if budget else 1)])[ref]
        return Look(budget, counter, switch, want(budget, counter, switch, now), now)

    def plan(self, look: Look) -> tuple[Plan, list[Target]]:
        """What is to be down for this counter, and every resource that was considered.

        What is held already is among them also when the search does not find it any more: a deleted endpoint, for one.
        """
        budget, switch = look.budget, look.switch
        if budget is None:
            return Plan(Verdict.REFUSE, look.wanted.reason), []
        known = [grip.target for grip in self.switches.grips(switch.held).values() if grip.live]
        found = [*known, *self._find(budget, look.counter.ref.key)]  # the later ones count: their tags are of now
        approved = switch.order.max_targets if switch.order else None
        return decide(budget, look.counter, found, look.now, Bounds(self.protection, switch.held, approved)), found

    def _find(self, budget: Budget, key: str | None) -> list[Target]:
        try:
            return list(self.fleet.find(selection(budget, key).search))
        except UnselectableError:
            return []  # `decide` says so
