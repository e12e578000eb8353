"""Another budgets file, deployed over the first."""

from pathlib import Path
from typing import Any

import pytest

from spendplane.contract.outgoing import THRESHOLD_CROSSED
from spendplane.contract.switch_events import ENGAGED, RELEASED
from spendplane.domain.switches import Phase
from tests.e2e.conftest import BUDGETS, OPTIONS
from tests.e2e.deployed import Deployed, both, eventually, record
from tests.e2e.fleet import Fleet
from tests.e2e.kill_switch import ALL_WELL, DOWN, told
from tests.e2e.twin import Twin

RELIEVED = "e2e-relieved"


@pytest.fixture(scope="module")
def stopped(deployed: Deployed) -> tuple[Twin, dict[str, Any]]:
    """$50 of $10 are spent; how the twin was set before that turned it down."""
    twin = Fleet(deployed.account, RELIEVED).staging
    before = twin.snapshot()
    deployed.put(record(RELIEVED, cost_usd="50"))
    told(deployed, RELIEVED, ENGAGED)
    return twin, before


@pytest.fixture(scope="module")
def redeployed(
    deployed: Deployed, stopped: tuple[Twin, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> Deployed:
    """$50 spent of each; then one limit goes from $100 to $50, the others from $10 to $60."""
    deployed.put(record("e2e-lowered", cost_usd="50"), record("e2e-raised", cost_usd="50"))
    deployed.counted("e2e-lowered", 1)
    eventually(lambda: sorted(deployed.alerts("e2e-raised")), lambda seen: seen == both(80, 100))
    assert deployed.alerts("e2e-lowered") == []
    assert stopped[0].use() == DOWN
    text = BUDGETS.read_text()
    changed = text.replace("project_id: e2e-lowered}, limit_usd: 100", "project_id: e2e-lowered}, limit_usd: 50")
    for project in ("e2e-raised", RELIEVED):
        changed = changed.replace(f"project_id: {project}}}, limit_usd: 10", f"project_id: {project}}}, limit_usd: 60")
    other: Path = tmp_path_factory.mktemp("budgets") / "budgets.yaml"
    other.write_text(changed)
    deployed.account.deploy(budgets=other, context=OPTIONS)
    deployed.invoke("sweep", {})  # the schedule's next tick would do the same, up to a minute later
    return deployed


def test_a_limit_lowered_below_the_spend_alerts_without_another_event(redeployed: Deployed) -> None:
    """The sweep judges what the deployment changed."""
    eventually(lambda: sorted(redeployed.alerts("e2e-lowered")), lambda seen: seen == both(80, 100))
    notices = redeployed.notices(budget_id="e2e-lowered", detail_type=THRESHOLD_CROSSED)
    assert {item.detail["revision"] for item in notices} == {2}
    redeployed.invoke("sweep", {})
    assert sorted(redeployed.alerts("e2e-lowered")) == both(80, 100)


def test_a_raised_limit_may_alert_again_when_it_is_reached(redeployed: Deployed) -> None:
    """$50 of $60 is over 80 % under the new revision; 100 % comes with the next event."""
    first = both(80, 100)
    eventually(lambda: sorted(redeployed.alerts("e2e-raised")), lambda seen: seen == sorted([*first, *both(80)]))
    redeployed.put(record("e2e-raised", cost_usd="10"))
    redeployed.counted("e2e-raised", 2)
    redeployed.invoke("sweep", {})  # a meter may hold the former limit for some seconds
    eventually(lambda: sorted(redeployed.alerts("e2e-raised")), lambda seen: seen == sorted([*first, *first]))


def test_a_limit_raised_above_the_spend_gives_back_what_was_turned_down(
    redeployed: Deployed, stopped: tuple[Twin, dict[str, Any]]
) -> None:
    """With the first round after the deployment, which may be the schedule's own."""
    twin, before = stopped

    def phase_after_a_round() -> Phase:
        redeployed.make_due(redeployed.switch(RELIEVED))
        redeployed.invoke("enforce", {"command": "reconcile"})
        return redeployed.switch(RELIEVED).phase

    eventually(phase_after_a_round, lambda seen: seen is Phase.OFF)
    assert twin.snapshot() == before
    eventually(twin.use, lambda seen: seen == ALL_WELL)
    assert "below 100 % of the limit: $50.00 of $60.00" in told(redeployed, RELIEVED, RELEASED)[0].email
