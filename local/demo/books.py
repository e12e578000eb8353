"""What the account itself holds, read as plainly as possible: queue depths, a scan of the table, two counters."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from local.account import LocalAccount
from spendplane.adapters.dynamodb.client import Table
from spendplane.adapters.dynamodb.definitions import DynamoDefinitions
from spendplane.adapters.dynamodb.ledger import DynamoLedger
from spendplane.adapters.dynamodb.quarantine import DynamoQuarantine
from spendplane.application.books.rebuild import Rebuild, RebuildReport
from spendplane.application.books.status import Standing, Status
from spendplane.application.ports import QuarantineEntry
from spendplane.domain.counters import Counter, CounterRef
from spendplane.domain.money import exact_sum

EVERYTHING = CounterRef("everything", "t")
"""The counter of the budget that takes every event for all time."""
_DEPTHS = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed")


@dataclass(frozen=True, slots=True)
class LedgerTotals:
    """A plain sum over the rows, without the project's own code for reading them."""

    rows: int
    usd: Decimal
    unpriced: int


class Books:
    """Reads one account."""

    def __init__(self, account: LocalAccount) -> None:
        self._account = account
        self._sqs = account.client("sqs")
        self._dynamodb = account.client("dynamodb")
        self._table = Table(self._dynamodb, account.env["SPENDPLANE_TABLE"])
        self._ledger = DynamoLedger(self._table)

    def waiting(self) -> int:
        """Messages of the usage queue that are not metered yet, those at work among them."""
        return self._depth(self._account.env["SPENDPLANE_QUEUE_URL"])

    def dead(self) -> int:
        """Messages that nobody could deal with."""
        return self._depth(self._account.outputs["DlqUrl"])

    def everything(self) -> Counter:
        """The counter over all events."""
        return self._ledger.counters([(EVERYTHING, 1)])[EVERYTHING]

    def ledger(self) -> LedgerTotals:
        """By a scan of the whole table."""
        amounts = [
            Decimal(item["usd"]["N"]) if "usd" in item else None
            for item in self._items()
            if item["pk"]["S"].startswith("E#")
        ]
        priced = [amount for amount in amounts if amount is not None]
        return LedgerTotals(len(amounts), exact_sum(priced), len(amounts) - len(priced))

    def quarantine(self) -> list[QuarantineEntry]:
        """Every entry of today and, should midnight have passed, of yesterday."""
        today = datetime.now(UTC)
        days = [f"{today - timedelta(days=age):%Y-%m-%d}" for age in range(2)]
        return list(DynamoQuarantine(self._table).entries(days))

    def standings(self) -> list[Standing]:
        """As `spendplane status` reads them."""
        return list(Status(self._ledger, DynamoDefinitions(self._table))(datetime.now(UTC)))

    def rebuilt(self) -> RebuildReport:
        """As `spendplane rebuild --check`: every counter computed anew from its rows."""
        return Rebuild(self._ledger)(datetime.now(UTC))

    def unpriced_models(self) -> dict[str, int]:
        """Rows without a price, by provider and model."""
        found: dict[str, int] = {}
        for booked in self._ledger.unpriced(datetime.now(UTC)):
            name = f"{booked.row.event.provider} {booked.row.event.model}"
            found[name] = found.get(name, 0) + 1
        return found

    def _items(self) -> Iterator[dict[str, Any]]:
        for page in self._dynamodb.get_paginator("scan").paginate(TableName=self._table.name, ConsistentRead=True):
            yield from page["Items"]

    def _depth(self, url: str) -> int:
        answer = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(_DEPTHS))["Attributes"]
        return sum(int(answer[name]) for name in _DEPTHS)
