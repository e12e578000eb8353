"""Thin: CloudFormation's request in, its answer out; every way out answers, or the deployment would hang."""

from datetime import UTC, datetime
from typing import Any

from define.settings import Settings
from spendplane import bootstrap
from spendplane.adapters.cloudformation import respond
from spendplane.adapters.telemetry import logger, observed
from spendplane.contract.budgets_file import BudgetsFile

define = bootstrap.define_budgets(Settings.load().table_name)
PHYSICAL_ID = "spendplane-budgets"


@observed
def handler(event: dict[str, Any], context: object) -> None:
    """Create and update bring the table in line with the file; delete retires every budget and keeps all counters."""
    try:
        wanted = [] if event["RequestType"] == "Delete" else _definitions(event["ResourceProperties"]).to_domain()
        plan = define(wanted, datetime.now(UTC))
    except Exception as error:  # noqa: BLE001  # whatever it is, CloudFormation waits for an answer
        logger.exception("the budgets were not written")
        respond(event, PHYSICAL_ID, f"{type(error).__name__}: {error}", {})
        return
    figures = {name: str(len(getattr(plan, name))) for name in ("created", "changed", "removed", "unchanged")}
    logger.info("defined", extra={"figures": figures})  # `created` alone is a name that log records use
    respond(event, PHYSICAL_ID, None, figures)


def _definitions(properties: dict[str, str]) -> BudgetsFile:
    answer = bootstrap.client("s3").get_object(Bucket=properties["DefinitionsBucket"], Key=properties["DefinitionsKey"])
    return BudgetsFile.model_validate_json(answer["Body"].read())
