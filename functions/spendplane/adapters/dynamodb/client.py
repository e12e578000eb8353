"""The connection to the table, its errors in the application's words, and the loops that paging needs."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as CannotConnect

from spendplane.adapters.dynamodb import wire
from spendplane.adapters.dynamodb.keys import INDEX, Item
from spendplane.application.ports import BusyError, UnstorableError
from spendplane.application.ports.retry import Retry

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
else:
    DynamoDBClient = Any

BUSY_CODES = frozenset({
    "InternalServerError", "LimitExceededException", "ProvisionedThroughputExceededException", "RequestLimitExceeded",
    "ServiceUnavailable", "ThrottlingException", "TransactionConflictException", "TransactionInProgressException",
})  # fmt: skip
BUSY_REASONS = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})
CONDITION_FAILED = "ConditionalCheckFailed"
BATCH_GET = 100


class ConditionFailedError(Exception):
    """A condition did not hold. `reasons` has an entry per item of a transaction, each with its code and old item."""

    def __init__(self, reasons: list[Item]) -> None:
        super().__init__("condition failed")
        self.reasons = reasons


@contextmanager
def translated() -> Iterator[None]:
    """Turns botocore's errors into BusyError, UnstorableError and ConditionFailedError; others pass."""
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "TransactionCanceledException":
            raise _cancelled(error) from error
        if code == "ConditionalCheckFailedException":
            raise ConditionFailedError([]) from error
        if code in BUSY_CODES:
            raise BusyError(f"DynamoDB: {code}") from error
        if code == "ValidationException":
            raise UnstorableError(error.response["Error"]["Message"]) from error
        raise
    except (CannotConnect, HTTPClientError) as error:
        raise BusyError(f"DynamoDB cannot be reached: {error}") from error


def _cancelled(error: ClientError) -> Exception:
    reasons: list[Item] = error.response.get("CancellationReasons", [])  # type: ignore[assignment]
    codes = {reason.get("Code") for reason in reasons}
    if CONDITION_FAILED in codes:
        return ConditionFailedError(reasons)
    if codes & BUSY_REASONS or not reasons:
        return BusyError(f"DynamoDB: transaction cancelled: {sorted(str(code) for code in codes)}")
    return UnstorableError("; ".join(reason.get("Message", "") for reason in reasons if reason.get("Message")))


@dataclass(frozen=True, slots=True)
class Table:
    """One DynamoDB table with its client."""

    client: DynamoDBClient
    name: str
    retry: Retry = Retry()

    def __post_init__(self) -> None:
        wire.install(self.client)

    def transact(self, items: list[Item]) -> None:
        """All or nothing."""
        with translated():
            self.client.transact_write_items(TransactItems=items)  # type: ignore[arg-type]

    def update(self, key: Item, expression: str, **parameters: Any) -> Item:
        """One item; returns the attributes that `ReturnValues` asks for."""
        with translated():
            answer = self.client.update_item(TableName=self.name, Key=key, UpdateExpression=expression, **parameters)
        return dict(answer.get("Attributes", {}))

    def get(self, key: Item) -> Item | None:
        """One item, read consistently."""
        with translated():
            answer = self.client.get_item(TableName=self.name, Key=key, ConsistentRead=True)
        return dict(answer["Item"]) if "Item" in answer else None

    def get_many(self, keys: Iterable[Item]) -> Iterator[Item]:
        """The items that exist, read consistently, in no order. Raises BusyError when some stay unprocessed."""
        for chunk in _chunks(keys, BATCH_GET):
            waiting: list[Item] = list(chunk)
            while waiting:
                items, waiting = self.retry(lambda keys=waiting: self._get_some(keys))  # type: ignore[misc]
                yield from items

    def _get_some(self, keys: list[Item]) -> tuple[list[Item], list[Item]]:
        with translated():
            answer = self.client.batch_get_item(RequestItems={self.name: {"Keys": keys, "ConsistentRead": True}})
        unprocessed: dict[str, Item] = answer["UnprocessedKeys"]  # type: ignore[assignment]
        rest = unprocessed.get(self.name, {}).get("Keys", [])
        items = answer["Responses"].get(self.name, [])
        if len(rest) == len(keys):
            raise BusyError("DynamoDB: no key of the batch was processed")
        return [dict(item) for item in items], [dict(key) for key in rest]

    def query(self, partition: str) -> Iterator[Item]:
        """Every item of a partition, read consistently."""
        yield from self._pages(
            "query",
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": partition}},
        )

    def waiting(self, partition: str, until: str | None = None, *, newest_first: bool = False) -> Iterator[Item]:
        """Items in a partition of the index `work`, by time, up to and with `until`; read anew, consistently."""
        values = {":work": {"S": partition}}
        condition = "#work = :work"
        if until is not None:
            condition += " AND work_at <= :until"
            values[":until"] = {"S": until}
        keys = self._pages(
            "query",
            IndexName=INDEX,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
            ExpressionAttributeNames={"#work": "work"},
            ScanIndexForward=not newest_first,
        )
        for found in keys:
            item = self.get({"pk": found["pk"], "sk": found["sk"]})
            if item is not None and item.get("work", {}).get("S") == partition:  # the index may lag
                yield item

    def waiting_keys(self, partition: str) -> Iterator[Item]:
        """The keys alone of the items in a partition of the index `work`; one that was just written may be missing."""
        for found in self._pages(
            "query",
            IndexName=INDEX,
            KeyConditionExpression="#work = :work",
            ExpressionAttributeValues={":work": {"S": partition}},
            ExpressionAttributeNames={"#work": "work"},
        ):
            yield {"pk": found["pk"], "sk": found["sk"]}

    def scan(self, prefix: str) -> Iterator[Item]:
        """Every item whose partition key begins so: reads the whole table."""
        yield from self._pages(
            "scan",
            ConsistentRead=True,
            FilterExpression="begins_with(pk, :prefix)",
            ExpressionAttributeValues={":prefix": {"S": prefix}},
        )

    def _pages(self, operation: str, **parameters: Any) -> Iterator[Item]:
        call = getattr(self.client, operation)
        while True:
            with translated():
                page = call(TableName=self.name, **parameters)
            yield from page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            parameters["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def _chunks(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    chunk: list[Item] = []
    for item in items:
        chunk.append(item)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
