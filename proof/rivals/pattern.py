"""The common pattern, in its two forms, as small as it is written everywhere. Own code, made for this comparison.

Both are honest: a message that could not be dealt with is reported and comes again, as the meter's is.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from spendplane.contract.envelope import Message
from spendplane.domain.budgets import Budget

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Increments:
    """Plain increments, a call per counter: no deduplication. The batch's end is the list of messages that failed."""

    client: Any
    table: str
    budgets: Sequence[Budget]

    def __call__(self, messages: Sequence[Message]) -> set[str]:
        """The ids of messages that are to come again."""
        failed = set()
        for message in messages:
            try:
                self.record(json.loads(message.body)["detail"])
            except (ClientError, BotoCoreError):
                failed.add(message.id)
        return failed

    def record(self, record: Record) -> None:
        """One record in all its counters."""
        for name in counters_of(record, self.budgets):
            self.client.update_item(
                TableName=self.table,
                Key=key(f"counter#{name}"),
                UpdateExpression="ADD usd :usd",
                ExpressionAttributeValues={":usd": {"N": record["cost_usd"]}},
            )


@dataclass(frozen=True, slots=True)
class ClaimThenIncrement(Increments):
    """The request id is claimed first, so that a repetition is known; then come the increments."""

    def record(self, record: Record) -> None:
        """Nothing, when it was claimed before."""
        try:
            self.client.put_item(
                TableName=self.table,
                Item={**key(f"claim#{record['id']}"), "usd": {"N": record["cost_usd"]}},
                ConditionExpression="attribute_not_exists(pk)",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                return
            raise
        Increments.record(self, record)


def key(name: str) -> dict[str, Any]:
    """Of an item of the pattern's."""
    return {"pk": {"S": name}, "sk": {"S": "-"}}


def counters_of(record: Record, budgets: Iterable[Budget]) -> Iterator[str]:
    """A counter per matching budget, and per value where it has `per`."""
    for budget in budgets:
        if all(record.get(name) in values for name, values in budget.match):
            yield budget.id + (f"#{record[budget.per]}" if budget.per else "")


def read(client: Any, table: str) -> dict[str, Decimal]:
    """Every counter, by name."""
    found: dict[str, Decimal] = {}
    for page in client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        for item in page["Items"]:
            if item["pk"]["S"].startswith("counter#"):
                found[item["pk"]["S"].removeprefix("counter#")] = Decimal(item["usd"]["N"])
    return found
