"""Thin: CloudFormation's request in, its answer out."""

from datetime import UTC, datetime
from typing import Any

from define.settings import Settings
from spendplane import bootstrap
from spendplane.adapters.cloudformation import answer
from spendplane.adapters.telemetry import logged
from spendplane.application.define_budgets import Plan

define = bootstrap.define_budgets(Settings.load().table_name)


@logged
def handler(event: dict[str, Any], context: object) -> None:
    """Create and update bring the table in line with the file; delete retires every budget and keeps all counters."""
    answer(event, "spendplane-budgets", lambda: _defined(event).figures())


def _defined(event: dict[str, Any]) -> Plan:
    if event["RequestType"] == "Delete":
        return define([], datetime.now(UTC))
    file = bootstrap.deployed_file(event["ResourceProperties"])
    return define(file.to_domain(), datetime.now(UTC), file.bound())
