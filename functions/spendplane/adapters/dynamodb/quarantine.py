"""Refused records in the table, compressed, by day."""

import zlib
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from spendplane.adapters.dynamodb.client import ConditionFailedError, Table
from spendplane.adapters.dynamodb.keys import Item, instant, quarantine_key, quarantined_on
from spendplane.application.ports import QuarantineEntry

RETENTION = timedelta(days=45)
MAX_REASON = 4_000
MAX_CALL_BYTES = 3_000_000
"""Of the bodies in one transaction, whose bound is 4 MB."""
MAX_CALL_ENTRIES = 25


@dataclass(frozen=True, slots=True)
class DynamoQuarantine:
    """See `application.ports.Quarantine`."""

    table: Table

    def put(self, entries: Sequence[QuarantineEntry]) -> None:
        """Replaces entries of the same id: the same bad record that comes again is one entry."""
        for chunk in _chunks([to_item(entry) for entry in entries]):
            puts: list[Item] = [{"Put": {"TableName": self.table.name, "Item": item}} for item in chunk]
            self.table.retry(lambda puts=puts: self.table.transact(puts))  # type: ignore[misc]

    def get(self, entry_id: str) -> QuarantineEntry | None:
        """One entry."""
        item = self.table.get(quarantine_key(entry_id))
        return from_item(item) if item else None

    def entries(self, days: Iterable[str]) -> Iterator[QuarantineEntry]:
        """From the sparse index, newest first within a day."""
        for day in days:
            for item in self.table.waiting(quarantined_on(day), newest_first=True):
                yield from_item(item)

    def replayed(self, entry: QuarantineEntry) -> None:
        """Stays listed, as REPLAYED. Where the meter has refused it again before we get here, it has another time."""
        try:
            self.table.update(
                quarantine_key(entry.id),
                "SET #state = :replayed",
                ConditionExpression="work_at = :seen",
                ExpressionAttributeNames={"#state": "state"},
                ExpressionAttributeValues={":replayed": {"S": "REPLAYED"}, ":seen": {"S": instant(entry.seen_at)}},
            )
        except ConditionFailedError:
            return


def to_item(entry: QuarantineEntry) -> Item:
    """The body is compressed: a whole batch of 1 MB may have to be kept."""
    seen_at = entry.seen_at.astimezone(UTC)
    return {
        **quarantine_key(entry.id),
        "id": {"S": entry.id},
        "reason": {"S": entry.reason[:MAX_REASON]},
        "body": {"B": b64encode(zlib.compress(entry.body.encode("utf-8", "surrogatepass"))).decode()},
        "source": {"S": entry.source},
        "state": {"S": entry.state},
        "work": {"S": quarantined_on(f"{seen_at:%Y-%m-%d}")},
        "work_at": {"S": instant(seen_at)},
        "expires_at": {"N": str(int((seen_at + RETENTION).timestamp()))},
    }


def from_item(item: Item) -> QuarantineEntry:
    """The inverse of `to_item`."""
    return QuarantineEntry(
        id=item["id"]["S"],
        reason=item["reason"]["S"],
        body=zlib.decompress(item["body"]["B"]).decode("utf-8", "surrogatepass"),
        source=item["source"]["S"],
        seen_at=datetime.fromisoformat(item["work_at"]["S"]),
        state=item["state"]["S"],
    )


def _chunks(items: list[Item]) -> Iterator[list[Item]]:
    chunk: list[Item] = []
    size = 0
    for item in items:
        bytes_ = len(item["body"]["B"])
        if chunk and (len(chunk) == MAX_CALL_ENTRIES or size + bytes_ > MAX_CALL_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(item)
        size += bytes_
    if chunk:
        yield chunk
