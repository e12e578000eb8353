"""A person's words to the kill switch: which switch is meant, or why none is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from spendplane.application.ports import Definitions
from spendplane.application.ports.switches import Switches
from spendplane.application.switching.idle_looking import IdleLookout
from spendplane.domain.budgets import Budget
from spendplane.domain.counters import CounterRef
from spendplane.domain.idle_policy import EVERY_RESOURCE, IDLE, key_of, ref_of
from spendplane.domain.periods import window_of
from spendplane.domain.switches import Level, Phase, Switch

_SHOWN = 20


class WordError(Exception):
    """What a person asked for cannot be done: `what`, and the `mend`."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(what)
        self.what = what
        self.mend = mend


@dataclass(frozen=True, slots=True)
class Meant:
    """The counter whose switch is meant, its budget, and the levels that there are of it; the first one throttles."""

    ref: CounterRef
    budget: Budget
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """Every call raises WordError."""

    definitions: Definitions
    switches: Switches
    idle: IdleLookout

    def meant(self, budget_id: str, key: str | None, now: datetime) -> Meant:
        """By the names that notices and lists say."""
        if budget_id == IDLE:
            return Meant(ref_of(self._resource(key)), EVERY_RESOURCE, (Level.IDLE,))
        budget = self._budget(budget_id)
        ref = CounterRef(budget.id, window_of(budget.period, now).code, self._key(budget, key, now))
        degrades = self.switches.get(ref, Level.DEGRADE) is not None
        return Meant(ref, budget, (Level.THROTTLE, Level.DEGRADE) if degrades else (Level.THROTTLE,))

    def _budget(self, budget_id: str) -> Budget:
        budget = self.definitions.current(budget_id)
        if budget is None:
            known = ", ".join(sorted(self.definitions.deployed())[:_SHOWN]) or "none is deployed"
            raise WordError(f"no budget `{budget_id}` is deployed", f"choose one of: {known}")
        return budget

    def _key(self, budget: Budget, key: str | None, now: datetime) -> str | None:
        code = window_of(budget.period, now).code
        if budget.per is None and key is not None:
            raise WordError(f"`{budget.id}` has one counter, no --key", "leave --key out")
        if budget.per is not None and key is None:
            on = [item.ref.key for item in self.switches.of_budget(budget.id) if _concerns(item, code)]
            named = ", ".join(sorted(str(item) for item in on)) or "none"
            raise WordError(f"`{budget.id}` has a counter per {budget.per}", f"name one with --key; now on: {named}")
        return key

    def _resource(self, key: str | None) -> str:
        """As `key_of`, or the name alone. Only what has a switch, or is there: a slip must not hold off nothing."""
        kept = [item.ref.key for item in self.switches.of_budget(IDLE) if item.ref.key and item.phase is not Phase.OFF]
        if key is None:
            raise WordError(f"`{IDLE}` has a switch per resource", f"name one with --key; now: {_listed(kept)}")
        there = [key_of(target) for target in self.idle.find(None)]
        found = [known for known in dict.fromkeys([*kept, *there]) if key in {known, known.partition("/")[2]}]
        if len(found) != 1:
            what = f"no endpoint or component `{key}` has tags or a switch" if not found else f"`{key}` is not clear"
            raise WordError(what, f"name one with --key: {_listed(found or kept)}")
        return found[0]


def _listed(keys: Sequence[str]) -> str:
    return ", ".join(sorted(keys)[:_SHOWN]) or "none"


def _concerns(switch: Switch, code: str) -> bool:
    return switch.ref.code == code and switch.phase in {Phase.ON, Phase.REFUSED, Phase.RELEASING}
