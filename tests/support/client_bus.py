"""A bus for the client package: takes, refuses or hangs as it is told, and holds every record to the contract."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from spendplane.contract.envelope import Message, Rejected, read
from spendplane_client import process
from spendplane_client.publisher import Publisher
from spendplane_client.settings import Settings

WHO = {"project_id": "marketing-gen-v1", "user_id": "employee-452", "environment": "staging"}


@dataclass
class Bus:
    """Answers `put_events` as boto3's client does. `fault` may raise, or return an error code for an entry, or None."""

    fault: Callable[[dict[str, Any]], str | None] = lambda _entry: None
    calls: list[list[dict[str, Any]]] = field(default_factory=list)
    taken: list[dict[str, Any]] = field(default_factory=list)
    open: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.open.set()

    def put_events(self, *, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803  # boto3's name
        """As the client's."""
        self.calls.append(Entries)
        self.open.wait(10)
        codes = [self.fault(entry) for entry in Entries]
        self.taken += [entry for entry, code in zip(Entries, codes, strict=True) if code is None]
        answers = [{"ErrorCode": code, "ErrorMessage": "told to"} if code else {"EventId": "1"} for code in codes]
        return {"FailedEntryCount": sum(code is not None for code in codes), "Entries": answers}

    @property
    def records(self) -> list[dict[str, Any]]:
        """What it took, each of which the meter would count."""
        found = [record for entry in self.taken for record in json.loads(entry["Detail"])["records"]]
        for entry in self.taken:
            body = {
                "detail-type": entry["DetailType"],
                "source": entry["Source"],
                "detail": json.loads(entry["Detail"]),
            }
            for event in read(Message("m", json.dumps(body), datetime.now(UTC))):
                assert not isinstance(event, Rejected), event.reason
        return found


@contextmanager
def publishing(bus: Bus, **settings: Any) -> Iterator[Publisher]:
    """The process's publisher, over that bus and without delay."""
    made = process.configure(Settings(**{"linger_seconds": 0.0, **settings}), connect=lambda: bus)
    try:
        yield made
    finally:
        bus.open.set()
        made.close(0.0)
        process._made.clear()


def published(bus: Bus) -> list[dict[str, Any]]:
    """All records, once everything is there."""
    assert process.flush(10)
    return bus.records


def only(bus: Bus) -> dict[str, Any]:
    """The one record that there is."""
    (record,) = published(bus)
    return record
