"""What AWS asks of an endpoint that goes down to zero and comes back, as AWS's own pages have it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import Stack
from cfnlint.api import lint_file  # type: ignore[import-untyped]  # it carries no types

from stacks.endpoints import AsyncEndpoint, RealtimeEndpoint, ServerlessEndpoint
from tests.stacks.assembly import Assembly
from tests.stacks.endpoints_app import BERLIN, STACK, alarm, asynchronous, only, realtime, serverless, synthesised

TARGET, POLICY = "AWS::ApplicationAutoScaling::ScalableTarget", "AWS::ApplicationAutoScaling::ScalingPolicy"
ENDPOINT_CONFIG = "AWS::SageMaker::EndpointConfig"
WAKE_STEP = [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": 1}]


@pytest.fixture(scope="module")
def queue(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """An asynchronous endpoint with hours."""
    settings = asynchronous(off_peak=BERLIN, max_instances=3)
    return synthesised(tmp_path_factory.mktemp("async"), lambda stack: AsyncEndpoint(stack, "Queue", settings))


@pytest.fixture(scope="module")
def chat(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """A real-time endpoint."""
    settings = realtime(max_copies=4, max_instances=2)
    return synthesised(tmp_path_factory.mktemp("realtime"), lambda stack: RealtimeEndpoint(stack, "Chat", settings))


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """A serverless endpoint with provisioned concurrency and hours."""
    settings = serverless(provisioned_concurrency=4, off_peak=BERLIN)
    return synthesised(tmp_path_factory.mktemp("serverless"), lambda stack: ServerlessEndpoint(stack, "Warm", settings))


def test_an_asynchronous_variant_is_registered_down_to_zero(queue: Assembly) -> None:
    """https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-autoscale.html: «a scaling policy that scales to
    zero» registers `endpoint/<endpoint>/variant/<variant>` with MinCapacity 0.
    """
    target = only(queue, TARGET)
    assert target["ServiceNamespace"] == "sagemaker"
    assert target["ResourceId"] == "endpoint/summaries/variant/AllTraffic"
    assert target["ScalableDimension"] == "sagemaker:variant:DesiredInstanceCount"
    assert (target["MinCapacity"], target["MaxCapacity"]) == (0, 3)
    (variant,) = only(queue, ENDPOINT_CONFIG)["ProductionVariants"]
    assert variant["VariantName"] == "AllTraffic"
    assert only(queue, "AWS::SageMaker::Endpoint")["EndpointName"] == "summaries"


def test_an_asynchronous_endpoint_tracks_its_backlog_for_each_instance(queue: Assembly) -> None:
    """https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-autoscale.html: AWS «strongly recommends» target
    tracking on the custom metric ApproximateBacklogSizePerInstance, statistic Average, by EndpointName.
    """
    tracking = _policy(queue, "TargetTrackingScaling")["TargetTrackingScalingPolicyConfiguration"]
    assert tracking["TargetValue"] == 5
    assert tracking["CustomizedMetricSpecification"] == {
        "MetricName": "ApproximateBacklogSizePerInstance",
        "Namespace": "AWS/SageMaker",
        "Dimensions": [{"Name": "EndpointName", "Value": "summaries"}],
        "Statistic": "Average",
    }


def test_an_asynchronous_endpoint_is_woken_by_a_backlog_without_capacity(queue: Assembly) -> None:
    """https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-autoscale.html, «scales up from zero for new
    requests»: a step policy with a cooldown of 300 s, on an alarm of two minutes on end, missing data missing.
    """
    policy = _policy(queue, "StepScaling")["StepScalingPolicyConfiguration"]
    assert policy == {
        "AdjustmentType": "ChangeInCapacity",
        "MetricAggregationType": "Average",
        "Cooldown": 300,
        "StepAdjustments": WAKE_STEP,
    }
    wake = alarm(queue, "HasBacklogWithoutCapacity", wakes=True)
    assert _settings(wake) == ("AWS/SageMaker", "Average", 60, 2, 2, 1, "GreaterThanOrEqualToThreshold", "missing")
    assert wake["Dimensions"] == [{"Name": "EndpointName", "Value": "summaries"}]


def test_an_asynchronous_endpoint_says_where_its_answers_go(queue: Assembly) -> None:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-sagemaker-endpointconfig-asyncinferenceconfig.html:
    OutputConfig is required; without an S3FailurePath a failure leaves nothing to read.
    """
    output = only(queue, ENDPOINT_CONFIG)["AsyncInferenceConfig"]["OutputConfig"]
    assert output == {"S3OutputPath": "s3://outbox/answers/", "S3FailurePath": "s3://outbox/answers/failed/"}


