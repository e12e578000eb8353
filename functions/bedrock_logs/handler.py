"""Thin: a delivery of log lines in, usage records out."""

from dataclasses import asdict
from typing import Any

from bedrock_logs.settings import IDENTITIES, Settings
from spendplane import bootstrap
from spendplane.adapters.log_deliveries import lines
from spendplane.adapters.telemetry import count, logger, observed

objects = bootstrap.log_objects()
publish = bootstrap.publish_invocations(Settings.load().bus_name, IDENTITIES, objects)


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, int]:
    """All of it or, when it raises, all of it again: what was published already is recognised by its request id."""
    report = publish(lines(event, objects))
    count(report.figures())
    logger.info("invocations published", extra=asdict(report))
    return asdict(report)
