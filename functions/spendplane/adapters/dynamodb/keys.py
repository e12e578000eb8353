"""The keys of the one table. `pk` and `sk` are strings; the sparse index `work` holds what waits for somebody.

| item | pk | sk | index `work` |
|---|---|---|---|
| ledger row | `E#` + deduplication key | `E` | `unpriced#<day>` while it has no price |
| counter | `C#<budget>#<period code>#<slot>` | value of `per`, else `-` | |
| budget | `B` | budget id | `changed` until it was judged |
| version of the budgets | `B#version` | `-` | |
| announcement | `A#` + id | `A` | `outbox` until people were told |
| quarantine entry | `Q#` + id | `Q` | `quarantine#<day>` |
"""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from spendplane.domain.counters import CounterRef

Item = dict[str, Any]
INDEX = "work"
CHANGED = "changed"
OUTBOX = "outbox"
MAX_KEY_BYTES = 1024


def key(pk: str, sk: str) -> Item:
    """A primary key in DynamoDB's form."""
    return {"pk": {"S": pk}, "sk": {"S": sk}}


ROW = "E#"
ROW_SORT = "E"


def row_key(dedup_key: str) -> Item:
    """Of a ledger row: by identity alone, so that one call has one place whatever its time says."""
    return key(ROW + dedup_key, ROW_SORT)


def counter_key(ref: CounterRef, shard: int = 0) -> Item:
    """Of one item of a counter."""
    return key(f"C#{ref.budget_id}#{ref.code}#{ref.slot(shard)}", "-" if ref.key is None else ref.key)


def counter_ref(item: Item) -> CounterRef:
    """The inverse of `counter_key`."""
    _, budget_id, code, slot = item["pk"]["S"].split("#")
    return CounterRef(budget_id, code, None if slot[0] == "s" else item["sk"]["S"])


BUDGETS = "B"
VERSION = key("B#version", "-")


def budget_key(budget_id: str) -> Item:
    """Of a budget's definition."""
    return key(BUDGETS, budget_id)


def announcement_key(announcement_id: str) -> Item:
    """Of an announcement."""
    return key("A#" + _short(announcement_id), "A")


def quarantine_key(entry_id: str) -> Item:
    """Of a quarantine entry."""
    return key("Q#" + _short(entry_id), "Q")


def unpriced_on(day: datetime) -> str:
    """The index partition of rows booked without a price on a UTC day."""
    return f"unpriced#{day:%Y-%m-%d}"


def quarantined_on(day: str) -> str:
    """The index partition of the entries of a UTC day."""
    return f"quarantine#{day}"


def instant(time: datetime) -> str:
    """A UTC time whose text sorts like the time."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds")


def _short(text: str) -> str:
    encoded = text.encode()
    return text if len(encoded) <= MAX_KEY_BYTES else "sha256#" + sha256(encoded).hexdigest()
