"""Everything that stacks may leave behind in an account, by kind and name: what a deletion is held against."""

from collections.abc import Callable
from typing import Any

from local.account import LocalAccount
from local.settings import ACCOUNT_ID

Inventory = dict[str, set[str]]
BOOTSTRAP = ("CDKToolkit", "cdk-hnb659fds-", "aws-cdk-")
"""What `cdk bootstrap` made: it belongs to the account, and stays."""
_PLACE = {"ServiceNamespace": "sagemaker"}


def inventory(account: LocalAccount) -> Inventory:
    """Kinds of which there is nothing are left out."""
    found: Inventory = {}
    for service, kinds in _LISTS.items():
        client = account.client(service)
        for kind, (operation, field, name, given) in kinds.items():
            names = _names(client, operation, field, name, given)
            if kept := {each for each in names if not each.startswith(BOOTSTRAP)}:
                found[kind] = kept
    return found


def _names(client: Any, operation: str, field: str, name: str, given: dict[str, str]) -> list[str]:
    """Of every page."""
    call: Callable[..., dict[str, Any]] = getattr(client, operation)
    paged = client.can_paginate(operation)
    pages = client.get_paginator(operation).paginate(**given) if paged else [call(**given)]
    items = [item for page in pages for item in page.get(field, [])]
    return [item if isinstance(item, str) else str(item[name]) for item in items]


_LISTS: dict[str, dict[str, tuple[str, str, str, dict[str, str]]]] = {
    "sagemaker": {
        "endpoint": ("list_endpoints", "Endpoints", "EndpointName", {}),
        "endpoint configuration": ("list_endpoint_configs", "EndpointConfigs", "EndpointConfigName", {}),
        "model": ("list_models", "Models", "ModelName", {}),
        "inference component": (
            "list_inference_components",
            "InferenceComponents",
            "InferenceComponentName",
            {},
        ),
    },
    "application-autoscaling": {
        "scalable target": ("describe_scalable_targets", "ScalableTargets", "ResourceId", _PLACE),
        "scaling policy": ("describe_scaling_policies", "ScalingPolicies", "PolicyName", _PLACE),
        "scheduled action": ("describe_scheduled_actions", "ScheduledActions", "ScheduledActionARN", _PLACE),
    },
    "cloudwatch": {
        "alarm": ("describe_alarms", "MetricAlarms", "AlarmName", {}),
        "dashboard": ("list_dashboards", "DashboardEntries", "DashboardName", {}),
    },
    "logs": {"log group": ("describe_log_groups", "logGroups", "logGroupName", {})},
    "iam": {
        "role": ("list_roles", "Roles", "RoleName", {}),
        "policy": ("list_policies", "Policies", "PolicyName", {"Scope": "Local"}),
    },
    "lambda": {
        "function": ("list_functions", "Functions", "FunctionName", {}),
        "layer": ("list_layers", "Layers", "LayerName", {}),
        "event source": ("list_event_source_mappings", "EventSourceMappings", "UUID", {}),
    },
    "events": {
        "rule": ("list_rules", "Rules", "Name", {"EventBusName": "default"}),
        "bus": ("list_event_buses", "EventBuses", "Name", {}),
        "archive": ("list_archives", "Archives", "ArchiveName", {}),
    },
    "scheduler": {"schedule": ("list_schedules", "Schedules", "Name", {})},
    "sqs": {"queue": ("list_queues", "QueueUrls", "", {})},
    "sns": {
        "topic": ("list_topics", "Topics", "TopicArn", {}),
        "subscription": ("list_subscriptions", "Subscriptions", "SubscriptionArn", {}),
    },
    "dynamodb": {"table": ("list_tables", "TableNames", "", {})},
    "kms": {"alias": ("list_aliases", "Aliases", "AliasName", {})},
    "budgets": {"budget": ("describe_budgets", "Budgets", "BudgetName", {"AccountId": ACCOUNT_ID})},
    "cloudformation": {
        "stack": (
            "list_stacks",
            "StackSummaries",
            "StackName",
            {"StackStatusFilter": ["CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_FAILED"]},  # type: ignore[dict-item]
        ),
    },
}