def test_alarms_of_an_asynchronous_endpoint_are_on_figures_that_it_has(queue: Assembly) -> None:
    """https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-monitor.html lists all figures that there are;
    InvocationModelErrors, Invocations and OverheadLatency are not among them.
    """
    metrics = {found["MetricName"] for found in queue.resources("AWS::CloudWatch::Alarm").values()}
    assert metrics == {
        "Invocation4XXErrors",
        "Invocation5XXErrors",
        "InvocationFailures",
        "ExpiredRequests",
        "HasBacklogWithoutCapacity",
    }


def test_a_real_time_endpoint_hosts_a_component_and_may_have_no_instances(chat: Assembly) -> None:
    """https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-zero-instances.html, «Before you begin»: it
    hosts inference components, and MinInstanceCount of ManagedInstanceScaling is 0. The model is the component's.
    """
    config = only(chat, ENDPOINT_CONFIG)
    (variant,) = config["ProductionVariants"]
    assert variant["ManagedInstanceScaling"] == {"Status": "ENABLED", "MinInstanceCount": 0, "MaxInstanceCount": 2}
    assert "ModelName" not in variant
    assert config["ExecutionRoleArn"] == only(chat, "AWS::SageMaker::Model")["ExecutionRoleArn"]
    component = only(chat, "AWS::SageMaker::InferenceComponent")
    assert (component["EndpointName"], component["VariantName"]) == ("chat", "AllTraffic")
    assert component["RuntimeConfig"] == {"CopyCount": 1}
    assert component["Specification"]["ComputeResourceRequirements"] == {
        "MinMemoryRequiredInMb": 8192,
        "NumberOfAcceleratorDevicesRequired": 1,
    }


def test_a_component_is_registered_down_to_zero_and_tracks_a_figure_of_its_copies(chat: Assembly) -> None:
    """https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-zero-instances.html, «To enable an endpoint
    to scale in to zero instances»; cooldowns of 300 s. The figure of high resolution stands in
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-applicationautoscaling-scalingpolicy-predefinedmetricspecification.html
    """
    target = only(chat, TARGET)
    assert target["ResourceId"] == "inference-component/chat"
    assert target["ScalableDimension"] == "sagemaker:inference-component:DesiredCopyCount"
    assert (target["MinCapacity"], target["MaxCapacity"]) == (0, 4)
    assert _policy(chat, "TargetTrackingScaling")["TargetTrackingScalingPolicyConfiguration"] == {
        "TargetValue": 5,
        "PredefinedMetricSpecification": {
            "PredefinedMetricType": "SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution"
        },
        "ScaleInCooldown": 300,
        "ScaleOutCooldown": 300,
    }


def test_a_component_can_go_by_its_invocations_instead(tmp_path: Path) -> None:
    """The figure in AWS's own example, of the same page."""
    settings = realtime(scale_on="invocations", target_per_copy=30)
    made = synthesised(tmp_path, lambda stack: RealtimeEndpoint(stack, "Chat", settings))
    tracking = _policy(made, "TargetTrackingScaling")["TargetTrackingScalingPolicyConfiguration"]
    kind = tracking["PredefinedMetricSpecification"]["PredefinedMetricType"]
    assert (kind, tracking["TargetValue"]) == ("SageMakerInferenceComponentInvocationsPerCopy", 30)


def test_a_component_is_woken_by_the_first_call_that_finds_no_capacity(chat: Assembly) -> None:
    """https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-zero-instances.html, «To enable an endpoint
    to scale out from zero instances»: a step policy, Maximum, cooldown 60 s; an alarm of one minute on the sum.

    AWS's example compares with «greater than 1», which leaves a single call without effect; ours is from 1 on.
    """
    policy = _policy(chat, "StepScaling")["StepScalingPolicyConfiguration"]
    assert policy == {
        "AdjustmentType": "ChangeInCapacity",
        "MetricAggregationType": "Maximum",
        "Cooldown": 60,
        "StepAdjustments": WAKE_STEP,
    }
    wake = alarm(chat, "NoCapacityInvocationFailures", wakes=True)
    assert _settings(wake) == ("AWS/SageMaker", "Sum", 60, 1, 1, 1, "GreaterThanOrEqualToThreshold", "missing")
    assert wake["Dimensions"] == [{"Name": "InferenceComponentName", "Value": "chat"}]


def test_alarms_of_a_component_are_on_its_own_dimension(chat: Assembly) -> None:
    """https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html, «Dimensions for endpoint invocation
    metrics»: InferenceComponentName alone.
    """
    for found in chat.resources("AWS::CloudWatch::Alarm").values():
        assert found["Dimensions"] == [{"Name": "InferenceComponentName", "Value": "chat"}], found["MetricName"]


