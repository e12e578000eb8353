"""What counts, judges, tells and heals."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from spendplane.bootstrap.clients import client, dynamo_table
from spendplane.bootstrap.ports import Ports, aws_ports

if TYPE_CHECKING:
    from spendplane.application.alerting.judge import Judge
    from spendplane.application.alerting.sweep import Sweep
    from spendplane.application.books.archive import MeterQueue
    from spendplane.application.define_budgets import DefineBudgets
    from spendplane.application.metering.meter import Meter
    from spendplane.application.telling.notify import Notify
    from spendplane.contract.budgets_file import BudgetsFile


def meter(ports: Ports) -> "Meter":
    """Usage messages → ledger, counters, alerts."""
    from spendplane.application.alerting.contributors import Contributors
    from spendplane.application.metering.booking import Booker
    from spendplane.application.metering.meter import Meter

    booker = Booker(ports.ledger, Contributors(ports.ledger), ports.retry)
    return Meter(booker, judge(ports), ports.definitions, ports.prices, ports.quarantine, ports.outbox, ports.bus)


def meter_queue(table_name: str, bus_name: str, prices_path: Path | None) -> "MeterQueue":
    """The usage queue's batches → the meter, with a tally of what comes from a replay."""
    from spendplane.adapters.dynamodb.replays import DynamoReplays
    from spendplane.application.books.archive import MeterQueue

    ports = aws_ports(table_name, bus_name, prices_path)
    return MeterQueue(meter(ports), DynamoReplays(dynamo_table(table_name)), ports.retry)


def judge(ports: Ports) -> "Judge":
    """Counters → alerts."""
    from spendplane.application.alerting.judge import Judge

    return Judge(ports.ledger, ports.definitions, ports.outbox, ports.bus)


def sweep(table_name: str, bus_name: str) -> "Sweep":
    """What a crash or a redeployment left open."""
    from spendplane.adapters.dynamodb.definitions import DynamoDefinitions
    from spendplane.adapters.dynamodb.ledger import DynamoLedger
    from spendplane.adapters.dynamodb.outbox import DynamoOutbox
    from spendplane.adapters.eventbridge import EventBridgeBus
    from spendplane.application.alerting.judge import Judge
    from spendplane.application.alerting.sweep import Sweep

    table = dynamo_table(table_name)
    ledger, definitions, outbox = DynamoLedger(table), DynamoDefinitions(table), DynamoOutbox(table)
    bus = EventBridgeBus(client("events"), bus_name)
    return Sweep(ledger, definitions, outbox, bus, Judge(ledger, definitions, outbox, bus))


def notify(table_name: str, on_call_arn: str, alerts_arn: str, runbook: str) -> "Notify":
    """Announcements → people."""
    from spendplane.adapters.dynamodb.outbox import DynamoOutbox
    from spendplane.adapters.sns import SnsTopic
    from spendplane.application.telling.notify import Notify

    sns = client("sns")
    return Notify(
        DynamoOutbox(dynamo_table(table_name)),
        on_call=SnsTopic(sns, "on-call", on_call_arn),
        budget_alerts=SnsTopic(sns, "budget-alerts", alerts_arn),
        runbook=runbook,
    )


def define_budgets(table_name: str) -> "DefineBudgets":
    """The file's budgets → the table."""
    from spendplane.adapters.dynamodb.definitions import DynamoDefinitions
    from spendplane.application.define_budgets import DefineBudgets

    return DefineBudgets(DynamoDefinitions(dynamo_table(table_name)))


def deployed_file(properties: Mapping[str, str]) -> "BudgetsFile":
    """The checked budgets.yaml that a deployment put into S3 as JSON."""
    from spendplane.contract.budgets_file import BudgetsFile

    found = client("s3").get_object(Bucket=properties["DefinitionsBucket"], Key=properties["DefinitionsKey"])
    return BudgetsFile.model_validate_json(found["Body"].read())
