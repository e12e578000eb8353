"""Tells people: each announcement once per topic, also when its event arrives twice."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from spendplane.application.ports import Announcement, BusyError, Outbox, Topic
from spendplane.application.telling.notices import RUNBOOK, message_of
from spendplane.contract.outgoing import THRESHOLD_CROSSED
from spendplane.contract.switch_events import ANNOUNCED, ENGAGED, REFUSED, RELEASED

ON_CALL_HEARS = frozenset({ANNOUNCED, ENGAGED, REFUSED, RELEASED})
LEASE = timedelta(seconds=45)
"""How long one notifier may take; a crashed one is taken over after that."""


@dataclass(frozen=True, slots=True)
class Notify:
    """Reads the announcement from the table, so that a forged or stale event on the bus tells nobody anything."""

    outbox: Outbox
    on_call: Topic
    budget_alerts: Topic
    runbook: str = RUNBOOK

    def __call__(self, announcement_id: str, now: datetime) -> int:
        """Sends what is due and returns the number of messages. Raises BusyError: the event is delivered again."""
        announcement = self.outbox.claim(announcement_id, now, now + LEASE)
        if announcement is None:
            return 0
        message = message_of(announcement, self.runbook)
        waiting = [topic for topic in self._topics(announcement) if topic.name not in announcement.delivered]
        for topic in waiting:
            try:
                topic.send(message)
            except BusyError:
                self.outbox.release(announcement.id)
                raise
            self.outbox.delivered(announcement.id, topic.name)
        self.outbox.done(announcement.id)
        return len(waiting)

    def _topics(self, announcement: Announcement) -> list[Topic]:
        """`budget-alerts` hears everything. `on-call` hears what stops work or is about to: hard limits, soft ones of
        budgets whose hard limit throttles (never a period that is over), and whatever the kill switch does or refuses.
        """
        kind = announcement.detail_type
        if kind in ON_CALL_HEARS or (kind == THRESHOLD_CROSSED and wakes_on_call(announcement.detail)):
            return [self.on_call, self.budget_alerts]
        return [self.budget_alerts]


def wakes_on_call(detail: Mapping[str, object]) -> bool:
    """True when a person should look now."""
    if detail["late"]:
        return False
    return detail["severity"] == "hard" or detail["on_hard_limit"] == "throttle"
