"""Thin: the queue's batch in, the messages to deliver again out."""

from datetime import UTC, datetime
from typing import Any

from meter.settings import Settings
from spendplane import bootstrap
from spendplane.adapters.process import tune_for_batches
from spendplane.adapters.sqs import failures, messages
from spendplane.adapters.telemetry import count, logger, observed

settings = Settings.load()
meter = bootstrap.meter_queue(settings.table_name, settings.bus_name, settings.prices)
tune_for_batches()


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """One batch; only messages of which something is not durable come back."""
    report = meter(messages(event), datetime.now(UTC))
    count(report.figures())
    logger.info("metered", extra={"figures": report.figures(), "alerts": [alert.id for alert in report.alerts]})
    return failures(report.failed)
