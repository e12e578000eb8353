"""What SageMaker and Application Auto Scaling say about one endpoint."""

from datetime import UTC, datetime
from typing import Any

from spendplane.adapters.fleet.sagemaker_endpoint import SageMakerEndpoint
from tests.unit.adapters.fleet.cloud import Stubs
from tests.unit.adapters.fleet.worlds import ENDPOINT_ARN, TAGS, target_of

TARGET = target_of(SageMakerEndpoint, ENDPOINT_ARN)
SAGEMAKER, AUTOSCALING = "sagemaker", "application-autoscaling"
ASK = {"EndpointName": "chat-llama"}
NAME = {"EndpointName": "Chat-Llama"}
CONFIG = {"EndpointConfigName": "Chat-v7"}
RESOURCE = "endpoint/Chat-Llama/variant/a"
DIMENSION = "sagemaker:variant:DesiredInstanceCount"
AT = {"ServiceNamespace": "sagemaker", "ResourceId": RESOURCE, "ScalableDimension": DIMENSION}
WHEN = datetime(2026, 11, 22, tzinfo=UTC)
PLAIN = {"endpoint": {"name": "Chat-Llama", "config": "Chat-v7", "tags": TAGS}, "variants": {}}
STEPS = {
    "AdjustmentType": "ChangeInCapacity",
    "StepAdjustments": [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 1}],
    "Cooldown": 60,
}
SCALED = {
    **PLAIN,
    f"scaling {RESOURCE} {DIMENSION}": {
        "ResourceId": RESOURCE,
        "ScalableDimension": DIMENSION,
        "MinCapacity": 1,
        "MaxCapacity": 4,
        "SuspendedState": {"DynamicScalingInSuspended": True},
        "Tags": {"team": "ml"},
    },
    f"policy {RESOURCE} {DIMENSION} steps": {
        "PolicyName": "steps",
        "ResourceId": RESOURCE,
        "ScalableDimension": DIMENSION,
        "PolicyType": "StepScaling",
        "StepScalingPolicyConfiguration": STEPS,
    },
    f"schedule {RESOURCE} {DIMENSION} night": {
        "Schedule": "rate(1 day)",
        "ScheduledActionName": "night",
        "ResourceId": RESOURCE,
        "ScalableDimension": DIMENSION,
        "StartTime": "2026-11-22T00:00:00+00:00",
        "ScalableTargetAction": {"MinCapacity": 0},
    },
}


def endpoint(status: str = "InService", config: str = "Chat-v7", **variant: Any) -> dict[str, Any]:
    """An answer of DescribeEndpoint."""
    return {
        **NAME,
        "EndpointArn": ENDPOINT_ARN,
        "EndpointConfigName": config,
        "ProductionVariants": [{"VariantName": "a", "DesiredWeight": 1.0, "DesiredInstanceCount": 2, **variant}],
        "EndpointStatus": status,
        "CreationTime": WHEN,
        "LastModifiedTime": WHEN,
    }


def config(**variant: Any) -> dict[str, Any]:
    """An answer of DescribeEndpointConfig."""
    first = {"VariantName": "a", "ModelName": "m", "InitialInstanceCount": 2, "InitialVariantWeight": 1.0, **variant}
    arn = "arn:aws:sagemaker:eu-west-1:123456789012:endpoint-config/chat-v7"
    return {**CONFIG, "EndpointConfigArn": arn, "ProductionVariants": [first], "CreationTime": WHEN}


def expect_state(stubs: Stubs, *, scaled: bool = False, **first: Any) -> None:
    """The calls that read what belongs to an endpoint."""
    tags = {**TAGS, "aws:cloudformation:stack-name": "chat"}
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    stubs.expect(SAGEMAKER, "list_tags", {"ResourceArn": ENDPOINT_ARN}, {"Tags": listed})
    ask = {"ServiceNamespace": "sagemaker", "ResourceIds": [RESOURCE]}
    found = {
        **AT,
        "MinCapacity": 1,
        "MaxCapacity": 4,
        "RoleARN": "arn:aws:iam::123456789012:role/aws-service-role/x",
        "CreationTime": WHEN,
        "SuspendedState": {"DynamicScalingInSuspended": True},
        "ScalableTargetARN": "arn:aws:application-autoscaling:eu-west-1:123456789012:scalable-target/0ec5",
    }
    stubs.expect(AUTOSCALING, "describe_scalable_targets", ask, {"ScalableTargets": [found] if scaled else []})
    if scaled:
        _expect_what_hangs_on_it(stubs, found["ScalableTargetARN"])
    stubs.expect(SAGEMAKER, "describe_endpoint_config", CONFIG, config(**first))


def _expect_what_hangs_on_it(stubs: Stubs, arn: Any) -> None:
    tags = {"team": "ml", "environment": "staging", "aws:cloudformation:stack-id": "x"}
    stubs.expect(AUTOSCALING, "list_tags_for_resource", {"ResourceARN": arn}, {"Tags": tags})
    policy = {
        **AT,
        "PolicyARN": "arn:aws:autoscaling:x",
        "PolicyName": "steps",
        "PolicyType": "StepScaling",
        "StepScalingPolicyConfiguration": STEPS,
        "Alarms": [{"AlarmName": "high", "AlarmARN": "arn:aws:cloudwatch:x"}],
        "CreationTime": WHEN,
    }
    stubs.expect(AUTOSCALING, "describe_scaling_policies", AT, {"ScalingPolicies": [policy]})
    action = {
        **AT,
        "ScheduledActionName": "night",
        "ScheduledActionARN": "arn:aws:autoscaling:x",
        "Schedule": "rate(1 day)",
        "StartTime": WHEN,
        "ScalableTargetAction": {"MinCapacity": 0},
        "CreationTime": WHEN,
    }
    stubs.expect(AUTOSCALING, "describe_scheduled_actions", AT, {"ScheduledActions": [action]})
