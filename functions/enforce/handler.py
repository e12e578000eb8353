"""Thin: a crossed budget, the minute's round or a person's word in; what became of it out."""

from datetime import UTC, datetime
from typing import Any

from enforce.settings import Settings
from spendplane import bootstrap
from spendplane.adapters.telemetry import count, logger, observed
from spendplane.application.switching.orders import briefly

settings = Settings.load()
orders = bootstrap.orders(settings.table_name, settings.bus_name, settings.protection, settings.idle)


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """An exception is an event's way to be delivered again; the round's work is due again in a minute."""
    answer = orders(event, datetime.now(UTC))
    count(answer.get("figures", {}))
    logger.info("enforced", extra={"answer": briefly(answer)})
    return answer
