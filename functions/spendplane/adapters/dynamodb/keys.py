"""The keys of the one table. `pk` and `sk` are strings; the sparse index `work` holds what waits for somebody.

| item | pk | sk | index `work` |
|---|---|---|---|
| ledger row | `E#` + deduplication key | `E` | `unpriced#<day>` while it has no price |
| counter | `C#<budget>#<period code>#<slot>` | value of `per`, else `-` | |
| budget | `B` | budget id | `changed` until it was judged |
| version of the budgets | `B#version` | `-` | |
| announcement | `A#` + id | `A` | `outbox` until people were told |
| quarantine entry | `Q#` + id | `Q` | `quarantine#<day>` |
| kill switch | `K#<budget>` | `<level>#<period code>#` + value of `per`, else `-` | `switch` until all is done |
| undo of a target | `T#` + ARN (and session) | `T` | |
| audit entry | `D#` + switch id | time, number, hash | |
| standing | `S#<project>`, `S#*` | switch id | |
| hours of a resource | `H#` + ARN and creation time | `H` | `hours` while it may run |
| rounds of the hours | `H` | `-` | |
| last reconciliation with the bill | `R` | `-` | |
| tally of a replay | `R#` + its name | `R` | |
"""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from spendplane.domain.counters import CounterRef
from spendplane.domain.switches import Level

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


SWITCH_WORK = "switch"


def switches_partition(budget_id: str) -> str:
    """The switches of a budget."""
    return f"K#{budget_id}"


def switch_key(ref: CounterRef, level: Level) -> Item:
    """Of a switch: its period and value of `per`."""
    return key(switches_partition(ref.budget_id), _short(f"{level}#{ref.code}#{'-' if ref.key is None else ref.key}"))


def grip_key(target_key: str) -> Item:
    """Of the undo of a target."""
    return key("T#" + _short(target_key), "T")


def audit_partition(switch_id: str) -> str:
    """The audit of a switch. The policies of all functions deny updates and deletions under `D#`."""
    return "D#" + _short(switch_id)


def audit_key(switch_id: str, sort: str) -> Item:
    """Of an entry; `sort` begins with its time."""
    return key(audit_partition(switch_id), sort)


def standings_partition(project: str) -> str:
    """What is asked of those who serve a project's models."""
    return "S#" + _short(project)


def standing_key(project: str, switch_id: str) -> Item:
    """Of what one switch asks."""
    return key(standings_partition(project), _short(switch_id))


HOURS = "hours"
HOURS_ROUNDS = key("H", "-")


def hours_key(running_id: str) -> Item:
    """Of the hours that are counted of one resource."""
    return key("H#" + _short(running_id), "H")


DRIFT = key("R", "-")
DRIFT_AUDIT = "reconciliation"
"""In the place of a switch's id: all reconciliations, in the audit."""


def replay_key(name: str) -> Item:
    """Of what became of a replay's records."""
    return key("R#" + _short(name), "R")


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
