"""An AWS budget: what the bill itself says of a budget's tags, up to three times a day."""

import hashlib
import json
import re
from typing import Any

from aws_cdk import aws_budgets as budgets
from constructs import Construct

from stacks import names
from stacks.second_line import AwsBudget

_EMAIL = re.compile(r"[\w.%+-]+@[a-z0-9-]+(\.[a-z0-9-]+)+", re.IGNORECASE | re.ASCII)
_NO_SPEND = ("Credit", "Refund")
"""Kinds of lines on a bill that would hide spend: while a credit lasts, the sum is $0 whatever is used."""
_LETTERS = str.maketrans("0123456789", "ghijklmnop")


class AwsCostBudget(Construct):
    """Tells the owner, and everybody on the topic `budget-alerts`, at 80 % and 100 % and when 100 % is forecast."""

    def __init__(self, scope: Construct, id_: str, *, budget: AwsBudget, part: str, topic_arn: str) -> None:
        """`part` is the name of the nested stack around it."""
        super().__init__(scope, id_)
        self.name = name_of(budget, part)
        notifications = _notifications(budget, topic_arn)
        self.resource = resource = budgets.CfnBudget(
            self,
            "Budget",
            budget={
                "budgetName": self.name,
                "budgetType": "COST",
                "timeUnit": "DAILY" if budget.daily else "MONTHLY",
                "budgetLimit": {"amount": 0, "unit": "USD"},
                "filterExpression": _filter(budget),
                "metrics": ["UnblendedCost"],
            },
            notifications_with_subscribers=notifications,
            resource_tags=_resource_tags(budget),
        )
        # As text: a number would be rounded to 15 digits on its way through CDK.
        resource.add_property_override("Budget.BudgetLimit.Amount", f"{budget.usd:f}")


def name_of(budget: AwsBudget, part: str) -> str:
    """`spendplane-<id>-<eight letters>`: readable, and another one whenever CloudFormation has to replace the budget.

    CloudFormation cannot change who is notified, so it creates a budget anew and deletes the old one only afterwards;
    under the same name, AWS refuses that ("the budget already exists"). So it is with a budget that changes its part.
    The letters follow from both. They are letters, as AWS may refuse a name that looks like a phone number.

    Sources: `createOnlyProperties` of the CloudFormation schema of AWS::Budgets::Budget (BudgetName,
    NotificationsWithSubscribers); aws-cloudformation/cloudformation-coverage-roadmap#365; `BudgetName` in the AWS
    Budgets API reference (unique in an account, at most 100 characters, neither `:` nor a backslash).
    """
    replacing = json.dumps([part, _notifications(budget, names.BUDGET_ALERTS_TOPIC)])
    digest = hashlib.sha256(replacing.encode()).hexdigest()[:8].translate(_LETTERS)
    return f"{names.APPLICATION}-{budget.id}-{digest}"


def _notifications(budget: AwsBudget, topic: str) -> list[dict[str, Any]]:
    """AWS refuses a forecast for a day: daily budgets tell of actual spend only."""
    subscribers = [{"subscriptionType": "SNS", "address": topic}]
    if budget.owner and _EMAIL.fullmatch(budget.owner):
        subscribers.append({"subscriptionType": "EMAIL", "address": budget.owner})
    kinds = [("ACTUAL", 80), *([] if budget.daily else [("FORECASTED", 100)]), ("ACTUAL", 100)]
    return [
        {
            "notification": {
                "notificationType": kind,
                "comparisonOperator": "GREATER_THAN",
                "threshold": percent,
                "thresholdType": "PERCENTAGE",
            },
            "subscribers": subscribers,
        }
        for kind, percent in kinds
    ]


def _filter(budget: AwsBudget) -> dict[str, Any]:
    """All tags and the region must agree; credits and refunds do not count, as they would hide what is spent.

    An expression, as the older `CostFilters` (`TagKeyValue: ["user:project$a", "user:environment$b"]`) has one list for
    the values of all tags and no way to say that each key has to agree. Here `And` says so, and the values of one key
    are alternatives. Tags have their plain keys, without `user:`. An expression goes with `Metrics`, never with
    `CostFilters` or `CostTypes`.

    Sources: CreateBudget and Expression in the AWS Budgets API reference; Expression in the Cost Explorer API reference
    ("lists of dimension values are combined with OR").
    """
    terms: list[dict[str, Any]] = [{"tags": {"key": key, "values": list(values)}} for key, values in budget.tags]
    if budget.regions:
        terms.append({"dimensions": {"key": "REGION", "values": list(budget.regions)}})
    terms.append({"not": {"dimensions": {"key": "RECORD_TYPE", "values": list(_NO_SPEND)}}})
    return {"and": terms} if len(terms) > 1 else terms[0]


def _resource_tags(budget: AwsBudget) -> list[dict[str, str]]:
    """The budget's own tags, beside those of the app: each selected tag that has one value."""
    return [{"key": key, "value": values[0]} for key, values in budget.tags if len(values) == 1]
