"""Switches, undos, the audit and standings in the table."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from spendplane.adapters.dynamodb.client import CONDITION_FAILED, ConditionFailedError, Table
from spendplane.adapters.dynamodb.keys import (
    SWITCH_WORK,
    Item,
    audit_partition,
    grip_key,
    instant,
    standings_partition,
    switch_key,
    switches_partition,
)
from spendplane.adapters.dynamodb.outbox import announcement_to_item
from spendplane.adapters.dynamodb.switch_items import (
    audit_from_item,
    audit_to_item,
    grip_from_item,
    grip_to_item,
    standing_from_item,
    standing_to_item,
    switch_from_item,
    switch_update,
)
from spendplane.application.alerting.judge import UNSENT_AFTER
from spendplane.application.ports import Announcement, BusyError
from spendplane.application.ports.switches import AuditEntry, Standing
from spendplane.domain.counters import CounterRef
from spendplane.domain.switches import Grip, Level, Switch, switch_id

PUTS_PER_CALL = 100


@dataclass(frozen=True, slots=True)
class DynamoSwitches:
    """See `application.ports.switches.Switches`."""

    table: Table

    def lease(self, ref: CounterRef, level: Level, now: datetime, until: datetime) -> Switch | None:
        """A conditional update: of two one gets it. The function ends before its lease does."""
        try:
            item = self.table.update(
                switch_key(ref, level),
                "SET id = :id, lease = :until, #work = :work, work_at = :until ADD turn :one",
                ConditionExpression="attribute_not_exists(lease) OR lease <= :now",
                ExpressionAttributeNames={"#work": "work"},
                ExpressionAttributeValues={
                    ":id": {"S": switch_id(ref, level)},
                    ":until": {"S": instant(until)},
                    ":now": {"S": instant(now)},
                    ":work": {"S": SWITCH_WORK},
                    ":one": {"N": "1"},
                },
                ReturnValues="ALL_NEW",
            )
        except ConditionFailedError:
            return None
        return switch_from_item(item)

    def note(self, switch: Switch, audit: Sequence[AuditEntry]) -> None:
        """One transaction."""
        sets, values, names = switch_update(switch)
        update = self._update(switch, f"SET {', '.join(sets)}", values, names)
        if not self._write([update, *self._audit(audit)], needed=1):
            raise BusyError(f"{switch.id}: somebody else is at it")

    def save(
        self, switch: Switch, due_at: datetime | None, audit: Sequence[AuditEntry], news: Sequence[Announcement]
    ) -> Sequence[Announcement]:
        """One transaction; an announcement that is stored already is left out of it."""
        puts = [self._put(announcement_to_item(item, _unsent_at(item)), "attribute_not_exists(pk)") for item in news]
        puts += self._audit(audit)
        written = self._write([self._ended(switch, due_at), *puts], needed=1)
        if not written:
            written = self._write([self._ended(switch, due_at, crossed=True), *puts], needed=1)
        if not written:
            raise BusyError(f"{switch.id}: somebody else is at it")
        return [item for number, item in enumerate(news, start=1) if number in written]

    def _ended(self, switch: Switch, due_at: datetime | None, *, crossed: bool = False) -> Item:
        """`lease` sets `work_at` to the lease's end: what differs is a crossing's mark, and stays."""
        sets, values, names = switch_update(switch)
        if due_at is not None:
            sets += ["#work = :work", "work_at = :due"]
            values |= {":work": {"S": SWITCH_WORK}, ":due": {"S": instant(due_at)}}
            return self._update(switch, f"SET {', '.join(sets)} REMOVE lease", values, names | {"#work": "work"})
        if crossed:
            return self._update(switch, f"SET {', '.join(sets)} REMOVE lease", values, names)
        removes = "REMOVE lease, #work, work_at"
        item = self._update(switch, f"SET {', '.join(sets)} {removes}", values, names | {"#work": "work"})
        item["Update"]["ConditionExpression"] += " AND (attribute_not_exists(work_at) OR work_at = lease)"
        return item

    def give_back(self, switch: Switch, due_at: datetime) -> None:
        """Stays on the index."""
        with suppress(ConditionFailedError):
            self.table.update(
                switch_key(switch.ref, switch.level),
                "SET work_at = :due REMOVE lease",
                ConditionExpression="turn = :turn",
                ExpressionAttributeValues={":due": {"S": instant(due_at)}, ":turn": {"N": str(switch.turn)}},
            )

    def get(self, ref: CounterRef, level: Level) -> Switch | None:
        """Read consistently."""
        item = self.table.get(switch_key(ref, level))
        return None if item is None else switch_from_item(item)

    def of_budget(self, budget_id: str) -> Iterator[Switch]:
        """One partition per budget."""
        yield from map(switch_from_item, self.table.query(switches_partition(budget_id)))

    def waiting(self, now: datetime) -> Iterator[tuple[CounterRef, Level]]:
        """From the sparse index."""
        for item in self.table.waiting(SWITCH_WORK, instant(now)):
            switch = switch_from_item(item)
            yield switch.ref, switch.level

    def grips(self, keys: Iterable[str]) -> dict[str, Grip]:
        """Read consistently, a hundred a call, in an order that is the same in every process."""
        found = map(grip_from_item, self.table.get_many([grip_key(key) for key in sorted(keys)]))
        return {grip.target.key: grip for grip in found}

    def put_grip(self, grip: Grip, audit: AuditEntry | None = None) -> Grip:
        """Only over the version that was read."""
        stored = grip_to_item(grip) | {"version": {"N": str(grip.version + 1)}}
        put = self._put(stored, "version = :version" if grip.version else "attribute_not_exists(pk)")
        if grip.version:
            put["Put"]["ExpressionAttributeValues"] = {":version": {"N": str(grip.version)}}
        written = 0 in self._write([put, *self._audit([audit] if audit else [])], needed=1)
        if not written and self._grip(grip.target.key) != grip_from_item(stored):
            # (After a lost reply our own write stands in the way of its repetition.)
            raise BusyError(f"{grip.target.label}: somebody else is at it")
        return grip_from_item(stored)

    def _grip(self, target_key: str) -> Grip | None:
        item = self.table.get(grip_key(target_key))
        return None if item is None else grip_from_item(item)

    def record(self, entries: Sequence[AuditEntry]) -> None:
        """Each once."""
        for start in range(0, len(entries), PUTS_PER_CALL):
            self._write(self._audit(entries[start : start + PUTS_PER_CALL]))

    def audit(self, switch_id: str) -> Iterator[AuditEntry]:
        """The sort key begins with the time."""
        for item in self.table.query(audit_partition(switch_id)):
            yield audit_from_item(item, switch_id)

    def stand(self, standings: Sequence[Standing]) -> None:
        """Replaces what was there."""
        for start in range(0, len(standings), PUTS_PER_CALL):
            self._write([self._put(standing_to_item(item)) for item in standings[start : start + PUTS_PER_CALL]])

    def standings(self, project: str, now: datetime) -> list[Standing]:
        """Expiry by the table lags, so times are compared here."""
        found = [
            standing_from_item(item, name)
            for name in (project, "*")
            for item in self.table.query(standings_partition(name))
        ]
        return [item for item in found if item.until is None or now < item.until]

    def _audit(self, entries: Sequence[AuditEntry]) -> list[Item]:
        return [self._put(audit_to_item(entry), "attribute_not_exists(pk)") for entry in entries]

    def _put(self, item: Item, condition: str | None = None) -> Item:
        put: Item = {"TableName": self.table.name, "Item": item}
        return {"Put": put | ({"ConditionExpression": condition} if condition else {})}

    def _update(self, switch: Switch, expression: str, values: Item, names: dict[str, str]) -> Item:
        return {
            "Update": {
                "TableName": self.table.name,
                "Key": switch_key(switch.ref, switch.level),
                "UpdateExpression": expression,
                "ConditionExpression": "turn = :turn" if switch.turn else "attribute_not_exists(turn)",
                "ExpressionAttributeNames": names,
                "ExpressionAttributeValues": values | ({":turn": {"N": str(switch.turn)}} if switch.turn else {}),
            }
        }

    def _write(self, items: list[Item], needed: int = 0) -> set[int]:
        """All whose conditions hold, together; returns their places. If one of the first `needed` fails, nothing."""
        waiting = dict(enumerate(items))
        while waiting:
            rest = list(waiting.values())
            try:
                self.table.retry(lambda rest=rest: self.table.transact(rest))  # type: ignore[misc]
            except ConditionFailedError as error:
                codes = [reason.get("Code") for reason in error.reasons]
                failed = [place for place, code in zip(waiting, codes, strict=True) if code == CONDITION_FAILED]
                if any(place < needed for place in failed):
                    return set()
                for place in failed:
                    del waiting[place]
            else:
                break
        return set(waiting)


def _unsent_at(announcement: Announcement) -> datetime:
    return datetime.fromisoformat(announcement.detail["time"]) + UNSENT_AFTER
