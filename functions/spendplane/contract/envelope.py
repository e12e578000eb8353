"""From a queue message to records: each one a usage event, or refused with its reason in words."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, NoReturn

from pydantic import ValidationError

from spendplane.contract.text import nfc
from spendplane.contract.usage_event import (
    MAX_BATCH_RECORDS,
    USAGE_BATCH_RECORDED,
    USAGE_RECORDED,
    UsageRecord,
    parse_time,
    to_domain,
)
from spendplane.domain.usage import UsageEvent

UNREADABLE = "unreadable"
"""The field by which an adapter hands on what it could not read: its text is the reason, kept in quarantine."""
MAX_REASON = 1_000
MAX_SOURCE = 256
MAX_DIGITS = 4_000
REPLAY_NAME = "replay-name"
"""A member of the envelope that only replayed events have ("Archive and replay", Amazon EventBridge User Guide)."""
MAX_RECORD_BYTES = 32 * 1024
"""Of one canonical record: 100 of them fit into one transaction (4 MB)."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the usage queue. `received_at` is when the queue accepted it: the same at every redelivery."""

    id: str
    body: str
    received_at: datetime

    @property
    def replay(self) -> str | None:
        """The replay of the archive that it comes from, by EventBridge's word in the envelope; None: it is live."""
        if REPLAY_NAME not in self.body:  # nearly always
            return None
        try:
            envelope = _decode(self.body)
        except (ValueError, RecursionError):
            return None
        name = envelope.get(REPLAY_NAME) if isinstance(envelope, dict) else None
        return name if isinstance(name, str) and name else None


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that cannot be counted: what it was, why, and who sent it."""

    reason: str
    body: str
    source: str

    @property
    def id(self) -> str:
        """By content, so that a redelivery finds the same quarantine entry."""
        return sha256(self.body.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def read(message: Message) -> Iterator[UsageEvent | Rejected]:
    """Every record of a message, valid or refused; never raises for what a producer wrote."""
    try:
        envelope = _decode(message.body)
    except (ValueError, RecursionError) as error:
        yield Rejected(f"not JSON: {error}", message.body, "")
        return
    if not isinstance(envelope, dict) or "detail" not in envelope:
        yield Rejected("not an EventBridge event: no `detail`", message.body, "")
        return
    kind, detail, source = envelope.get("detail-type"), envelope["detail"], _source(envelope.get("source"))
    if kind == USAGE_RECORDED:
        yield _record(detail, source, message, plain=_is_plain(message.body))
    elif kind == USAGE_BATCH_RECORDED:
        yield from _batch(detail, source, message)
    else:
        yield Rejected(unknown_kind(kind), message.body, source)


def unknown_kind(kind: object) -> str:
    """Why an event of this detail type is no usage."""
    given = repr(kind)[:80] if isinstance(kind, str) else f"of type {type(kind).__name__}"
    return f"unknown detail-type {given}; expected {USAGE_RECORDED!r} or {USAGE_BATCH_RECORDED!r}"


def _source(value: object) -> str:
    return _storable(value, MAX_SOURCE) if isinstance(value, str) else ""


def _storable(text: str, most: int) -> str:
    """Without lone surrogates, which no store takes."""
    return text[:most].encode("utf-8", "replace").decode()


def _batch(detail: Any, source: str, message: Message) -> Iterator[UsageEvent | Rejected]:
    records = detail.get("records") if isinstance(detail, dict) else None
    if not isinstance(records, list):
        yield Rejected("a batch without a list `records`", message.body, source)
    elif not records:
        yield Rejected("an empty batch: `records` has no entry", message.body, source)
    elif len(records) > MAX_BATCH_RECORDS:
        yield Rejected(
            f"a batch of {len(records)} records; at most {MAX_BATCH_RECORDS} are accepted: split it",
            message.body,
            source,
        )
    else:
        plain = _is_plain(message.body)
        for record in records:
            yield _record(record, source, message, plain=plain)


def _is_plain(body: str) -> bool:
    """True when no string in it needs normalising."""
    return body.isascii() and "\\u" not in body


def _record(detail: Any, source: str, message: Message, *, plain: bool) -> UsageEvent | Rejected:
    try:
        return _checked(detail if plain else nfc(detail), source, message.received_at)
    except RecursionError:  # neither can it be printed: the whole message is kept in its place
        return Rejected("nested too deeply", message.body, source)


def _checked(detail: Any, source: str, received_at: datetime) -> UsageEvent | Rejected:
    if isinstance(detail, dict) and isinstance(reason := detail.get(UNREADABLE), str):
        return Rejected(_storable(reason, MAX_REASON).strip() or UNREADABLE, _dump(detail), source)
    try:
        record = UsageRecord.model_validate(detail)
    except ValidationError as error:
        return Rejected(describe(error), _dump(detail), source)
    try:
        time = parse_time(record.time, received_at)
    except ValueError as error:
        return Rejected(f"time: {error}", _dump(detail), source)
    try:
        event = to_domain(record, time, source)
    except ValueError as error:  # lone surrogates, or hundreds of levels
        return Rejected(f"an unknown field cannot be kept: {error}", _dump(detail), source)
    size = len(event.canonical)  # characters: one takes four bytes at most
    if size * 4 > MAX_RECORD_BYTES and (size := len(event.canonical.encode())) > MAX_RECORD_BYTES:
        return Rejected(f"{size} bytes; at most {MAX_RECORD_BYTES} are accepted for one record", _dump(detail), source)
    return event


def describe(error: ValidationError) -> str:
    """Pydantic's findings as one line for people: where, what, and what was given."""
    lines = []
    for finding in error.errors(include_url=False):
        where = ".".join(str(part) for part in finding["loc"]) or "record"
        given = repr(finding.get("input"))
        shown = given if len(given) <= 80 else f"{given[:60]}… ({len(given)} characters)"
        what = finding["msg"].removeprefix("Value error, ")
        if finding["type"] == "string_pattern_mismatch":
            what = "must not contain control characters, line breaks or #"
        lines.append(f"{where}: {what}" + ("" if finding["type"] == "missing" else f", got {shown}"))
    return "; ".join(lines)


def _dump(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _decode(body: str) -> Any:
    try:
        return _DECODER.decode(body)
    except json.JSONDecodeError:
        raise
    except ValueError:  # perhaps an integer of more digits than Python takes: its record is bad, not all the others
        return _TOLERANT.decode(body)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= MAX_DIGITS else digits


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)
_TOLERANT = json.JSONDecoder(parse_constant=_refuse_constant, parse_int=_integer)
