"""Where news go out: to the bus for programs, to a topic for people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from spendplane.application.ports.outbox import Announcement


class Bus(Protocol):
    """The event bus."""

    def publish(self, announcements: Sequence[Announcement], now: datetime) -> None:
        """Publishes as source `spendplane`. Raises BusyError when any was not accepted."""

    def publish_usage(self, source: str, details: Sequence[str]) -> None:
        """Publishes usage records (JSON) again, in a producer's name. Raises BusyError."""


@dataclass(frozen=True, slots=True)
class Message:
    """What people get: a subject, a body per protocol, attributes for filters."""

    subject: str
    text: str
    sms: str
    chat: dict[str, Any]
    machine: dict[str, Any]
    attributes: dict[str, str]


class Topic(Protocol):
    """One SNS topic."""

    @property
    def name(self) -> str:
        """How it is called here: on-call or budget-alerts."""

    def send(self, message: Message) -> None:
        """Hands the message over. Raises BusyError."""
