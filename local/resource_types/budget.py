"""`AWS::Budgets::Budget`, over MiniStack's own AWS Budgets, with the refusals of AWS that a deployment can meet.

As on AWS, a budget whose name or whose notifications change is made anew before the old one goes; under an unchanged
name that fails, as the name is taken.
"""

import json
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from ministack.core.responses import get_account_id
from ministack.services import budgets
from ministack.services.cloudformation.provisioners import _delete_predecessor

from local.resource_types.kinds import Created, Properties, ResourceType

NAME = "AWS::Budgets::Budget"
_ABSENT = "NotFoundException"


class RefusedError(ValueError):
    """AWS Budgets does not take this; the text says which budget and why."""


def _create(logical_id: str, props: Properties, stack: str) -> Created:
    budget = _budget(props, f"{stack}-{logical_id}")
    name: str = budget["BudgetName"]
    for refusal in _refusals(budget, props.get("NotificationsWithSubscribers", ())):
        raise RefusedError(f"{name}: {refusal}")
    request = {"Budget": budget, "NotificationsWithSubscribers": props.get("NotificationsWithSubscribers", [])}
    call("CreateBudget", {**request, "ResourceTags": props.get("ResourceTags", [])})
    return name, {"Id": name}


def _update(physical_id: str, old: Properties, new: Properties, stack: str) -> Created:
    budget, notified = _budget(new, physical_id), "NotificationsWithSubscribers"
    if budget["BudgetName"] != physical_id or old.get(notified) != new.get(notified):
        created = _create(physical_id, new, stack)
        _delete_predecessor(_delete, physical_id, old)
        return created
    for refusal in _refusals(budget, new.get(notified, ())):
        raise RefusedError(f"{physical_id}: {refusal}")
    call("UpdateBudget", {"NewBudget": budget})
    _retag(physical_id, _tags(old), _tags(new))
    return physical_id, {"Id": physical_id}


def _delete(physical_id: str, _props: Properties) -> None:
    call("DeleteBudget", {"BudgetName": physical_id}, accepted=_ABSENT)


def _budget(props: Properties, name: str) -> dict[str, Any]:
    """As the API has it: with a name, and amounts as text."""
    budget = {"BudgetName": name, **props["Budget"]}
    limit = budget.get("BudgetLimit")
    return {**budget, "BudgetLimit": {**limit, "Amount": str(limit["Amount"])}} if limit else budget


def _refusals(budget: Mapping[str, Any], notified: Any) -> Iterator[str]:
    """What AWS refuses and MiniStack takes."""
    kinds = {item["Notification"]["NotificationType"] for item in notified}
    if budget["TimeUnit"] == "DAILY" and "FORECASTED" in kinds:
        yield "a daily budget has no forecast to notify of"
    if ("FilterExpression" in budget) != ("Metrics" in budget):
        yield "FilterExpression and Metrics go together"
    if "FilterExpression" in budget and ("CostFilters" in budget or "CostTypes" in budget):
        yield "FilterExpression and Metrics, or CostFilters and CostTypes, but not both"
    for item in notified:
        topics = [who["Address"] for who in item["Subscribers"] if who["SubscriptionType"] == "SNS"]
        if len(topics) > 1:
            yield "a notification has one SNS subscriber at most"


def _tags(props: Properties) -> dict[str, str]:
    return {tag["Key"]: tag.get("Value", "") for tag in props.get("ResourceTags", ())}


def _retag(name: str, old: Mapping[str, str], new: Mapping[str, str]) -> None:
    arn = f"arn:aws:budgets::{get_account_id()}:budget/{name}"
    gone = sorted(old.keys() - new.keys())
    if gone:
        call("UntagResource", {"ResourceARN": arn, "ResourceTagKeys": gone})
    if new:
        tags = [{"Key": key, "Value": value} for key, value in new.items()]
        call("TagResource", {"ResourceARN": arn, "ResourceTags": tags})


def call(operation: str, request: Mapping[str, Any], accepted: str = "") -> dict[str, Any]:
    """The service's answer. Raises RefusedError with the service's own words, unless the error is the accepted one."""
    status, _headers, body = budgets._DISPATCH[operation](request)  # noqa: SLF001  # no other way in
    answer: dict[str, Any] = json.loads(body)
    if status != HTTPStatus.OK and answer["__type"] != accepted:
        raise RefusedError(answer["message"])
    return answer


BUDGET = ResourceType(_create, _update, _delete)
