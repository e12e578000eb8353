"""The deployed budgets: definitions in one partition, read again when their version moved."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from spendplane.adapters.dynamodb.client import ConditionFailedError, Table
from spendplane.adapters.dynamodb.keys import BUDGETS, CHANGED, VERSION, Item, budget_key, instant
from spendplane.domain.budgets import Budget, BudgetIndex
from spendplane.domain.limits import Limits
from spendplane.domain.periods import Period
from spendplane.domain.producers import ANYBODY, Producers

FRESH_FOR = timedelta(seconds=15)
"""How old the cached budgets may be. Nothing is raised under a stale one: the judge reads it anew first."""
WRITES_PER_CALL = 100


@dataclass(slots=True)
class DynamoDefinitions:
    """See `application.ports.Definitions`."""

    table: Table
    _index: BudgetIndex = field(default_factory=lambda: BudgetIndex(()))
    _version: str | None = None
    _checked_at: datetime | None = None

    def index(self, now: datetime) -> BudgetIndex:
        """From memory; one small read every 15 seconds tells whether the budgets changed."""
        if self._checked_at is None or not (self._checked_at <= now < self._checked_at + FRESH_FOR):
            item = self.table.get(VERSION) or {}
            version = item.get("version", {}).get("N")
            if version != self._version or self._checked_at is None:
                self._index = BudgetIndex(self.deployed().values(), _producers(item))
                self._version = version
            self._checked_at = now
        return self._index

    def deployed(self) -> dict[str, Budget]:
        """All that are not retired."""
        return {budget.id: budget for budget, retired in self._all() if not retired}

    def retired(self) -> dict[str, Budget]:
        """Removed budgets."""
        return {budget.id: budget for budget, retired in self._all() if retired}

    def current(self, budget_id: str) -> Budget | None:
        """Read consistently."""
        item = self.table.get(budget_key(budget_id))
        return None if item is None or "retired" in item else budget_from_item(item)

    def producers(self) -> Producers:
        """They stand beside the version: whoever looks whether the budgets changed has them, without a read more."""
        return _producers(self.table.get(VERSION) or {})

    def changed(self) -> Iterator[tuple[Budget, datetime]]:
        """From the sparse index."""
        for item in self.table.waiting(CHANGED):
            yield budget_from_item(item), datetime.fromisoformat(item["work_at"]["S"])

    def judged(self, budget: Budget) -> None:
        """Only if it is still the definition that was judged."""
        try:
            self.table.update(
                budget_key(budget.id),
                "REMOVE #work, work_at",
                ConditionExpression="#definition = :definition",
                ExpressionAttributeNames={"#work": "work", "#definition": "definition"},
                ExpressionAttributeValues={":definition": {"S": _text(budget)}},
            )
        except ConditionFailedError:
            return  # changed again: the next sweep judges it

    def write(
        self, budgets: Sequence[Budget], removed: Sequence[str], now: datetime, producers: Producers = ANYBODY
    ) -> None:
        """Definitions first, then the version with the producers: a reader that sees the version sees them all."""
        puts = [{"Put": {"TableName": self.table.name, "Item": budget_to_item(item, now)}} for item in budgets]
        retire = [
            {
                "Update": {
                    "TableName": self.table.name,
                    "Key": budget_key(budget_id),
                    "UpdateExpression": "SET retired = :yes REMOVE #work, work_at",
                    "ExpressionAttributeNames": {"#work": "work"},
                    "ExpressionAttributeValues": {":yes": {"BOOL": True}},
                }
            }
            for budget_id in removed
        ]
        changes = [*puts, *retire]
        for start in range(0, len(changes), WRITES_PER_CALL):
            chunk = changes[start : start + WRITES_PER_CALL]
            self.table.retry(lambda chunk=chunk: self.table.transact(chunk))  # type: ignore[misc]
        self.table.update(
            VERSION,
            "ADD version :one SET producers = :producers",
            ExpressionAttributeValues={":one": {"N": "1"}, ":producers": {"S": json.dumps(producers.named)}},
        )

    def _all(self) -> Iterator[tuple[Budget, bool]]:
        for item in self.table.query(BUDGETS):
            yield budget_from_item(item), "retired" in item


def _producers(version: Item) -> Producers:
    named = json.loads(version["producers"]["S"]) if "producers" in version else ()
    return Producers(tuple((source, tuple(projects)) for source, projects in named))


def budget_to_item(budget: Budget, now: datetime) -> Item:
    """Marked as changed, for the sweep."""
    return {
        **budget_key(budget.id),
        "definition": {"S": _text(budget)},
        "work": {"S": CHANGED},
        "work_at": {"S": instant(now)},
    }


def budget_from_item(item: Item) -> Budget:
    """The inverse of `budget_to_item`."""
    data: dict[str, Any] = json.loads(item["definition"]["S"])
    limits = data.pop("limits")
    usd = limits.pop("usd")
    return Budget(
        **{
            **data,
            "match": tuple((name, tuple(values)) for name, values in data["match"]),
            "period": Period(data["period"]),
            "thresholds": tuple(data["thresholds"]),
            "limits": Limits(usd=None if usd is None else Decimal(usd), **limits),
        }
    )


def _text(budget: Budget) -> str:
    limits = budget.limits
    return json.dumps(
        {
            "id": budget.id,
            "match": budget.match,
            "period": budget.period.value,
            "limits": {
                "usd": None if limits.usd is None else str(limits.usd),
                "tokens": limits.tokens,
                "requests": limits.requests,
            },
            "per": budget.per,
            "thresholds": budget.thresholds,
            "on_soft_limit": budget.on_soft_limit,
            "on_hard_limit": budget.on_hard_limit,
            "mode": budget.mode,
            "owner": budget.owner,
            "shards": budget.shards,
            "revision": budget.revision,
        }
    )
