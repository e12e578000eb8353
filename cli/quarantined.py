"""Quarantine entries: finding them, and showing them."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from cli.output import safe
from cli.usage import unwrapped

if TYPE_CHECKING:
    from spendplane.application.ports import Quarantine, QuarantineEntry

KEPT_DAYS = 45


def days_until(now: datetime, days: int) -> list[str]:
    """The last UTC days, today first."""
    today = now.astimezone(UTC)
    return [f"{today - timedelta(days=age):%Y-%m-%d}" for age in range(days)]


def days_between(first: datetime, last: datetime) -> list[str]:
    """The UTC days of a span, the last day first."""
    return days_until(last, (last.astimezone(UTC).date() - first.astimezone(UTC).date()).days + 1)


def to_object(entry: "QuarantineEntry", *, body: bool = False) -> dict[str, Any]:
    """For scripts; with `body` also the record as it came."""
    found = {
        "id": entry.id,
        "seen_at": entry.seen_at,
        "state": entry.state,
        "source": entry.source,
        "reason": entry.reason,
    }
    return {**found, "body": entry.body} if body else found


def readable(body: str) -> list[str]:
    """The body in lines: indented where it is JSON, else as it came; harmless on a terminal."""
    try:
        lines = json.dumps(json.loads(body), indent=2, ensure_ascii=False).split("\n")
    except (ValueError, RecursionError):
        lines = body.split("\n")
    return [safe(line) for line in lines]


def search(quarantine: "Quarantine", identity: str, now: datetime) -> "QuarantineEntry | None":
    """By the entry's own id, else the newest entry whose record carries this event id or provider request id."""
    found = quarantine.get(identity)
    if found is not None:
        return found
    entries = quarantine.entries(days_until(now, KEPT_DAYS))
    return next((entry for entry in entries if _is_about(entry, identity)), None)


def _is_about(entry: "QuarantineEntry", identity: str) -> bool:
    if identity not in entry.body and json.dumps(identity) not in entry.body:
        return False
    try:
        value = json.loads(entry.body)
    except (ValueError, RecursionError):
        return True
    return any(identity in names for names in _identities(value))


def _identities(value: Any) -> Iterator[tuple[Any, Any]]:  # whatever JSON holds
    for record, _ in unwrapped(value):
        if isinstance(record, dict):
            yield record.get("id"), record.get("provider_request_id")
