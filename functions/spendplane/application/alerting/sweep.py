"""Once a minute: publish again what nobody took, and judge budgets whose terms changed. Reads sparse indexes only."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from spendplane.application.alerting.announcing import counter_of
from spendplane.application.alerting.judge import Judge, say, unsaid
from spendplane.application.ports import Announcement, AnnouncementState, Bus, Definitions, Ledger, Outbox
from spendplane.contract.outgoing import THRESHOLD_CROSSED
from spendplane.domain.alerts import raised_below
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
        """Whatever became due first, of one counter a lower threshold comes before a higher one."""
        said: set[str] = set()
        for announcement in islice(self.outbox.due(now), MAX_ANNOUNCEMENTS):
            if announcement.id not in said:
                lower = unsaid(self.outbox, self._below(announcement))
                said |= say(self.outbox, self.bus, [*lower, announcement], now)
        return len(said)

    def _below(self, announcement: Announcement) -> list[str]:
        crossing = announcement.detail
        if announcement.detail_type != THRESHOLD_CROSSED or announcement.state is not AnnouncementState.PENDING:
            return []
        ref = counter_of(crossing)
        counter = self.ledger.counters([(ref, 1)])[ref]  # the first shard holds the marks
        return raised_below(counter, crossing["threshold_percent"], crossing["revision"])

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
