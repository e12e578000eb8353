"""Publishes usage records: ten entries a call, and what EventBridge did not take once more."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from cli.usage import Record

ATTEMPTS = 6
MAX_EVENT_BYTES = 200_000
"""Of a batch event: below the 256 KB that EventBridge and SQS have always taken."""


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of PutEvents with the records it carries."""

    detail_type: str
    detail: str
    source: str
    records: tuple[Record, ...]


@dataclass(slots=True)
class Published:
    """What became of it. `failed` are events that EventBridge did not take, with its words."""

    records: int = 0
    events: int = 0
    retries: int = 0
    failed: list[tuple[Event, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Publisher:
    """Over an `events` client of boto3."""

    client: Any
    bus: str
    sleep: Callable[[float], None]

    def __call__(self, events: Sequence[Event], done: Published, progress: Callable[[], None]) -> None:
        """Publishes in order and keeps count in `done`, also when it raises ClientError or BotoCoreError."""
        from spendplane.adapters.eventbridge import chunks

        waiting = iter(events)
        for chunk in chunks([self._entry(event) for event in events]):
            self._put(list(islice(waiting, len(chunk))), done, progress)

    def _put(self, events: list[Event], done: Published, progress: Callable[[], None]) -> None:
        failed: list[tuple[Event, str]] = []
        for attempt in range(ATTEMPTS):
            if attempt:
                from random import uniform

                self.sleep(uniform(0, min(5.0, 0.1 * 2**attempt)))  # noqa: S311  # jitter, no secret
                done.retries += len(events)
            answer = self.client.put_events(Entries=[self._entry(event) for event in events])
            failed = list(_failed(events, answer["Entries"]))
            refused = {id(event) for event, _ in failed}
            for event in events:
                if id(event) not in refused:
                    done.events += 1
                    done.records += len(event.records)
                    for _ in event.records:
                        progress()
            events = [event for event, _ in failed]
            if not events:
                return
        done.failed += failed

    def _entry(self, event: Event) -> dict[str, str]:
        return {
            "Source": event.source,
            "DetailType": event.detail_type,
            "Detail": event.detail,
            "EventBusName": self.bus,
        }


def _failed(events: Iterable[Event], answers: Iterable[dict[str, str]]) -> Iterator[tuple[Event, str]]:
    for event, answer in zip(events, answers, strict=True):
        if "ErrorCode" in answer:
            yield event, f"{answer['ErrorCode']}: {answer.get('ErrorMessage', '')}".rstrip(": ")


def single(records: Iterable[Record]) -> list[Event]:
    """An event per record."""
    from spendplane.contract.usage_event import USAGE_RECORDED

    return [Event(USAGE_RECORDED, record.detail, record.source, (record,)) for record in records]


def batched(records: Iterable[Record]) -> list[Event]:
    """Up to 500 records of one source in an event, and at most 200 KB."""
    from spendplane.contract.usage_event import MAX_BATCH_RECORDS, USAGE_BATCH_RECORDED

    by_source: dict[str, list[Record]] = {}
    for record in records:
        by_source.setdefault(record.source, []).append(record)
    return [
        Event(
            USAGE_BATCH_RECORDED, f'{{"records": [{", ".join(item.detail for item in group)}]}}', source, tuple(group)
        )
        for source, of_source in by_source.items()
        for group in _groups(of_source, MAX_BATCH_RECORDS)
    ]


def _groups(records: Iterable[Record], most: int) -> Iterator[list[Record]]:
    group: list[Record] = []
    size = 0
    for record in records:
        length = len(record.detail.encode()) + 2
        if group and (len(group) == most or size + length > MAX_EVENT_BYTES):
            yield group
            group, size = [], 0
        group.append(record)
        size += length
    if group:
        yield group
