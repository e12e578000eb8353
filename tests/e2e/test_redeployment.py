"""Another budgets file, deployed over the first."""

from pathlib import Path

import pytest

from tests.e2e.conftest import BUDGETS
from tests.e2e.deployed import Deployed, both, eventually, record


@pytest.fixture(scope="module")
def redeployed(deployed: Deployed, tmp_path_factory: pytest.TempPathFactory) -> Deployed:
    """$50 spent of each; then one limit goes from $100 to $50, the other from $10 to $60."""
    deployed.put(record("e2e-lowered", cost_usd="50"), record("e2e-raised", cost_usd="50"))
    deployed.counted("e2e-lowered", 1)
    eventually(lambda: sorted(deployed.alerts("e2e-raised")), lambda seen: seen == both(80, 100))
    assert deployed.alerts("e2e-lowered") == []
    text = BUDGETS.read_text()
    changed = text.replace("project_id: e2e-lowered}, limit_usd: 100", "project_id: e2e-lowered}, limit_usd: 50")
    changed = changed.replace("project_id: e2e-raised}, limit_usd: 10", "project_id: e2e-raised}, limit_usd: 60")
    other: Path = tmp_path_factory.mktemp("budgets") / "budgets.yaml"
    other.write_text(changed)
    deployed.account.deploy(budgets=other)
    deployed.invoke("sweep", {})  # the schedule's next tick would do the same, up to a minute later
    return deployed


def test_a_limit_lowered_below_the_spend_alerts_without_another_event(redeployed: Deployed) -> None:
    """The sweep judges what the deployment changed."""
    eventually(lambda: sorted(redeployed.alerts("e2e-lowered")), lambda seen: seen == both(80, 100))
    assert {item.detail["revision"] for item in redeployed.notices(budget_id="e2e-lowered")} == {2}
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
