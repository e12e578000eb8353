"""How every budget stands now: from counters, never from raw events."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from spendplane.application.ports import Definitions, Ledger
from spendplane.domain.alerts import Pace, pace
from spendplane.domain.budgets import Budget
from spendplane.domain.counters import Counter, CounterRef
from spendplane.domain.limits import State, Tightest, state_of, tightest
from spendplane.domain.periods import window_of


@dataclass(frozen=True, slots=True)
class Standing:
    """One counter against its budget."""

    budget: Budget
    counter: Counter
    state: State
    closest: Tightest | None
    pace: Pace | None

    @property
    def percent(self) -> Decimal | None:
        """Of the tightest limit; None where there is none."""
        return self.closest.percent if self.closest else None

    @property
    def alerts(self) -> list[tuple[int, int]]:
        """(threshold in percent, revision) of the alerts raised in this period, lowest first."""
        return sorted((int(percent), int(revision)) for percent, revision in (m.split(".") for m in self.counter.fired))


@dataclass(frozen=True, slots=True)
class Status:
    """Reads the budgets and their counters of the current period (or of the one that holds `at`)."""

    ledger: Ledger
    definitions: Definitions

    def __call__(
        self, now: datetime, budget_id: str | None = None, at: datetime | None = None, key: str | None = None
    ) -> Iterator[Standing]:
        """One line per counter; a budget without `per` has its line also before its first event. With `key`, only
        this key's counters, read directly; those without a record are left out.
        """
        for budget in sorted(self.definitions.deployed().values(), key=lambda budget: budget.id):
            if budget_id in (None, budget.id) and (key is None or budget.per):
                yield from self._of(budget, now, at or now, key)

    def _of(self, budget: Budget, now: datetime, at: datetime, key: str | None) -> Iterator[Standing]:
        window = window_of(budget.period, at)
        if key is not None:
            counters = [item for item in self._one(CounterRef(budget.id, window.code, key)) if item.spend.requests]
        elif budget.per:
            counters = sorted(
                self.ledger.counters_of(budget, window), key=lambda counter: counter.spend.usd, reverse=True
            )
        else:
            counters = self._one(CounterRef(budget.id, window.code), budget.shards)
        for counter in counters:
            closest = tightest(counter.spend, budget.limits)
            state = state_of(counter.spend, budget.limits, budget.thresholds)
            yield Standing(budget, counter, state, closest, pace(closest, counter, now) if closest else None)

    def _one(self, ref: CounterRef, shards: int = 1) -> list[Counter]:
        return list(self.ledger.counters([(ref, shards)]).values())
