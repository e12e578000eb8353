"""Usage records that a person wants published: found in what the file holds, and checked as the meter will."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cli.records import Found
from spendplane.domain.producers import ANYBODY, Producers

DEFAULT_SOURCE = "spendplane.cli"


@dataclass(frozen=True, slots=True)
class Record:
    """One record as it will be published."""

    line: int
    detail: str
    source: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that the meter would quarantine, and why."""

    line: int
    reason: str


def check(found: Sequence[Found], source: str | None, now: datetime) -> tuple[list[Record], list[Refused]]:
    """The good and the bad. `source` goes before what an envelope in the file says."""
    good: list[Record] = []
    bad: list[Refused] = []
    for item in found:
        reason = item.error or _wrong_wrapping(item.value)
        if reason:
            bad.append(Refused(item.line, reason))
            continue
        for value, said in unwrapped(item.value):
            record = Record(item.line, json.dumps(value), source or said or DEFAULT_SOURCE)
            reason = why_refused(record.detail, record.source, now)
            if reason is None:
                good.append(record)
            else:
                bad.append(Refused(item.line, reason))
    return good, bad


def _wrong_wrapping(value: Any) -> str | None:
    """What is wrong around the records, in the meter's words."""
    from spendplane.contract.envelope import unknown_kind
    from spendplane.contract.usage_event import USAGE_BATCH_RECORDED, USAGE_RECORDED

    kind = value.get("detail-type", value.get("DetailType")) if isinstance(value, dict) else None
    if kind not in (None, USAGE_RECORDED, USAGE_BATCH_RECORDED):
        return unknown_kind(kind)
    return None if any(True for _ in unwrapped(value)) else "an empty batch: `records` has no entry"


def why_refused(detail: str, source: str, now: datetime, producers: Producers = ANYBODY) -> str | None:
    """What the meter would say of this record if it came now; None: it counts."""
    from spendplane.application.metering.intake import not_allowed
    from spendplane.contract.envelope import Message, Rejected, read
    from spendplane.contract.usage_event import USAGE_RECORDED

    body = f'{{"source": {json.dumps(source)}, "detail-type": "{USAGE_RECORDED}", "detail": {detail}}}'
    (verdict,) = read(Message("", body, now))
    refused = verdict if isinstance(verdict, Rejected) else not_allowed(verdict, producers)
    return refused.reason if refused else None


def unwrapped(value: Any) -> Iterator[tuple[Any, str | None]]:  # whatever JSON holds
    """A bare record; or those of a batch, of an EventBridge event or of a PutEvents entry, with their source."""
    source = None
    if isinstance(value, dict) and ("detail" in value or "Detail" in value):
        source = value.get("source", value.get("Source"))
        value = value.get("detail", value.get("Detail"))
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except (ValueError, RecursionError):
                source = None
    records = value["records"] if isinstance(value, dict) and isinstance(value.get("records"), list) else [value]
    for record in records:
        yield record, source if isinstance(source, str) else None
