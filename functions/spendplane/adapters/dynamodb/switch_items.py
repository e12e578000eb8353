"""Switches, undos, audit entries and standings as DynamoDB items: JSON text beside the keys that are searched by."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

from spendplane.adapters.dynamodb.keys import (
    SWITCH_WORK,
    Item,
    audit_key,
    grip_key,
    instant,
    standing_key,
    switch_key,
)
from spendplane.application.ports.switches import AuditEntry, Standing
from spendplane.domain.switches import Grip, GripPhase, Hold, Level, Order, Phase, Switch, parse_switch_id
from spendplane.domain.targets import Target

RETENTION = timedelta(days=400)
"""Of what is over: a year, and the month of a year ago beside it."""


def switch_update(switch: Switch) -> tuple[list[str], Item, dict[str, str]]:
    """What to SET, its values and its names; lease and index are not in it."""
    sets = ["switch = :switch", "#state = :state"]
    values: Item = {":switch": {"S": _switch_text(switch)}, ":state": {"S": switch.phase.value}}
    end = switch.ref.window.end
    if end is not None:
        sets.append("expires_at = :expires")
        values[":expires"] = _expiry(end)
    return sets, values, {"#state": "state"}


def switch_from_item(item: Item) -> Switch:
    """The inverse; an item that was only marked as due is a switch in phase DUE."""
    ref, level = parse_switch_id(item["id"]["S"])
    turn = int(item["turn"]["N"]) if "turn" in item else 0
    if "switch" not in item:
        return Switch(ref, level, turn=turn)
    data: dict[str, Any] = json.loads(item["switch"]["S"])
    return Switch(
        ref,
        level,
        phase=Phase(data["phase"]),
        generation=data["generation"],
        reason=data["reason"],
        since=_time(data["since"]),
        held=frozenset(data["held"]),
        told=frozenset(data["told"]),
        asked=frozenset(data["asked"]),
        hold=_hold(data["hold"]),
        order=Order(**data["order"]) if data["order"] else None,
        turn=turn,
        starts_at=_time(data.get("starts_at")),
    )


def _switch_text(switch: Switch) -> str:
    hold, order = switch.hold, switch.order
    return json.dumps(
        {
            "phase": switch.phase.value,
            "generation": switch.generation,
            "reason": switch.reason,
            "since": _text(switch.since),
            "held": sorted(switch.held),
            "told": sorted(switch.told),
            "asked": sorted(switch.asked),
            "hold": hold
            and {
                "by": hold.by,
                "reason": hold.reason,
                "until": _text(hold.until),
                "extend_usd": None if hold.extend_usd is None else f"{hold.extend_usd:f}",
            },
            "order": order and {"by": order.by, "reason": order.reason, "max_targets": order.max_targets},
            "starts_at": _text(switch.starts_at),
        }
    )


def _hold(data: dict[str, Any] | None) -> Hold | None:
    if not data:
        return None
    extend = data["extend_usd"]
    return Hold(data["by"], data["reason"], _time(data["until"]), None if extend is None else Decimal(extend))


def grip_to_item(grip: Grip) -> Item:
    """A live one never expires: without it nothing could be given back."""
    target = grip.target
    item: Item = {
        **grip_key(target.key),
        "kind": {"S": target.kind},
        "arn": {"S": target.arn},
        "name": {"S": target.name},
        "tags": {"S": json.dumps(dict(target.tags))},
        "before": {"S": json.dumps(dict(grip.before))},
        "state": {"S": grip.phase.value},
        "since": {"S": instant(grip.since)},
        "attempts": {"N": str(grip.attempts)},
        "version": {"N": str(grip.version)},
    }
    if target.scope is not None:
        item["scope"] = {"S": target.scope}
    if grip.holders:
        item["holders"] = {"SS": sorted(grip.holders)}
    if grip.error is not None:
        item["error"] = {"S": grip.error}
    if grip.partial:
        item["partial"] = {"BOOL": True}
    if not grip.live:
        item["expires_at"] = _expiry(grip.since)
    return item


def grip_from_item(item: Item) -> Grip:
    """The inverse of `grip_to_item`."""
    return Grip(
        target=Target(
            item["kind"]["S"],
            item["arn"]["S"],
            item["name"]["S"],
            json.loads(item["tags"]["S"]),
            item["scope"]["S"] if "scope" in item else None,
        ),
        before=json.loads(item["before"]["S"]),
        phase=GripPhase(item["state"]["S"]),
        holders=frozenset(item["holders"]["SS"]) if "holders" in item else frozenset(),
        since=datetime.fromisoformat(item["since"]["S"]),
        attempts=int(item["attempts"]["N"]),
        error=item["error"]["S"] if "error" in item else None,
        partial="partial" in item,
        version=int(item["version"]["N"]),
    )


def audit_to_item(entry: AuditEntry) -> Item:
    """The key holds the content's hash: storing it again is storing it once."""
    detail = json.dumps(entry.detail, sort_keys=True)
    digest = sha256(f"{entry.kind}{detail}".encode()).hexdigest()[:12]
    return {
        **audit_key(entry.switch_id, f"{instant(entry.at)}#{entry.number:02d}#{digest}"),
        "kind": {"S": entry.kind},
        "detail": {"S": detail},
        "expires_at": _expiry(entry.at),
    }


def audit_from_item(item: Item, switch_id: str) -> AuditEntry:
    """The inverse of `audit_to_item`."""
    at, number, _ = item["sk"]["S"].split("#")
    detail = json.loads(item["detail"]["S"])
    return AuditEntry(switch_id, datetime.fromisoformat(at), int(number), item["kind"]["S"], detail)


def standing_to_item(standing: Standing) -> Item:
    """Under its project, where whoever serves models asks."""
    item: Item = {
        **standing_key(standing.project, standing.switch_id),
        "id": {"S": standing.switch_id},
        "level": {"S": standing.level.value},
        "match": {"S": json.dumps(standing.match)},
        "reason": {"S": standing.reason},
    }
    if standing.until is not None:
        item["until"] = {"S": instant(standing.until)}
        item["expires_at"] = {"N": str(int(standing.until.timestamp()))}
    return item


def standing_from_item(item: Item, project: str) -> Standing:
    """The inverse of `standing_to_item`."""
    return Standing(
        project,
        item["id"]["S"],
        Level(item["level"]["S"]),
        json.loads(item["match"]["S"]),
        item["reason"]["S"],
        datetime.fromisoformat(item["until"]["S"]) if "until" in item else None,
    )


def due_update(table: str, switch: Switch, due_at: datetime) -> Item:
    """Puts a switch on the index, whatever is stored of it; an `Update` for a transaction."""
    return {
        "TableName": table,
        "Key": switch_key(switch.ref, switch.level),
        "UpdateExpression": "SET id = :id, #work = :work, work_at = :due",
        "ExpressionAttributeNames": {"#work": "work"},
        "ExpressionAttributeValues": {
            ":id": {"S": switch.id},
            ":work": {"S": SWITCH_WORK},
            ":due": {"S": instant(due_at)},
        },
    }


def _expiry(time: datetime) -> Item:
    return {"N": str(int((time + RETENTION).timestamp()))}


def _text(time: datetime | None) -> str | None:
    return None if time is None else time.astimezone(UTC).isoformat()


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
