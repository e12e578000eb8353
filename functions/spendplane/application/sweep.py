"""Once a minute: publish again what nobody took, and judge budgets whose terms changed. Reads sparse indexes only."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from spendplane.application.judge import UNTOLD_AFTER, Judge
from spendplane.application.ports import Bus, BusyError, Definitions, Ledger, Outbox
from spendplane.domain.periods import window_of

MAX_ANNOUNCEMENTS = 500
"""Published again in one run; the rest is due in the next."""
SETTLED_AFTER = timedelta(minutes=2)
"""So long a meter may still count under the budgets of before a change (its cache, and the batch it is at), and find
nothing due where the new terms would: until then every run judges the changed budgets again."""


@dataclass(frozen=True, slots=True)
class SweepReport:
    """What a run did."""

    republished: int = 0
    judged: int = 0
    alerts: int = 0


@dataclass(frozen=True, slots=True)
class Sweep:
    """Heals what a crash, an outage or a redeployment left open."""

    ledger: Ledger
    definitions: Definitions
    outbox: Outbox
    bus: Bus
    judge: Judge

    def __call__(self, now: datetime) -> SweepReport:
        """One run. Raises BusyError; the next run goes on."""
        judged, alerts = self._judge_changed(now)
        return SweepReport(self._republish(now), judged, alerts)

    def _republish(self, now: datetime) -> int:
        count = 0
        for announcement in islice(self.outbox.due(now), MAX_ANNOUNCEMENTS):
            try:
                self.bus.publish([announcement], now)
            except BusyError:
                continue  # stays due
            self.outbox.sent(announcement.id, now + UNTOLD_AFTER)
            count += 1
        return count

    def _judge_changed(self, now: datetime) -> tuple[int, int]:
        judged = alerts = 0
        for budget, changed_at in self.definitions.changed():
            if budget.limits.any:
                for counter in self.ledger.counters_of(budget, window_of(budget.period, now)):
                    alerts += len(self.judge.counter(budget, counter, now))
            if changed_at + SETTLED_AFTER <= now:
                self.definitions.judged(budget)
            judged += 1
        return judged, alerts
