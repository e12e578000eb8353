"""Thin: the day's tick."""

from datetime import UTC, datetime

from idle.settings import Settings
from spendplane import bootstrap
from spendplane.adapters.telemetry import logger, observed

settings = Settings.load()
tell = bootstrap.tell_idle(settings.table_name, settings.bus_name)


@observed
def handler(event: object, context: object) -> dict[str, int]:
    """An exception is the tick's way to be delivered again; the notice of a day is told once."""
    report = tell(datetime.now(UTC))
    figures = {"resources": len(report.lines), "unknown": report.unknown, "unread": len(report.unread)}
    logger.info("idle reported", extra=figures)
    return figures
