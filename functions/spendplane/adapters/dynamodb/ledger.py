"""The ledger port over DynamoDB: rows and counters in one `TransactWriteItems`."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from spendplane.adapters.dynamodb.client import CONDITION_FAILED, ConditionFailedError, Table
from spendplane.adapters.dynamodb.items import (
    amendment_to_value,
    booked_from_item,
    counter_from_item,
    counter_mend,
    counter_update,
    rows_to_items,
    stored_from_item,
)
from spendplane.adapters.dynamodb.keys import Item, counter_key, row_key, unpriced_on
from spendplane.application.ports import BookedRow, StoredRow
from spendplane.domain.budgets import Budget
from spendplane.domain.counters import KEYED_PARTITIONS, Counter, CounterRef, Increment
from spendplane.domain.ledger import RETENTION, Amendment, Transaction
from spendplane.domain.periods import Window


@dataclass(frozen=True, slots=True)
class DynamoLedger:
    """See `application.ports.Ledger`."""

    table: Table

    def commit(self, transaction: Transaction) -> Sequence[StoredRow]:
        """One transaction: a conditional put per row, an update per counter."""
        name = self.table.name
        puts = [
            {
                "Put": {
                    "TableName": name,
                    "Item": item,
                    "ConditionExpression": "attribute_not_exists(pk)",
                    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                }
            }
            for item in rows_to_items(transaction.rows)
        ]
        since = min(row.booked_at for row in transaction.rows)
        updates = [{"Update": counter_update(name, item, since)} for item in transaction.increments]
        try:
            self.table.transact([*puts, *updates])
        except ConditionFailedError as error:
            return [
                stored_from_item(reason["Item"]) for reason in error.reasons if reason.get("Code") == CONDITION_FAILED
            ]
        return []

    def counters(self, refs: Iterable[tuple[CounterRef, int]]) -> dict[CounterRef, Counter]:
        """Batches of 100 keys, consistently."""
        wanted = list(refs)
        found = {ref: Counter(ref) for ref, _ in wanted}
        keys = [counter_key(ref, shard) for ref, shards in wanted for shard in range(shards)]
        for item in self.table.get_many(keys):
            counter = counter_from_item(item)
            found[counter.ref] = found[counter.ref].merged(counter)
        return found

    def counters_of(self, budget: Budget, window: Window) -> Iterator[Counter]:
        """By the budget's partitions: reads counters, never rows."""
        ref = CounterRef(budget.id, window.code)
        if budget.per is None:
            yield from self.counters([(ref, budget.shards)]).values()
            return
        for slot in range(KEYED_PARTITIONS):
            for item in self.table.query(f"C#{ref.budget_id}#{ref.code}#k{slot:02d}"):
                yield counter_from_item(item)

    def row(self, dedup_key: str) -> BookedRow | None:
        """One row."""
        item = self.table.get(row_key(dedup_key))
        return booked_from_item(item) if item else None

    def rows(self) -> Iterator[BookedRow]:
        """Reads the whole table."""
        yield from (booked_from_item(item) for item in self.table.scan("E#"))

    def all_counters(self) -> Iterator[Counter]:
        """Reads the whole table."""
        found: dict[CounterRef, Counter] = {}
        for item in self.table.scan("C#"):
            counter = counter_from_item(item)
            found[counter.ref] = found[counter.ref].merged(counter) if counter.ref in found else counter
        yield from found.values()

    def unpriced(self, now: datetime) -> Iterator[BookedRow]:
        """Day by day over the rows' lifetime, from the sparse index."""
        today = now.astimezone(UTC)
        for age in range(RETENTION.days + 2):
            for item in self.table.waiting(unpriced_on(today - timedelta(days=age))):
                yield booked_from_item(item)

    def rerate(self, row: BookedRow, transaction: Transaction) -> bool:
        """Conditional on the row having no price, in one transaction with its counters."""
        (rated,) = transaction.rows
        update: Item = {
            "TableName": self.table.name,
            "Key": row_key(row.row.event.dedup_key),
            "UpdateExpression": "SET usd = :usd, price = :price",
            "ConditionExpression": "attribute_exists(pk) AND attribute_not_exists(usd)",
            "ExpressionAttributeValues": {":usd": {"N": str(rated.usd)}, ":price": {"S": rated.price}},
        }
        updates = [{"Update": counter_update(self.table.name, item, None)} for item in transaction.increments]
        try:
            self.table.transact([{"Update": update}, *updates])
        except ConditionFailedError:
            return False
        return True

    def amend(self, row: BookedRow, transaction: Transaction, amendment: Amendment) -> bool:
        """Conditional on the row's price being the one that was read, in one transaction with its counters."""
        (amended,) = transaction.rows
        update: Item = {
            "TableName": self.table.name,
            "Key": row_key(row.row.event.dedup_key),
            "UpdateExpression": "SET usd = :usd, price = :price, "
            "amendments = list_append(if_not_exists(amendments, :none), :amendments)",
            "ConditionExpression": "usd = :was_usd AND price = :was_price",
            "ExpressionAttributeValues": {
                ":usd": {"N": str(amended.usd)},
                ":price": {"S": amended.price},
                ":none": {"L": []},
                ":amendments": {"L": [amendment_to_value(amendment)]},
                ":was_usd": {"N": str(amendment.usd)},
                ":was_price": {"S": amendment.price},
            },
        }
        updates = [{"Update": counter_update(self.table.name, item, None)} for item in transaction.increments]
        try:
            self.table.transact([{"Update": update}, *updates])
        except ConditionFailedError:
            return False
        return True

    def settled(self, row: BookedRow) -> None:
        """Out of the index."""
        self.table.update(
            row_key(row.row.event.dedup_key), "REMOVE #work, work_at", ExpressionAttributeNames={"#work": "work"}
        )

    def correct(self, increment: Increment, mends: int = 0) -> bool:
        """A relative change, so that records which arrive meanwhile stay counted. It is a transaction for its token:
        after a lost reply the client repeats a call by itself, and would be refused by its own mend.
        """
        try:
            self.table.transact([{"Update": counter_mend(self.table.name, increment, mends)}])
        except ConditionFailedError:
            return False
        return True
