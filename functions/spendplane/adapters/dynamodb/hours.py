"""What is covered of the hours of each resource: an item each, changed only over the version that was read."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from spendplane.adapters.dynamodb.client import ConditionFailedError, Table
from spendplane.adapters.dynamodb.keys import HOURS, HOURS_ROUNDS, Item, hours_key, instant
from spendplane.application.sources.hours import Rounds
from spendplane.domain.hours import LOOKS_BACK, Held, Part, Running, Stretch

KEPT = LOOKS_BACK + timedelta(days=6)
"""What is over is remembered for so long: no list is read further back than `LOOKS_BACK`."""


class DynamoHoursBook:
    """See `application.sources.hours.HoursBook`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def rounds(self, now: datetime) -> Rounds:
        """One small update, which also makes the item."""
        found = self._table.update(
            HOURS_ROUNDS,
            "SET begun_at = if_not_exists(begun_at, :now), last_at = if_not_exists(last_at, :now)",
            ExpressionAttributeValues={":now": {"S": instant(now)}},
            ReturnValues="ALL_NEW",
        )
        return _rounds(found)

    def last(self) -> Rounds | None:
        """See the port."""
        found = self._table.get(HOURS_ROUNDS)
        return _rounds(found) if found else None

    def done(self, now: datetime) -> None:
        """See the port."""
        try:
            self._table.update(
                HOURS_ROUNDS,
                "SET last_at = :now",
                ConditionExpression="last_at < :now",
                ExpressionAttributeValues={":now": {"S": instant(now)}},
            )
        except ConditionFailedError:
            return  # a later round was faster

    def running(self, ids: Iterable[str]) -> Mapping[str, Running]:
        """By their keys, so that one that the index does not show yet is never taken for a new one."""
        keys = {key["pk"]["S"]: key for key in (*map(hours_key, ids), *self._table.waiting_keys(HOURS))}
        found = map(running_from_item, self._table.get_many(keys.values()))
        return {running.id: running for running in found}

    def put(self, running: Running) -> bool:
        """An update in place: the role that does this may delete nothing."""
        values: Item = {":running": {"S": _text(running)}, ":version": {"N": str(running.version)}}
        names = {"#work": "work", "#version": "version", "#running": "running"}
        if running.over and running.pending is None:
            expression = "SET #running = :running, #version = :version, expires_at = :end REMOVE #work, work_at"
            values[":end"] = {"N": str(int((running.covered_to + KEPT).timestamp()))}
        else:
            expression = (
                "SET #running = :running, #version = :version, #work = :work, work_at = if_not_exists(work_at, :at) "
                "REMOVE expires_at"
            )
            values |= {":work": {"S": HOURS}, ":at": {"S": instant(running.covered_to)}}
        condition = "attribute_not_exists(pk)"
        if running.version > 1:
            condition, values[":before"] = "#version = :before", {"N": str(running.version - 1)}
        try:
            self._table.update(
                hours_key(running.id),
                expression,
                ConditionExpression=condition,
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=values,
            )
        except ConditionFailedError:
            return False
        return True


def _rounds(item: Item) -> Rounds:
    return Rounds(*(datetime.fromisoformat(item[name]["S"]) for name in ("begun_at", "last_at")))


def running_from_item(item: Item) -> Running:
    """The inverse of `put`."""
    data: dict[str, Any] = json.loads(item["running"]["S"])
    pending = data["pending"]
    return Running(
        **{
            **data,
            "covered_to": datetime.fromisoformat(data["covered_to"]),
            "held": _held(data["held"]),
            "attributes": _pairs(data["attributes"]),
            "pending": None
            if pending is None
            else Stretch(
                datetime.fromisoformat(pending["start"]),
                datetime.fromisoformat(pending["end"]),
                _held(pending["held"]),
                _pairs(pending["attributes"]),
            ),
            "version": int(item["version"]["N"]),
        }
    )


def _text(running: Running) -> str:
    pending = running.pending
    return json.dumps(
        {
            "id": running.id,
            "arn": running.arn,
            "kind": running.kind,
            "name": running.name,
            "covered_to": running.covered_to.isoformat(),
            "held": _written(running.held),
            "attributes": running.attributes,
            "pending": pending
            and {
                "start": pending.start.isoformat(),
                "end": pending.end.isoformat(),
                "held": _written(pending.held),
                "attributes": pending.attributes,
            },
            "over": running.over,
        }
    )


def _written(held: Iterable[Held]) -> list[list[Any]]:
    return [
        [item.part.name, item.part.instance_type, item.part.count, _usd(item.part.usd_per_hour), item.since.isoformat()]
        for item in held
    ]


def _usd(amount: Decimal | None) -> str | None:
    return None if amount is None else format(amount, "f")


def _held(written: Iterable[list[Any]]) -> tuple[Held, ...]:
    return tuple(
        Held(Part(name, type_, count, None if usd is None else Decimal(usd)), datetime.fromisoformat(since))
        for name, type_, count, usd, since in written
    )


def _pairs(written: Iterable[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in written)
