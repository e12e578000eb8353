"""Raises the alerts that are due: marked and stored first, then published, of one counter in their order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from spendplane.application.alerting.announcing import threshold_crossed
from spendplane.application.ports import (
    Announcement,
    AnnouncementState,
    Bus,
    BusyError,
    Definitions,
    Ledger,
    Outbox,
)
from spendplane.domain.alerts import Alert, due, raised_below
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
        alerts = due(current, counter, now)
        return self._raise(alerts, raised_below(counter, alerts[0].threshold, current.revision), now) if alerts else []

    def _raise(self, alerts: Sequence[Alert], below: Sequence[str], now: datetime) -> list[Alert]:
        """Claims all, then says what it got, lowest first; `below` are the ids of what was raised before.

        Another process may be gone between the two, so what it claimed below is said here, unless it has been. Where
        the period has not begun nothing is said: announcement and switch are due at its beginning.
        """
        early = alerts[0].early
        said = {alert.id: threshold_crossed(alert, now) for alert in alerts}
        due_at = alerts[0].ref.window.start if early else now + UNSENT_AFTER
        raised = [item for item in alerts if self.outbox.add_alert(item, said[item.id], _again(said[item.id], due_at))]
        if early:
            return raised
        waiting: list[Announcement] = []
        others = list(below)
        for alert in alerts:
            if alert in raised:
                waiting += [*unsaid(self.outbox, others), said[alert.id]]
                others = []
            else:
                others.append(alert.id)
        say(self.outbox, self.bus, waiting, now)
        return raised


def unsaid(outbox: Outbox, ids: Sequence[str]) -> list[Announcement]:
    """Those that are not known to be on the bus, in their order. What is below one that is has been there before it."""
    found: list[Announcement] = []
    for announcement in map(outbox.announcement, reversed(ids)):
        if announcement is None or announcement.state is not AnnouncementState.PENDING:
            break
        found.insert(0, announcement)
    return found


def say(outbox: Outbox, bus: Bus, announcements: Iterable[Announcement], now: datetime) -> set[str]:
    """Publishes in their order: behind one that the bus refuses the rest waits too, until the sweep says it.

    Returns the ids of what the bus took. Raises BusyError when the table cannot keep that.
    """
    said: set[str] = set()
    for announcement in announcements:
        try:
            bus.publish([announcement], now)
        except BusyError:
            break  # stays due
        outbox.sent(announcement.id, _again(announcement, now + UNTOLD_AFTER))
        said.add(announcement.id)
    return said


def _again(announcement: Announcement, at: datetime) -> datetime:
    """When the sweep has to publish it: of thresholds that are due together the lowest comes first."""
    return at + timedelta(milliseconds=announcement.detail.get("threshold_percent", 0))


def _of_period(ref: CounterRef, budget: Budget) -> bool:
    """False for a counter from before the budget's period was changed."""
    return ref.window.period is budget.period
