"""Thin: the schedule's tick."""

from dataclasses import asdict
from datetime import UTC, datetime

from spendplane import bootstrap
from spendplane.adapters.telemetry import count, logger, observed
from sweep.settings import Settings

settings = Settings.load()
sweep = bootstrap.sweep(settings.table_name, settings.bus_name)


@observed
def handler(event: object, context: object) -> None:
    """One run; what fails is due again at the next tick."""
    report = sweep(datetime.now(UTC))
    count({"OutboxRepublished": report.republished, "AlertsFired": report.alerts})
    logger.info("swept", extra=asdict(report))
