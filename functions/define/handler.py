"""Thin: CloudFormation's request in, its answer out."""

from datetime import UTC, datetime
from typing import Any

from define.settings import Settings
from spendplane import bootstrap
from spendplane.adapters.cloudformation import answer
from spendplane.adapters.telemetry import logged
from spendplane.domain.budgets import Budget

define = bootstrap.define_budgets(Settings.load().table_name)


@logged
def handler(event: dict[str, Any], context: object) -> None:
    """Create and update bring the table in line with the file; delete retires every budget and keeps all counters."""
    answer(event, "spendplane-budgets", lambda: define(_wanted(event), datetime.now(UTC)).figures())


def _wanted(event: dict[str, Any]) -> list[Budget]:
    properties = event["ResourceProperties"]
    return [] if event["RequestType"] == "Delete" else bootstrap.deployed_file(properties).to_domain()
