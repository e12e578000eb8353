"""A bus and a topic that keep what they were given."""
# ruff: noqa: ARG002  # the ports' signatures

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from spendplane.application.ports import Announcement, Message


@dataclass(slots=True)
class MemoryBus:
    """Keeps what was published."""

    published: list[Announcement] = field(default_factory=list)
    usage: list[tuple[str, str]] = field(default_factory=list)

    def publish(self, announcements: Sequence[Announcement], now: datetime) -> None:
        """See `ports.Bus`."""
        self.published += announcements

    def publish_usage(self, source: str, details: Sequence[str]) -> None:
        """See `ports.Bus`."""
        self.usage += [(source, detail) for detail in details]


@dataclass(slots=True)
class MemoryTopic:
    """Keeps what was sent."""

    name: str
    messages: list[Message] = field(default_factory=list)

    def send(self, message: Message) -> None:
        """See `ports.Topic`."""
        self.messages.append(message)
