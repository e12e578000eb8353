"""One record that takes a budget from nothing to 120 %: who hears what, also when the process ends half-way."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from botocore.exceptions import ClientError

from bench.system import create_table, dynamodb
from bench.workload import NOW, PROJECT
from proof.rivals.faults import NONE, CrashError, Faulty
from proof.rivals.pattern import key
from spendplane import bootstrap
from spendplane.adapters.dynamodb.client import Table
from spendplane.adapters.dynamodb.definitions import DynamoDefinitions
from spendplane.adapters.dynamodb.ledger import DynamoLedger
from spendplane.adapters.dynamodb.outbox import DynamoOutbox
from spendplane.adapters.dynamodb.quarantine import DynamoQuarantine
from spendplane.adapters.memory import MemoryBus
from spendplane.application.alerting.judge import UNSENT_AFTER, Judge
from spendplane.application.alerting.sweep import Sweep
from spendplane.contract.outgoing import THRESHOLD_CROSSED
from spendplane.domain.budgets import Budget
from spendplane.domain.limits import Limits
from tests.support.builders import message, record
from tests.support.world import PriceList

THRESHOLDS = (50, 80, 100)
LIMIT = Decimal(10)
NAMES = {50: "50 %", 80: "80 %", 100: "exceeded"}


@dataclass(slots=True)
class Told:
    """What was published, in order. `crash` ends the process before the first publication, once."""

    crash: bool
    heard: list[str] = field(default_factory=list)

    def publish(self, what: str) -> None:
        """To the bus."""
        if self.crash:
            self.crash = False
            raise CrashError
        self.heard.append(what)


class CrashingBus(MemoryBus):
    """A bus before which the process ends, once."""

    crash = False

    def publish(self, announcements: Sequence[Any], now: Any) -> None:
        """See `ports.Bus`."""
        if self.crash:
            self.crash = False
            raise CrashError
        super().publish(announcements, now)


def claimed(endpoint: str, *, crash: bool) -> list[str]:
    """The pattern: count, compare the new total, claim the alert, publish; the batch comes again after a crash."""
    client = _client(endpoint, f"alerts-claimed-{crash}")
    told = Told(crash)

    def handle() -> None:
        table = f"alerts-claimed-{crash}"
        if not _put_new(client, table, "claim#leap"):
            return  # a repetition
        added = client.update_item(
            TableName=table, Key=key("counter"), UpdateExpression="ADD usd :usd",
            ExpressionAttributeValues={":usd": {"N": "12"}}, ReturnValues="ALL_NEW",
        )  # fmt: skip
        percent = Decimal(added["Attributes"]["usd"]["N"]) * 100 / LIMIT
        reached = max((item for item in THRESHOLDS if percent >= item), default=None)
        if reached is not None and _put_new(client, table, f"alert#{reached}"):
            told.publish(NAMES[reached])

    return _twice(handle, told)


def by_edge(endpoint: str, *, crash: bool) -> list[str]:
    """Without deduplication: an alert where the old total is below and the new one is not."""
    table = f"alerts-by-edge-{crash}"
    client = _client(endpoint, table)
    told = Told(crash)

    def handle() -> None:
        added = client.update_item(
            TableName=table, Key=key("counter"), UpdateExpression="ADD usd :usd",
            ExpressionAttributeValues={":usd": {"N": "12"}}, ReturnValues="ALL_NEW",
        )  # fmt: skip
        new = Decimal(added["Attributes"]["usd"]["N"]) * 100 / LIMIT
        old = new - 12 * 100 / LIMIT
        reached = max((item for item in THRESHOLDS if old < item <= new), default=None)
        if reached is not None:
            told.publish(NAMES[reached])

    return _twice(handle, told)


def spendplane(endpoint: str, *, crash: bool) -> list[str]:
    """The meter, its batch again after a crash, and the sweep a minute later."""
    name = f"alerts-spendplane-{crash}"
    client = _client(endpoint, name)
    table, bus = Table(client, name), CrashingBus()
    bus.crash = crash
    ledger, definitions, outbox = DynamoLedger(table), DynamoDefinitions(table), DynamoOutbox(table)
    definitions.write([Budget("leap", limits=Limits(usd=LIMIT), thresholds=THRESHOLDS)], (), NOW)
    leap = message(record("leap", cost_usd="12", project_id=PROJECT))

    def handle() -> None:
        ports = bootstrap.Ports(ledger, definitions, outbox, DynamoQuarantine(table), bus, PriceList())
        bootstrap.meter(ports)([leap], NOW)

    try:
        handle()
    except CrashError:
        handle()
    sweep = Sweep(ledger, definitions, outbox, bus, Judge(ledger, definitions, outbox, bus))
    sweep(NOW + UNSENT_AFTER * 2)
    said = [item.detail["threshold_percent"] for item in bus.published if item.detail_type == THRESHOLD_CROSSED]
    return [NAMES[percent] for percent in said]


def _twice(handle: Callable[[], None], told: Told) -> list[str]:
    try:
        handle()
    except CrashError:
        handle()
    return told.heard


def _client(endpoint: str, table: str) -> Any:
    client = dynamodb(endpoint)
    create_table(client, table)
    return Faulty(client, NONE, random.Random(0))


def _put_new(client: Any, table: str, name: str) -> bool:
    try:
        client.put_item(TableName=table, Item=key(name), ConditionExpression="attribute_not_exists(pk)")
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        return False
    return True


LEAPS = {
    "Spendplane": spendplane,
    "A: claim, then increment": claimed,
    "B: increments only": by_edge,
}
