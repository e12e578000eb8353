"""Entries of PutEvents, each with what its records are meant to be: the generator's own word, to check against."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from local.demo.records import Record
from spendplane.contract.usage_event import USAGE_BATCH_RECORDED, USAGE_RECORDED


@dataclass(frozen=True, slots=True)
class Sent:
    """One record as published. `bad` says in a word why it must be refused; None: it must count."""

    record: Record
    bad: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One entry: a single record or a batch. A batch that is refused as a whole counts as one thing published."""

    source: str
    detail_type: str
    detail: str
    sent: tuple[Sent, ...]

    def entry(self, bus: str) -> dict[str, str]:
        """As PutEvents takes it."""
        return {"Source": self.source, "DetailType": self.detail_type, "Detail": self.detail, "EventBusName": bus}


def single(source: str, record: Record, bad: str | None = None) -> Event:
    """`AI Usage Recorded`."""
    return Event(source, USAGE_RECORDED, _json(record), (Sent(record, bad),))


def batch(source: str, sent: Sequence[Sent]) -> Event:
    """`AI Usage Batch Recorded`."""
    return Event(source, USAGE_BATCH_RECORDED, _json({"records": [item.record for item in sent]}), tuple(sent))


def refused_batch(source: str, records: Sequence[Record], bad: str) -> Event:
    """A batch that is no batch: one quarantine entry for all of it."""
    return Event(source, USAGE_BATCH_RECORDED, _json({"records": list(records)}), (Sent({}, bad),))


def batches(source: str, records: Iterable[Record], size: int) -> Iterator[Event]:
    """The records, `size` to an event."""
    waiting = iter(records)
    while found := list(islice(waiting, size)):
        yield batch(source, [Sent(record) for record in found])


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
