"""The kill switch's use cases: a crossed budget, the minute's round, and a person's word."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import islice

from spendplane.application.looking import Look, Lookout
from spendplane.application.ports import BusyError, Definitions
from spendplane.application.retry import Retry
from spendplane.application.settle import Settle, Settled
from spendplane.application.switches import Switches
from spendplane.domain.budgets import Budget
from spendplane.domain.counters import CounterRef
from spendplane.domain.periods import window_of
from spendplane.domain.plans import Plan
from spendplane.domain.switches import Hold, Level, Order, Phase, Switch

MAX_SWITCHES = 500
"""Looked at in one round; the rest is due in the next."""
PATIENT = Retry(attempts=12, base_seconds=0.2, ceiling_seconds=2.0)
"""A person waits for the round that is at the switch just now."""


class WordError(Exception):
    """What a person asked for cannot be done: `what`, and the `mend`."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(what)
        self.what = what
        self.mend = mend


@dataclass(frozen=True, slots=True)
class Enforce:
    """Every use case ends in `Settle`, which goes by what is true now: nothing here has to be trusted."""

    settle: Settle
    lookout: Lookout
    switches: Switches
    definitions: Definitions
    retry: Retry = PATIENT

    def crossed(self, ref: CounterRef, *, hard: bool, now: datetime) -> list[Settled]:
        """A budget crossed a threshold. What somebody else is at, or a forged event, comes to nothing."""
        budget = self.definitions.current(ref.budget_id)
        level = Level.THROTTLE if hard else Level.DEGRADE
        if budget is None or not _acts(budget, level) or ref.window.closed(now):
            return []
        settled = self.settle(ref, level, now)
        return [] if settled is None else [settled]

    def reconcile(self, now: datetime) -> list[Settled]:
        """Every switch that is due. One that fails does not stop the others; its error is raised in the end."""
        done: list[Settled] = []
        errors: list[Exception] = []
        for ref, level in islice(self.switches.waiting(now), MAX_SWITCHES):
            try:
                settled = self.settle(ref, level, now)
            except BusyError:
                continue  # stays due
            except Exception as error:  # noqa: BLE001  # raised below
                errors.append(error)
                continue
            if settled is not None:
                done.append(settled)
        if errors:
            raise ExceptionGroup(f"{len(errors)} switches could not be settled", errors)
        return done

    def plan(self, budget_id: str, key: str | None, now: datetime) -> tuple[Look, Plan]:
        """What the switch would do if the budget were over now. Changes nothing. Raises WordError."""
        ref = self._ref(self._budget(budget_id), key, now)
        switch = self.switches.get(ref, Level.THROTTLE) or Switch(ref, Level.THROTTLE)
        look = self.lookout(switch, now)
        return look, self.lookout.plan(look)[0]

    def engage(self, budget_id: str, key: str | None, order: Order, now: datetime) -> Settled:
        """On, until the period ends or somebody releases it. Raises WordError and BusyError."""
        ref = self._ref(self._budget(budget_id), key, now)
        return self._patiently(ref, Level.THROTTLE, now, order)

    def release(self, budget_id: str, key: str | None, hold: Hold, now: datetime) -> list[Settled]:
        """Off on both levels, and held off. Raises WordError and BusyError."""
        budget = self._budget(budget_id)
        if hold.until is not None and hold.until <= now:
            raise WordError(f"--until {hold.until:%Y-%m-%d %H:%M} UTC is over", "name a moment to come")
        if hold.extend_usd is not None:
            self._check_extension(budget, hold.extend_usd)
        ref = self._ref(budget, key, now)
        levels = [Level.THROTTLE]
        if self.switches.get(ref, Level.DEGRADE) is not None:
            levels.append(Level.DEGRADE)
        return [self._patiently(ref, level, now, hold) for level in levels]

    def _check_extension(self, budget: Budget, usd: Decimal) -> None:
        if budget.limits.usd is None:
            raise WordError(
                f"`{budget.id}` has no limit in dollars, so --extend changes nothing",
                "release it without --extend, or raise its limit in budgets.yaml",
            )
        if usd <= 0:
            raise WordError(f"--extend {usd:f} grants nothing", "name the dollars that may be spent beyond the limit")

    def _patiently(self, ref: CounterRef, level: Level, now: datetime, word: Order | Hold) -> Settled:
        def attempt() -> Settled:
            settled = self.settle(ref, level, now, word)
            if settled is None:
                raise BusyError("another run of the kill switch is at this budget just now; try again in a minute")
            return settled

        return self.retry(attempt)

    def _budget(self, budget_id: str) -> Budget:
        budget = self.definitions.current(budget_id)
        if budget is None:
            known = ", ".join(sorted(self.definitions.deployed())[:20]) or "none is deployed"
            raise WordError(f"no budget `{budget_id}` is deployed", f"choose one of: {known}")
        return budget

    def _ref(self, budget: Budget, key: str | None, now: datetime) -> CounterRef:
        code = window_of(budget.period, now).code
        if budget.per is None and key is not None:
            raise WordError(f"`{budget.id}` has one counter, no --key", "leave --key out")
        if budget.per is not None and key is None:
            on = [item.ref.key for item in self.switches.of_budget(budget.id) if _concerns(item, code)]
            named = ", ".join(sorted(str(item) for item in on)) or "none"
            raise WordError(f"`{budget.id}` has a counter per {budget.per}", f"name one with --key; now on: {named}")
        return CounterRef(budget.id, code, key)


def _acts(budget: Budget, level: Level) -> bool:
    if level is Level.THROTTLE:
        return budget.on_hard_limit == "throttle"
    return budget.on_soft_limit == "degrade"


def _concerns(switch: Switch, code: str) -> bool:
    return switch.ref.code == code and switch.phase in {Phase.ON, Phase.REFUSED, Phase.RELEASING}
