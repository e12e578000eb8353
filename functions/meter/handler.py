"""Thin: the queue's batch in, the messages to deliver again out."""

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSEvent

from meter.settings import Settings
from spendplane import bootstrap
from spendplane.adapters.process import tune_for_batches
from spendplane.adapters.telemetry import count, logger, observed
from spendplane.contract.envelope import Message

settings = Settings.load()
meter = bootstrap.meter(bootstrap.aws_ports(settings.table_name, settings.bus_name, settings.prices))
tune_for_batches()


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Partial batch response: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html"""
    messages = [
        Message(
            record.message_id, record.body, datetime.fromtimestamp(int(record.attributes.sent_timestamp) / 1000, UTC)
        )
        for record in SQSEvent(event).records
    ]
    report = meter(messages, datetime.now(UTC))
    count(report.figures())
    logger.info("metered", extra={"figures": report.figures(), "alerts": [alert.id for alert in report.alerts]})
    return {"batchItemFailures": [{"itemIdentifier": message} for message in sorted(report.failed)]}
