"""Thin: CloudFormation's request in, its answer out."""

from typing import Any

from spendplane import bootstrap
from spendplane.adapters.bedrock_logging import wanted
from spendplane.adapters.cloudformation import answer
from spendplane.adapters.telemetry import logged

logging = bootstrap.invocation_logging()


@logged
def handler(event: dict[str, Any], context: object) -> None:
    """Create and update turn the logging on, delete turns it off; neither touches what somebody else set up."""
    answer(event, "spendplane-invocation-logging", lambda: _carried_out(event))


def _carried_out(event: dict[str, Any]) -> dict[str, str]:
    order = wanted(event["ResourceProperties"])
    return logging.turn_off(order) if event["RequestType"] == "Delete" else logging.turn_on(order)
