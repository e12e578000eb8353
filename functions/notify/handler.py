"""Thin: the announcement's id from the event; what is said comes from the table."""

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.data_classes.event_bridge_event import EventBridgeEvent

from notify.settings import Settings
from spendplane import bootstrap
from spendplane.adapters.telemetry import count, logger, observed

settings = Settings.load()
notify = bootstrap.notify(settings.table_name, settings.on_call_topic_arn, settings.alerts_topic_arn, settings.runbook)


@observed
def handler(event: dict[str, Any], context: object) -> None:
    """An exception is an asynchronous invocation's way to be delivered again."""
    announcement_id = EventBridgeEvent(event).detail["id"]
    sent = notify(announcement_id, datetime.now(UTC))
    count({"NoticesSent": sent})
    logger.info("notified", extra={"announcement": announcement_id, "messages": sent})
