"""Budget actions, which MiniStack's AWS Budgets leaves out: made, changed, listed and deleted by the API's rules.

Nothing sets one off here: there is no bill. So there is no ExecuteBudgetAction either, and each stays in STANDBY.
"""

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

Request = Mapping[str, Any]
_CHANGEABLE = ("NotificationType", "ActionThreshold", "Definition", "ExecutionRoleArn", "ApprovalModel", "Subscribers")
_FIELDS = (*_CHANGEABLE, "ActionType")
_MOST_ROLES, _MOST_SUBSCRIBERS = 100, 11


class BudgetActions:
    """The actions of the account by budget and id, and the operations on them as MiniStack calls them."""

    def __init__(self, budgets: Any) -> None:  # MiniStack's module
        self._budgets = budgets
        self._actions: dict[tuple[str, str], dict[str, Any]] = {}

    def operations(self) -> dict[str, Any]:
        """By their names in the API."""
        return {
            "CreateBudgetAction": self._create,
            "UpdateBudgetAction": self._update,
            "DeleteBudgetAction": self._delete,
            "DescribeBudgetActionsForBudget": self._of_budget,
        }

    def _create(self, request: Request) -> Any:
        name, id_ = request["BudgetName"], str(uuid.uuid4())
        if name not in self._budgets._budgets:  # noqa: SLF001
            return self._missing(f"Unable to create action: {name} - the budget doesn't exist.")
        action = {field: request.get(field) for field in _FIELDS}
        return self._put((name, id_), {**action, "ActionId": id_, "BudgetName": name, "Status": "STANDBY"})

    def _update(self, request: Request) -> Any:
        key = (request["BudgetName"], request["ActionId"])
        if key not in self._actions:
            return self._missing(f"Unable to find action {key[1]} of budget {key[0]}.")
        changes = {field: request[field] for field in _CHANGEABLE if field in request}
        return self._put(key, {**self._actions[key], **changes})

    def _delete(self, request: Request) -> Any:
        key = (request["BudgetName"], request["ActionId"])
        if key not in self._actions:
            return self._missing(f"Unable to find action {key[1]} of budget {key[0]}.")
        return self._answer({"BudgetName": key[0], "Action": self._actions.pop(key)})

    def _of_budget(self, request: Request) -> Any:
        found = [action for (name, _), action in self._actions.items() if name == request["BudgetName"]]
        return self._answer({"Actions": found})

    def _put(self, key: tuple[str, str], action: dict[str, Any]) -> Any:
        for refusal in refusals(action):
            return self._budgets._err_invalid(refusal)  # noqa: SLF001
        before, self._actions[key] = self._actions.get(key), action
        return self._answer({"BudgetName": key[0], "ActionId": key[1], "OldAction": before, "NewAction": action})

    def _answer(self, body: Request) -> Any:
        return self._budgets._json(200, dict(body))  # noqa: SLF001

    def _missing(self, text: str) -> Any:
        return self._budgets._err_notfound(text)  # noqa: SLF001


def install(budgets: Any) -> None:  # MiniStack's module
    """Enters the operations among MiniStack's."""
    budgets._DISPATCH.update(BudgetActions(budgets).operations())  # noqa: SLF001  # the way in that MiniStack has


def refusals(action: Request) -> Iterator[str]:
    """What AWS would not take (AWS Budgets API reference: CreateBudgetAction, IamActionDefinition)."""
    missing = [field for field in _FIELDS if not action.get(field)]
    if missing:
        yield f"{', '.join(missing)} is required"
        return
    given = action["Definition"].get("IamActionDefinition", {})
    if action["ActionType"] != "APPLY_IAM_POLICY" or not given.get("PolicyArn"):
        yield "here an action applies an IAM policy, which its Definition names"
    if not 1 <= len(given.get("Roles", ())) <= _MOST_ROLES:
        yield f"an action here has 1 to {_MOST_ROLES} roles"
    if len(action["Subscribers"]) > _MOST_SUBSCRIBERS:
        yield f"an action has {_MOST_SUBSCRIBERS} subscribers at most"
