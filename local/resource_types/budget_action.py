"""`AWS::Budgets::BudgetsAction`, over local/mended/budget_actions.py. Its `Ref` is `ActionId|BudgetName`, as on AWS.

With another budget or another kind of action it is made anew before the old one goes. Its own tags are not kept.
"""

from typing import Any

from ministack.services.cloudformation.provisioners import _delete_predecessor

from local.resource_types.budget import call
from local.resource_types.kinds import Created, Properties, ResourceType

NAME = "AWS::Budgets::BudgetsAction"
_FIXED = ("BudgetName", "ActionType")


def _create(_logical_id: str, props: Properties, _stack: str) -> Created:
    made = call("CreateBudgetAction", _request(props))
    return _created(made["ActionId"], made["BudgetName"])


def _update(physical_id: str, old: Properties, new: Properties, stack: str) -> Created:
    if any(old[name] != new[name] for name in _FIXED):
        made = _create("", new, stack)
        _delete_predecessor(_delete, physical_id, old)
        return made
    id_, _, name = physical_id.partition("|")
    call("UpdateBudgetAction", {**_request(new), "ActionId": id_})
    return _created(id_, name)


def _delete(physical_id: str, _props: Properties) -> None:
    id_, _, name = physical_id.partition("|")
    call("DeleteBudgetAction", {"BudgetName": name, "ActionId": id_}, accepted="NotFoundException")


def _request(props: Properties) -> dict[str, Any]:
    """In the words of the API, which differ for thresholds and subscribers."""
    threshold = props["ActionThreshold"]
    subscribers = [{"SubscriptionType": who["Type"], "Address": who["Address"]} for who in props["Subscribers"]]
    return {
        **props,
        "ActionThreshold": {
            "ActionThresholdType": threshold["Type"],
            "ActionThresholdValue": float(threshold["Value"]),
        },
        "Subscribers": subscribers,
    }


def _created(id_: str, name: str) -> Created:
    return f"{id_}|{name}", {"ActionId": id_, "BudgetName": name}


BUDGET_ACTION = ResourceType(_create, _update, _delete)
