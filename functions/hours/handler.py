"""Thin: the schedule's tick."""

from dataclasses import asdict
from datetime import UTC, datetime

from hours.settings import Settings
from spendplane import bootstrap
from spendplane.adapters.telemetry import count, logger, observed

settings = Settings.load()
hours = bootstrap.hours(settings.table_name, settings.bus_name)


@observed
def handler(event: object, context: object) -> dict[str, int]:
    """One round; what it does not get done, the next one does."""
    report = hours(datetime.now(UTC))
    count({"HoursRecords": report.records, "HoursForgoneSeconds": report.forgone_seconds})
    logger.info("hours counted", extra=asdict(report))
    return asdict(report)
