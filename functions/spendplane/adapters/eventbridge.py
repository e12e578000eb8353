"""The bus port over EventBridge `PutEvents`."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from spendplane.application.ports import Announcement, BusyError
from spendplane.contract.outgoing import SOURCE
from spendplane.contract.usage_event import MAX_BATCH_RECORDS, USAGE_BATCH_RECORDED, USAGE_RECORDED

if TYPE_CHECKING:
    from types_boto3_events import EventBridgeClient
else:
    EventBridgeClient = Any

MAX_ENTRIES = 10
MAX_CALL_BYTES = 240_000
"""Of one call. EventBridge takes 1 MiB by now; the older bound of 256 KB holds everywhere."""
MAX_BATCH_BYTES = 200_000
"""Of the records of one batch event: with its envelope it stays under the 256 KB of a queue's message."""


@dataclass(frozen=True, slots=True)
class EventBridgeBus:
    """See `application.ports.Bus` and `application.sources.hours.UsageBus`."""

    client: EventBridgeClient
    name: str

    def publish(self, announcements: Sequence[Announcement], now: datetime) -> None:
        """Ten entries a call."""
        self._put(
            [
                {
                    "Time": now,
                    "Source": SOURCE,
                    "DetailType": item.detail_type,
                    "Detail": json.dumps(item.detail),
                    "EventBusName": self.name,
                }
                for item in announcements
            ]
        )

    def publish_usage(self, source: str, details: Sequence[str]) -> None:
        """In the producer's name."""
        self._put(
            [
                {"Source": source, "DetailType": USAGE_RECORDED, "Detail": detail, "EventBusName": self.name}
                for detail in details
            ]
        )

    def publish_records(self, source: str, items: Sequence[Mapping[str, Any]]) -> None:
        """In batch events of up to 500 records."""
        self._put(
            [
                {"Source": source, "DetailType": USAGE_BATCH_RECORDED, "Detail": detail, "EventBusName": self.name}
                for detail in batches(items)
            ]
        )

    def _put(self, entries: list[dict[str, Any]]) -> None:
        for chunk in chunks(entries):
            try:
                answer = self.client.put_events(Entries=chunk)  # type: ignore[arg-type]
            except (ClientError, BotoCoreError) as error:
                raise BusyError(f"EventBridge: {error}") from error
            if answer["FailedEntryCount"]:
                failed = next(entry for entry in answer["Entries"] if "ErrorCode" in entry)
                raise BusyError(f"EventBridge: {failed['ErrorCode']}: {failed.get('ErrorMessage', '')}")


def batches(items: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The details of batch events that hold these records, in their order."""
    texts: list[str] = []
    size = 0
    for item in items:
        text = json.dumps(item, separators=(",", ":"))
        if texts and (len(texts) == MAX_BATCH_RECORDS or size + len(text) >= MAX_BATCH_BYTES):
            yield '{"records":[' + ",".join(texts) + "]}"
            texts, size = [], 0
        texts.append(text)
        size += len(text) + 1
    if texts:
        yield '{"records":[' + ",".join(texts) + "]}"


def chunks(entries: Sequence[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Groups of at most ten entries and 240 KB; a larger single entry goes alone."""
    chunk: list[dict[str, Any]] = []
    size = 0
    for entry in entries:
        length = len(entry["Detail"].encode()) + len(entry["Source"]) + len(entry["DetailType"]) + 14
        if chunk and (len(chunk) == MAX_ENTRIES or size + length > MAX_CALL_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(entry)
        size += length
    if chunk:
        yield chunk
