"""The local account's `AWS::Budgets::Budget` changes, replaces and refuses as that of AWS does."""

from collections.abc import Iterator
from typing import Any

import pytest
from ministack.services import budgets
from ministack.services.cloudformation.provisioners import _update_resource

from local.resource_types import budget as budget_type
from local.resource_types.budget import BUDGET, RefusedError
from local.resource_types.kinds import Created

Properties = dict[str, Any]
TOPIC = {"SubscriptionType": "SNS", "Address": "arn:aws:sns:us-east-1:000000000000:budget-alerts"}


@pytest.fixture(autouse=True)
def empty(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An account without budgets, in which the type is known."""
    from ministack.services.cloudformation import provisioners

    budgets.reset()
    monkeypatch.setitem(provisioners._RESOURCE_HANDLERS, budget_type.NAME, BUDGET.handlers())
    yield
    budgets.reset()


def properties(
    name: str = "chat", *, kind: str = "ACTUAL", tags: dict[str, str] | None = None, **data: Any
) -> Properties:
    limit = {"Amount": data.pop("amount", "5.50"), "Unit": "USD"}
    notification = {"NotificationType": kind, "ComparisonOperator": "GREATER_THAN", "Threshold": 80}
    return {
        "Budget": {"BudgetName": name, "BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": limit, **data},
        "NotificationsWithSubscribers": [{"Notification": notification, "Subscribers": [TOPIC]}],
        "ResourceTags": [{"Key": key, "Value": value} for key, value in (tags or {}).items()],
    }


def create(props: Properties) -> str:
    name, attributes = BUDGET.create("Chat", props, "Stack")
    assert attributes == {"Id": name}
    return name


def update(old: Properties, new: Properties) -> Created:
    """As a stack of MiniStack does it."""
    found: Created = _update_resource(budget_type.NAME, old["Budget"]["BudgetName"], old, new, "Stack", "Chat")
    return found


def held() -> dict[str, dict[str, Any]]:
    return {item["BudgetName"]: item for item in budgets._budgets.values()}


def tags(name: str) -> dict[str, str]:
    found: dict[str, str] = budgets._tags.get(budgets._budget_arn(name), {})
    return found


def test_a_limit_a_filter_and_tags_change_in_place() -> None:
    before = properties(tags={"project": "chat", "team": "a"})
    create(before)
    changed = properties(amount=7, tags={"project": "talk"}, FilterExpression={"Tags": {}}, Metrics=["UnblendedCost"])

    assert update(before, changed) == ("chat", {"Id": "chat"})

    assert held()["chat"]["BudgetLimit"] == {"Amount": "7", "Unit": "USD"}
    assert held()["chat"]["Metrics"] == ["UnblendedCost"]
    assert tags("chat") == {"project": "talk"}
    assert len(budgets._notification_store["chat"]) == 1


def test_another_name_is_a_new_budget_and_the_old_one_goes() -> None:
    before = properties("chat")
    create(before)
    assert update(before, properties("talk"))[0] == "talk"
    assert set(held()) == {"talk"}


def test_other_notifications_need_another_name_as_well() -> None:
    before = properties("chat")
    create(before)
    with pytest.raises(RefusedError, match="the budget already exists"):
        update(before, properties("chat", kind="FORECASTED"))
    assert update(before, properties("chat-2", kind="FORECASTED"))[0] == "chat-2"
    assert set(held()) == {"chat-2"}


def test_deleting_twice_is_no_error() -> None:
    create(properties())
    BUDGET.delete("chat", properties())
    BUDGET.delete("chat", properties())
    assert held() == {}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"kind": "FORECASTED", "TimeUnit": "DAILY"}, "no forecast"),
        ({"FilterExpression": {}}, "FilterExpression and Metrics go together"),
        ({"FilterExpression": {}, "Metrics": ["UnblendedCost"], "CostFilters": {}}, "but not both"),
        ({"name": "a:b"}, "must be a valid budget name"),
        ({"name": "a" * 101}, "must be a valid budget name"),
        ({"TimeUnit": "WEEKLY"}, "TimeUnit must be one of"),
    ],
)
def test_what_aws_refuses_is_refused_and_nothing_is_made(data: dict[str, Any], reason: str) -> None:
    with pytest.raises(RefusedError, match=reason):
        create(properties(**data))
    assert held() == {}


def test_a_notification_reaches_one_topic_only() -> None:
    props = properties()
    props["NotificationsWithSubscribers"][0]["Subscribers"].append({**TOPIC, "Address": "another"})
    with pytest.raises(RefusedError, match="one SNS subscriber"):
        create(props)


def test_a_change_to_what_aws_refuses_leaves_the_budget() -> None:
    before = properties(kind="FORECASTED")
    create(before)
    with pytest.raises(RefusedError, match="no forecast"):
        update(before, properties(kind="FORECASTED", TimeUnit="DAILY"))
    assert held()["chat"]["TimeUnit"] == "MONTHLY"
