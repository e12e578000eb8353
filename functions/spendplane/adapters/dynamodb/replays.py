"""Tallies of replays: an item each, added to after every batch."""

from dataclasses import dataclass
from datetime import datetime

from spendplane.adapters.dynamodb.client import Table
from spendplane.adapters.dynamodb.keys import Item, replay_key
from spendplane.application.books.archive import Tally
from spendplane.domain.ledger import RETENTION

_FIELDS = ("counted", "repeats", "refused")


@dataclass(frozen=True, slots=True)
class DynamoReplays:
    """See `application.books.archive.Replays`. A tally is kept as long as the rows that it speaks of."""

    table: Table

    def add(self, name: str, tally: Tally, now: datetime) -> None:
        """See the port."""
        values: Item = {f":{field}": {"N": str(getattr(tally, field))} for field in _FIELDS}
        values[":end"] = {"N": str(int((now + RETENTION).timestamp()))}
        adds = ", ".join(f"{field} :{field}" for field in _FIELDS)
        self.table.update(replay_key(name), f"ADD {adds} SET expires_at = :end", ExpressionAttributeValues=values)

    def tally(self, name: str) -> Tally:
        """See the port."""
        item = self.table.get(replay_key(name)) or {}
        return Tally(*(int(item[field]["N"]) if field in item else 0 for field in _FIELDS))
