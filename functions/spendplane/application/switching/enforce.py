"""The kill switch's use cases: a crossed budget, the minute's round, and a person's word."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import islice

from spendplane.application.ports import BusyError, Definitions
from spendplane.application.ports.retry import Retry
from spendplane.application.ports.switches import Switches
from spendplane.application.switching.looking import Look, Lookout
from spendplane.application.switching.reaping import Reap
from spendplane.application.switching.settle import Settle, Settled
from spendplane.application.switching.words import WordError, Words
from spendplane.domain.budgets import Budget
from spendplane.domain.counters import CounterRef
from spendplane.domain.plans import Plan
from spendplane.domain.switches import Hold, Level, Order, Switch

MAX_SWITCHES = 500
"""Looked at in one round; the rest is due in the next."""
PATIENT = Retry(attempts=12, base_seconds=0.2, ceiling_seconds=2.0)
"""A person waits for the round that is at the switch just now."""


@dataclass(frozen=True, slots=True)
class Enforce:
    """Every use case ends in `Settle`, which goes by what is true now: nothing here has to be trusted."""

    settle: Settle
    lookout: Lookout
    switches: Switches
    definitions: Definitions
    reap: Reap
    words: Words
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

    def idle(self, now: datetime) -> list[Settled]:
        """The hourly round: a switch begins for whatever nobody calls. Raises BusyError; the next round goes on."""
        return self.reap(now)

    def plan(self, budget_id: str, key: str | None, now: datetime) -> tuple[Look, Plan]:
        """What the switch would do if the budget were over now. Changes nothing. Raises WordError."""
        meant = self.words.meant(budget_id, key, now)
        switch = self.switches.get(meant.ref, meant.levels[0]) or Switch(meant.ref, meant.levels[0])
        look = self.lookout(switch, now)
        return look, self.lookout.plan(look)[0]

    def engage(self, budget_id: str, key: str | None, order: Order, now: datetime) -> Settled:
        """On, until the period ends or somebody releases it. Raises WordError and BusyError."""
        meant = self.words.meant(budget_id, key, now)
        return self._patiently(meant.ref, meant.levels[0], now, order)

    def release(self, budget_id: str, key: str | None, hold: Hold, now: datetime) -> list[Settled]:
        """Off on every level, and held off. Raises WordError and BusyError."""
        meant = self.words.meant(budget_id, key, now)
        if hold.until is not None and hold.until <= now:
            raise WordError(f"--until {hold.until:%Y-%m-%d %H:%M} UTC is over", "name a moment to come")
        if hold.extend_usd is not None:
            self._check_extension(meant.budget, hold.extend_usd)
        return [self._patiently(meant.ref, level, now, hold) for level in meant.levels]

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


def _acts(budget: Budget, level: Level) -> bool:
    if level is Level.THROTTLE:
        return budget.on_hard_limit == "throttle"
    return budget.on_soft_limit == "degrade"
