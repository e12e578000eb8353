"""The local account's budget actions come, change, are refused and go as those of AWS do."""

from collections.abc import Iterator
from typing import Any

import pytest
from ministack.services import budgets
from ministack.services.cloudformation import provisioners

from local.mended.budget_actions import BudgetActions
from local.resource_types import budget_action as action_type
from local.resource_types.budget import BUDGET, RefusedError, call
from local.resource_types.budget_action import BUDGET_ACTION
from tests.unit.local.test_budget_type import properties

POLICY = "arn:aws:iam::000000000000:policy/denial"


@pytest.fixture(autouse=True)
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """With one budget, `chat`, and nothing else."""
    budgets.reset()
    for name, operation in BudgetActions(budgets).operations().items():
        monkeypatch.setitem(budgets._DISPATCH, name, operation)
    monkeypatch.setitem(provisioners._RESOURCE_HANDLERS, action_type.NAME, BUDGET_ACTION.handlers())
    BUDGET.create("Chat", properties("chat"), "Stack")
    yield
    budgets.reset()


def acting(name: str = "chat", **other: Any) -> dict[str, Any]:
    """Properties as a template has them."""
    return {
        "BudgetName": name,
        "NotificationType": "ACTUAL",
        "ActionType": "APPLY_IAM_POLICY",
        "ActionThreshold": {"Type": "PERCENTAGE", "Value": "100"},
        "ApprovalModel": "MANUAL",
        "Definition": {"IamActionDefinition": {"PolicyArn": POLICY, "Roles": ["writer"]}},
        "ExecutionRoleArn": "arn:aws:iam::000000000000:role/acting",
        "Subscribers": [{"Type": "SNS", "Address": "arn:aws:sns:us-east-1:000000000000:t"}],
        **other,
    }


def held(name: str = "chat") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = call("DescribeBudgetActionsForBudget", {"BudgetName": name})["Actions"]
    return found


def update(physical_id: str, old: dict[str, Any], new: dict[str, Any]) -> str:
    """As a stack of MiniStack does it."""
    found = provisioners._update_resource(action_type.NAME, physical_id, old, new, "Stack", "Action")
    return str(found[0])


def test_it_is_there_in_the_words_of_the_api() -> None:
    physical_id, attributes = BUDGET_ACTION.create("Action", acting(), "Stack")
    (action,) = held()
    assert physical_id == f"{action['ActionId']}|chat"
    assert attributes == {"ActionId": action["ActionId"], "BudgetName": "chat"}
    assert action["ActionThreshold"] == {"ActionThresholdType": "PERCENTAGE", "ActionThresholdValue": 100.0}
    assert action["Subscribers"][0]["SubscriptionType"] == "SNS"
    assert action["Status"] == "STANDBY"


def test_it_changes_in_place_and_is_replaced_with_its_budget() -> None:
    before = acting()
    physical_id, _ = BUDGET_ACTION.create("Action", before, "Stack")
    after = acting(ApprovalModel="AUTOMATIC")
    assert update(physical_id, before, after) == physical_id
    assert held()[0]["ApprovalModel"] == "AUTOMATIC"
    BUDGET.create("Other", properties("other"), "Stack")
    moved = update(physical_id, after, acting("other"))
    assert moved.endswith("|other")
    assert (held(), len(held("other"))) == ([], 1)


def test_it_goes_and_may_be_gone_already() -> None:
    physical_id, _ = BUDGET_ACTION.create("Action", acting(), "Stack")
    BUDGET_ACTION.delete(physical_id, acting())
    BUDGET_ACTION.delete(physical_id, acting())
    assert held() == []


@pytest.mark.parametrize(
    ("props", "reason"),
    [
        (acting("nowhere"), "doesn't exist"),
        (acting(Definition={"IamActionDefinition": {"PolicyArn": POLICY, "Roles": []}}), "1 to 100 roles"),
        (acting(Definition={"IamActionDefinition": {"Roles": ["r"]}}), "applies an IAM policy"),
        (acting(Subscribers=[{"Type": "EMAIL", "Address": f"{n}@example.com"} for n in range(12)]), "11 subscribers"),
        (acting(ExecutionRoleArn=""), "ExecutionRoleArn is required"),
    ],
)
def test_what_aws_refuses_is_refused(props: dict[str, Any], reason: str) -> None:
    with pytest.raises(RefusedError, match=reason):
        BUDGET_ACTION.create("Action", props, "Stack")


def test_what_is_not_there_cannot_be_changed() -> None:
    with pytest.raises(RefusedError, match="Unable to find action"):
        BUDGET_ACTION.update("x|chat", acting(), acting(ApprovalModel="AUTOMATIC"), "Stack")
