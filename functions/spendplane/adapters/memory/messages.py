"""A bus and a topic that keep what they were given."""
# ruff: noqa: ARG002  # the ports' signatures

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

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

    def publish_records(self, source: str, items: Sequence[Mapping[str, Any]]) -> None:
        """See `hours.UsageBus`. Each is kept like a record that was published alone."""
        self.usage += [(source, json.dumps(item)) for item in items]


@dataclass(slots=True)
class MemoryTopic:
    """Keeps what was sent."""

    name: str
    messages: list[Message] = field(default_factory=list)

    def send(self, message: Message) -> None:
        """See `ports.Topic`."""
        self.messages.append(message)
