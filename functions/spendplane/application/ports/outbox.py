"""Announcements: events of our own, stored before they are published."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from spendplane.domain.alerts import Alert


class AnnouncementState(StrEnum):
    """PENDING: stored, perhaps not published. SENT: on the bus. NOTIFIED: people were told; done."""

    PENDING = "PENDING"
    SENT = "SENT"
    NOTIFIED = "NOTIFIED"


@dataclass(frozen=True, slots=True)
class Announcement:
    """An event of our own that must not get lost: stored first, then published until somebody took it."""

    id: str
    detail_type: str
    detail: dict[str, Any]
    state: AnnouncementState = AnnouncementState.PENDING
    delivered: frozenset[str] = field(default_factory=frozenset)


class Outbox(Protocol):
    """Announcements and how far they got. `due_at` is when the sweep should publish them again."""

    def add_alert(self, alert: Alert, announcement: Announcement, due_at: datetime) -> bool:
        """Marks the counter and stores the announcement in one step; False when the alert was raised before."""

    def add(self, announcement: Announcement, due_at: datetime) -> bool:
        """Stores an announcement; False when it is there already."""

    def sent(self, announcement_id: str, due_at: datetime) -> None:
        """It is on the bus. Never takes NOTIFIED back."""

    def announcement(self, announcement_id: str) -> Announcement | None:
        """As it stands at this moment."""

    def due(self, now: datetime) -> Iterator[Announcement]:
        """What is not done by its due time."""

    def claim(self, announcement_id: str, now: datetime, until: datetime) -> Announcement | None:
        """The announcement, reserved for the caller; None when it is done, unknown or reserved by somebody else."""

    def release(self, announcement_id: str) -> None:
        """Gives a claim back."""

    def delivered(self, announcement_id: str, topic: str) -> None:
        """This topic has it."""

    def done(self, announcement_id: str) -> None:
        """People were told."""

    def alerts(self, budget_id: str | None = None) -> Iterator[Announcement]:
        """Alerts that were raised: a full read, for audits only."""
