"""Raises the alerts that are due: marked and stored first, then published."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from spendplane.application.announcing import threshold_crossed
from spendplane.application.ports import Bus, BusyError, Definitions, Ledger, Outbox
from spendplane.domain.alerts import Alert, due
from spendplane.domain.budgets import Budget
from spendplane.domain.counters import Counter, CounterRef

UNSENT_AFTER = timedelta(seconds=60)
"""An announcement that is still pending then was not published: the sweep does it."""
UNTOLD_AFTER = timedelta(minutes=5)
"""An announcement on the bus that nobody was told of by then is published again."""


@dataclass(frozen=True, slots=True)
class Judge:
    """Compares counters with their budgets by level, so that whoever looks next heals what a crash left out."""

    ledger: Ledger
    definitions: Definitions
    outbox: Outbox
    bus: Bus

    def touched(self, refs: Iterable[CounterRef], now: datetime) -> list[Alert]:
        """Judges these counters under the budgets in force. Returns what was raised. Raises BusyError."""
        budgets = self.definitions.index(now).budgets
        limited = {
            ref: budget
            for ref in refs
            if (budget := budgets.get(ref.budget_id)) and budget.limits.any and _of_period(ref, budget)
        }
        counters = self.ledger.counters((ref, budget.shards) for ref, budget in limited.items())
        raised: list[Alert] = []
        for ref, budget in limited.items():
            raised += self.counter(budget, counters[ref], now)
        return raised

    def counter(self, budget: Budget, counter: Counter, now: datetime) -> list[Alert]:
        """Judges one counter. Definitions may be some seconds old, so before anything is raised they are read anew."""
        if not due(budget, counter, now):
            return []
        current = self.definitions.current(budget.id)
        if current is None or not _of_period(counter.ref, current):
            return []
        return [alert for alert in due(current, counter, now) if self._raise(alert, now)]

    def _raise(self, alert: Alert, now: datetime) -> bool:
        announcement = threshold_crossed(alert, now)
        in_order = timedelta(milliseconds=alert.threshold)  # what the sweep has to publish, it says lowest first
        if not self.outbox.add_alert(alert, announcement, now + UNSENT_AFTER + in_order):
            return False
        try:
            self.bus.publish([announcement], now)
        except BusyError:
            return True  # stored: the sweep publishes it when it is due
        self.outbox.sent(announcement.id, now + UNTOLD_AFTER)
        return True


def _of_period(ref: CounterRef, budget: Budget) -> bool:
    """False for a counter from before the budget's period was changed."""
    return ref.window.period is budget.period
