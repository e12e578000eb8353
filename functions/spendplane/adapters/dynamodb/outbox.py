"""Announcements in the table: stored with what they announce, then published until people were told."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from spendplane.adapters.dynamodb.client import ConditionFailedError, Table
from spendplane.adapters.dynamodb.keys import OUTBOX, Item, announcement_key, counter_key, instant
from spendplane.adapters.dynamodb.switch_items import due_update
from spendplane.application.ports import Announcement, AnnouncementState
from spendplane.contract.outgoing import THRESHOLD_CROSSED
from spendplane.domain.alerts import Alert
from spendplane.domain.switches import Switch, level_of

RETENTION = timedelta(days=400)
_NAMES = {"#state": "state"}
_NOT_DONE = "attribute_exists(pk) AND #state <> :notified"
_NOTIFIED: Item = {":notified": {"S": AnnouncementState.NOTIFIED.value}}


@dataclass(frozen=True, slots=True)
class DynamoOutbox:
    """See `application.ports.Outbox`."""

    table: Table

    def add_alert(self, alert: Alert, announcement: Announcement, due_at: datetime) -> bool:
        """One transaction: the counter's marker, the announcement and the switch that it sets off, or none of them."""
        mark: Item = {
            "TableName": self.table.name,
            "Key": counter_key(alert.ref),
            "UpdateExpression": "ADD fired :markers",
            "ConditionExpression": "attribute_not_exists(fired) OR NOT contains(fired, :marker)",
            "ExpressionAttributeValues": {":markers": {"SS": [alert.marker]}, ":marker": {"S": alert.marker}},
        }
        items = [{"Update": mark}, self._put(announcement, due_at)]
        if level := level_of(alert):
            items.append({"Update": due_update(self.table.name, Switch(alert.ref, level), due_at)})
        return self._add(items)

    def add(self, announcement: Announcement, due_at: datetime) -> bool:
        """Once per id."""
        return self._add([self._put(announcement, due_at)])

    def _add(self, items: list[Item]) -> bool:
        try:
            self.table.retry(lambda: self.table.transact(items))
        except ConditionFailedError:
            return False
        return True

    def _put(self, announcement: Announcement, due_at: datetime) -> Item:
        return {
            "Put": {
                "TableName": self.table.name,
                "Item": announcement_to_item(announcement, due_at),
                "ConditionExpression": "attribute_not_exists(pk)",
            }
        }

    def sent(self, announcement_id: str, due_at: datetime) -> None:
        """Never takes NOTIFIED back: the notifier may have been faster."""
        try:
            self.table.update(
                announcement_key(announcement_id),
                "SET #state = :sent, work_at = :due",
                ConditionExpression=_NOT_DONE,
                ExpressionAttributeNames=_NAMES,
                ExpressionAttributeValues={
                    **_NOTIFIED,
                    ":sent": {"S": AnnouncementState.SENT.value},
                    ":due": {"S": instant(due_at)},
                },
            )
        except ConditionFailedError:
            return

    def announcement(self, announcement_id: str) -> Announcement | None:
        """Read consistently."""
        item = self.table.get(announcement_key(announcement_id))
        return announcement_from_item(item) if item else None

    def due(self, now: datetime) -> Iterator[Announcement]:
        """From the sparse index, oldest first."""
        for item in self.table.waiting(OUTBOX, until=instant(now)):
            yield announcement_from_item(item)

    def claim(self, announcement_id: str, now: datetime, until: datetime) -> Announcement | None:
        """A conditional update: of two notifiers one gets it."""
        try:
            item = self.table.update(
                announcement_key(announcement_id),
                "SET claimed_until = :until",
                ConditionExpression=f"{_NOT_DONE} AND (attribute_not_exists(claimed_until) OR claimed_until <= :now)",
                ExpressionAttributeNames=_NAMES,
                ExpressionAttributeValues={**_NOTIFIED, ":until": {"S": instant(until)}, ":now": {"S": instant(now)}},
                ReturnValues="ALL_NEW",
            )
        except ConditionFailedError:
            return None
        return announcement_from_item(item)

    def release(self, announcement_id: str) -> None:
        """Gives a claim back after a failure, so that the next delivery need not wait."""
        self.table.update(announcement_key(announcement_id), "REMOVE claimed_until")

    def delivered(self, announcement_id: str, topic: str) -> None:
        """Remembered, so that a repetition sends only to the others."""
        self.table.update(
            announcement_key(announcement_id),
            "ADD delivered_to :topics",
            ExpressionAttributeValues={":topics": {"SS": [topic]}},
        )

    def done(self, announcement_id: str) -> None:
        """Out of the index."""
        self.table.update(
            announcement_key(announcement_id),
            "SET #state = :notified REMOVE #work, work_at, claimed_until",
            ExpressionAttributeNames={**_NAMES, "#work": "work"},
            ExpressionAttributeValues=_NOTIFIED,
        )

    def alerts(self, budget_id: str | None = None) -> Iterator[Announcement]:
        """Reads the whole table."""
        for item in self.table.scan("A#"):
            if item["detail_type"]["S"] == THRESHOLD_CROSSED:
                alert = announcement_from_item(item)
                if budget_id in (None, alert.detail["budget_id"]):
                    yield alert


def announcement_to_item(announcement: Announcement, due_at: datetime) -> Item:
    """Stands in the index until people were told."""
    expires = datetime.fromisoformat(announcement.detail["time"]) + RETENTION
    return {
        **announcement_key(announcement.id),
        "id": {"S": announcement.id},
        "detail_type": {"S": announcement.detail_type},
        "detail": {"S": json.dumps(announcement.detail)},
        "state": {"S": announcement.state.value},
        "work": {"S": OUTBOX},
        "work_at": {"S": instant(due_at)},
        "expires_at": {"N": str(int(expires.timestamp()))},
    }


def announcement_from_item(item: Item) -> Announcement:
    """The inverse of `announcement_to_item`."""
    return Announcement(
        id=item["id"]["S"],
        detail_type=item["detail_type"]["S"],
        detail=json.loads(item["detail"]["S"]),
        state=AnnouncementState(item["state"]["S"]),
        delivered=frozenset(item["delivered_to"]["SS"]) if "delivered_to" in item else frozenset(),
    )