def test_a_serverless_endpoint_without_provisioned_concurrency_needs_no_scaling(tmp_path: Path) -> None:
    """https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-autoscale.html: AWS scales on-demand
    serverless endpoints by itself.
    """
    made = synthesised(tmp_path, lambda stack: ServerlessEndpoint(stack, "Intents", serverless()))
    (variant,) = only(made, ENDPOINT_CONFIG)["ProductionVariants"]
    assert variant["ServerlessConfig"] == {"MemorySizeInMB": 2048, "MaxConcurrency": 5}
    assert made.resources(TARGET) == {}
    assert "Idle: 0 USD an hour" in next(iter(made.outputs(STACK).values()))


def test_provisioned_concurrency_is_scaled_by_its_use_and_never_below_one(warm: Assembly) -> None:
    """https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-autoscale.html: «Set --min-capacity to at
    least 1», and the predefined metric SageMakerVariantProvisionedConcurrencyUtilization.
    """
    target = only(warm, TARGET)
    assert target["ScalableDimension"] == "sagemaker:variant:DesiredProvisionedConcurrency"
    assert (target["MinCapacity"], target["MaxCapacity"]) == (1, 4)
    assert [action["ScalableTargetAction"] for action in target["ScheduledActions"]] == [
        {"MinCapacity": 1, "MaxCapacity": 4},
        {"MinCapacity": 1, "MaxCapacity": 1},
    ]
    tracking = _policy(warm, "TargetTrackingScaling")["TargetTrackingScalingPolicyConfiguration"]
    kind = tracking["PredefinedMetricSpecification"]["PredefinedMetricType"]
    assert kind == "SageMakerVariantProvisionedConcurrencyUtilization"


def test_hours_are_scheduled_by_the_clock_of_their_time_zone(queue: Assembly) -> None:
    """https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-scheduled-scaling.html:
    cron of six fields and a Timezone; above the maximum it scales in at once.
    """
    assert only(queue, TARGET)["ScheduledActions"] == [
        {
            "ScheduledActionName": "open",
            "Schedule": "cron(0 8 ? * MON,TUE,WED,THU,FRI *)",
            "Timezone": "Europe/Berlin",
            "ScalableTargetAction": {"MinCapacity": 0, "MaxCapacity": 3},
        },
        {
            "ScheduledActionName": "close",
            "Schedule": "cron(0 20 ? * MON,TUE,WED,THU,FRI *)",
            "Timezone": "Europe/Berlin",
            "ScalableTargetAction": {"MinCapacity": 0, "MaxCapacity": 0},
        },
    ]


@pytest.mark.parametrize("name", ["queue", "chat", "warm"])
def test_scaling_waits_for_what_it_scales(name: str, request: pytest.FixtureRequest) -> None:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-applicationautoscaling-scalabletarget.html:
    the resource has to exist when it is registered, so DependsOn has to say it: the name alone says nothing.
    """
    made: Assembly = request.getfixturevalue(name)
    (target,) = made.raw(TARGET)
    (dependency,) = target["DependsOn"]
    kind = made.templates[STACK]["Resources"][dependency]["Type"]
    assert kind == ("AWS::SageMaker::InferenceComponent" if name == "chat" else "AWS::SageMaker::Endpoint")
    assert all(policy["DependsOn"] for policy in made.raw(POLICY))


@pytest.mark.parametrize("name", ["queue", "chat", "warm"])
def test_reviews_have_nothing_to_say(name: str, request: pytest.FixtureRequest) -> None:
    made: Assembly = request.getfixturevalue(name)
    assert made.report() == []
    assert lint_file(made.folder / f"{STACK}.template.json") == []


@pytest.mark.parametrize(
    "add",
    [
        lambda stack: AsyncEndpoint(stack, "E", asynchronous(off_peak=BERLIN)),
        lambda stack: RealtimeEndpoint(stack, "E", realtime()),
        lambda stack: ServerlessEndpoint(stack, "E", serverless()),
    ],
)
def test_the_same_settings_make_the_same_template(add: Callable[[Stack], object], tmp_path: Path) -> None:
    one, other = (synthesised(tmp_path / name, add) for name in ("one", "other"))
    assert one.templates == other.templates


def _policy(assembly: Assembly, kind: str) -> Any:
    (found,) = [policy for policy in assembly.resources(POLICY).values() if policy["PolicyType"] == kind]
    return found


def _settings(found: dict[str, Any]) -> tuple[Any, ...]:
    keys = ("Namespace", "Statistic", "Period", "EvaluationPeriods", "DatapointsToAlarm", "Threshold")
    return tuple(found[key] for key in (*keys, "ComparisonOperator", "TreatMissingData"))
