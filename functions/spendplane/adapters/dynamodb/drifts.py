"""The last reconciliation: one item that is replaced, and an entry of the audit for each, written once."""

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from spendplane.adapters.dynamodb.client import Table
from spendplane.adapters.dynamodb.keys import DRIFT, DRIFT_AUDIT, Item, audit_key, audit_partition, instant
from spendplane.domain.drift import Compared, Reconciliation

KEPT = timedelta(days=400)
"""As everything in the audit."""


class DynamoDrifts:
    """See `application.ports.drifts.Drifts`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def last(self) -> Reconciliation | None:
        """One consistent read."""
        item = self._table.get(DRIFT)
        return reconciliation_from_item(item) if item else None

    def store(self, found: Reconciliation) -> None:
        """Both or none: what the kill switch goes by can always be looked up."""
        content = reconciliation_to_item(found)
        expiry = {"expires_at": {"N": str(int((found.at + KEPT).timestamp()))}}
        entry = {**audit_key(DRIFT_AUDIT, instant(found.at)), **content, **expiry}
        name = self._table.name
        puts = [{"Put": {"TableName": name, "Item": item}} for item in ({**DRIFT, **content}, entry)]
        self._table.retry(lambda: self._table.transact(puts))

    def history(self) -> list[Reconciliation]:
        """From the audit."""
        return [reconciliation_from_item(item) for item in self._table.query(audit_partition(DRIFT_AUDIT))]


def reconciliation_to_item(found: Reconciliation) -> Item:
    """All but the key."""
    content = {
        "month": found.month,
        "through": found.through.isoformat(),
        "at": found.at.isoformat(),
        "by": found.by,
        "reason": found.reason,
        "compared": [[c.provider, list(c.models), f"{c.ledger_usd:f}", f"{c.bill_usd:f}"] for c in found.compared],
    }
    return {"reconciliation": {"S": json.dumps(content)}}


def reconciliation_from_item(item: Item) -> Reconciliation:
    """The inverse."""
    data: dict[str, Any] = json.loads(item["reconciliation"]["S"])
    compared = tuple(
        Compared(provider, tuple(models), Decimal(ledger), Decimal(bill))
        for provider, models, ledger, bill in data["compared"]
    )
    return Reconciliation(
        data["month"],
        date.fromisoformat(data["through"]),
        datetime.fromisoformat(data["at"]),
        data["by"],
        data["reason"],
        compared,
    )
