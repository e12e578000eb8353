"""Announcements in dictionaries, with the marks that alerts leave on counters."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from spendplane.adapters.memory.ledger import MemoryLedger
from spendplane.application.ports import Announcement, AnnouncementState
from spendplane.contract.outgoing import THRESHOLD_CROSSED
from spendplane.domain.alerts import Alert
from spendplane.domain.counters import Counter, CounterRef
from spendplane.domain.switches import Level, level_of


@dataclass
class MemoryOutbox(MemoryLedger):
    """See `application.ports.Outbox`. It marks counters and switches, so it is one with the ledger."""

    announcements: dict[str, Announcement] = field(default_factory=dict)
    due_at: dict[str, datetime] = field(default_factory=dict)
    claims: dict[str, datetime] = field(default_factory=dict)
    switch_due: dict[tuple[CounterRef, Level], datetime] = field(default_factory=dict)

    def add_alert(self, alert: Alert, announcement: Announcement, due_at: datetime) -> bool:
        """See `ports.Outbox`."""
        with self.lock:
            old = self.shards.get((alert.ref, 0), Counter(alert.ref))
            if alert.marker in old.fired or announcement.id in self.announcements:
                return False
            self.shards[alert.ref, 0] = replace(old, fired=old.fired | {alert.marker})
            if level := level_of(alert):
                self.switch_due[alert.ref, level] = due_at
            return self.add(announcement, due_at)

    def add(self, announcement: Announcement, due_at: datetime) -> bool:
        """See `ports.Outbox`."""
        with self.lock:
            if announcement.id in self.announcements:
                return False
            self.announcements[announcement.id] = announcement
            self.due_at[announcement.id] = due_at
            return True

    def sent(self, announcement_id: str, due_at: datetime) -> None:
        """See `ports.Outbox`."""
        with self.lock:
            old = self.announcements.get(announcement_id)
            if old is not None and old.state is not AnnouncementState.NOTIFIED:
                self.announcements[announcement_id] = replace(old, state=AnnouncementState.SENT)
                self.due_at[announcement_id] = due_at

    def announcement(self, announcement_id: str) -> Announcement | None:
        """See `ports.Outbox`."""
        return self.announcements.get(announcement_id)

    def due(self, now: datetime) -> Iterator[Announcement]:
        """See `ports.Outbox`."""
        waiting = sorted((time, key) for key, time in self.due_at.items() if time <= now)
        yield from [self.announcements[key] for _, key in waiting]

    def claim(self, announcement_id: str, now: datetime, until: datetime) -> Announcement | None:
        """See `ports.Outbox`."""
        with self.lock:
            found = self.announcements.get(announcement_id)
            if found is None or found.state is AnnouncementState.NOTIFIED:
                return None
            if announcement_id in self.claims and self.claims[announcement_id] > now:
                return None
            self.claims[announcement_id] = until
            return found

    def release(self, announcement_id: str) -> None:
        """See `ports.Outbox`."""
        self.claims.pop(announcement_id, None)

    def delivered(self, announcement_id: str, topic: str) -> None:
        """See `ports.Outbox`."""
        with self.lock:
            old = self.announcements[announcement_id]
            self.announcements[announcement_id] = replace(old, delivered=old.delivered | {topic})

    def done(self, announcement_id: str) -> None:
        """See `ports.Outbox`."""
        with self.lock:
            old = self.announcements[announcement_id]
            self.announcements[announcement_id] = replace(old, state=AnnouncementState.NOTIFIED)
            self.due_at.pop(announcement_id, None)
            self.claims.pop(announcement_id, None)

    def alerts(self, budget_id: str | None = None) -> Iterator[Announcement]:
        """See `ports.Outbox`."""
        for item in list(self.announcements.values()):
            if item.detail_type == THRESHOLD_CROSSED and budget_id in (None, item.detail["budget_id"]):
                yield item
