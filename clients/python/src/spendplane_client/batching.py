"""From records to calls of PutEvents, within the limits of EventBridge and of the contract."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from spendplane_client.calls import Record

DETAIL_TYPE = "AI Usage Batch Recorded"
MAX_RECORDS = 500
"""Of one event, by the contract."""
MAX_EVENT_BYTES = 200_000
"""Of one event: with its envelope it stays under the 256 KB that EventBridge and SQS have always taken."""
MAX_ENTRIES = 10
MAX_CALL_BYTES = 240_000
"""Of one call: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html."""


@dataclass(frozen=True, slots=True)
class Event:
    """The detail of one entry, made once: what is sent again is the same, so it is counted once."""

    detail: str
    records: int


def encoded(record: Record) -> str:
    """As JSON, in ASCII: its length is its bytes."""
    return json.dumps(record, separators=(",", ":"))


def events(records: Iterable[str]) -> Iterator[Event]:
    """Of encoded records in their order, as few as can be."""
    texts: list[str] = []
    size = 0
    for text in records:
        if texts and (len(texts) == MAX_RECORDS or size + len(text) >= MAX_EVENT_BYTES):
            yield _event(texts)
            texts, size = [], 0
        texts.append(text)
        size += len(text) + 1
    if texts:
        yield _event(texts)


def _event(texts: Sequence[str]) -> Event:
    return Event('{"records":[' + ",".join(texts) + "]}", len(texts))


def calls(made: Iterable[Event]) -> Iterator[list[Event]]:
    """Groups that fit into one call."""
    group: list[Event] = []
    size = 0
    for event in made:
        if group and (len(group) == MAX_ENTRIES or size + len(event.detail) > MAX_CALL_BYTES):
            yield group
            group, size = [], 0
        group.append(event)
        size += len(event.detail)
    if group:
        yield group
