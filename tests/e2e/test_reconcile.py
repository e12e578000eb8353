"""A bill that refutes the ledger keeps the deployed kill switch from acting; one that does not lets it act again."""

from datetime import UTC, datetime
from pathlib import Path

from spendplane.contract.switch_events import ENGAGED, REFUSED
from tests.e2e.deployed import Deployed, record
from tests.e2e.kill_switch import next_round, told

BUDGET = "e2e-doubted"
HEADER = (
    "line_item_usage_start_date,line_item_line_item_type,line_item_product_code,line_item_usage_type,"
    "line_item_unblended_cost,product"
)


def bill(folder: Path, usd: str) -> list[str]:
    """The command's words for a bill of so much today: all of it under a name that could be any model's."""
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    path = folder / f"{usd}.csv"
    path.write_text(f"{HEADER}\n{today}T00:00:00Z,Usage,AmazonBedrock,USE1-Everything,{usd},\n")
    return ["reconcile", "--cur", str(path), "--month", today[:7], "--through", today, "--apply", "--reason", "e2e"]


def test_wrong_figures_only_alert_until_a_good_reconciliation(deployed: Deployed, tmp_path: Path) -> None:
    gateway = deployed.client("apigateway")
    tags = {"project": BUDGET, "environment": "staging"}
    limits = {"rateLimit": 5.0, "burstLimit": 7}
    plan = gateway.create_usage_plan(name=BUDGET, throttle=limits, tags=tags)["id"]
    deployed.put(record(BUDGET, cost_usd="6"))
    deployed.settle()
    try:
        found = deployed.cli(*bill(tmp_path, "1"), code=3)
        assert found["stored"] is True
        assert BUDGET in [item["budget_id"] for item in found["alerts_only"]]
        planned = deployed.cli("kill", "plan", BUDGET)
        assert planned["plan"]["verdict"] == "refuse"
        deployed.put(record(BUDGET, cost_usd="6"))
        (notice, *_) = told(deployed, BUDGET, REFUSED)
        assert "its figures are in doubt" in notice.detail["reason"]
        assert gateway.get_usage_plan(usagePlanId=plan)["throttle"] == limits
    finally:
        found = deployed.cli(*bill(tmp_path, "1000000"), code=3)
    assert found["alerts_only"] == []
    assert next_round(deployed, BUDGET)["phase"] == "on"
    told(deployed, BUDGET, ENGAGED)
    assert gateway.get_usage_plan(usagePlanId=plan)["throttle"] == {"rateLimit": 0, "burstLimit": 0}
    deployed.cli("release", BUDGET, "--reason", "the test is over")
    assert gateway.get_usage_plan(usagePlanId=plan)["throttle"] == limits
