"""CloudFormation types of our own: what is replaced, what changes in place, and what `Ref` gives."""

from collections.abc import Iterator
from typing import Any

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped]

from local.resource_types import EXTRA_TYPES
from local.resource_types.api import ServiceError, typed
from tests.unit.local.asking import SCALING, ask, model

ROLE, STACK = "arn:aws:iam::000000000000:role/model", "stack"
ENDPOINT = "AWS::SageMaker::Endpoint"
COMPONENT = "AWS::SageMaker::InferenceComponent"
TARGET = "AWS::ApplicationAutoScaling::ScalableTarget"
POLICY = "AWS::ApplicationAutoScaling::ScalingPolicy"
PLACE = {
    "ResourceId": "inference-component/typed",
    "ScalableDimension": "sagemaker:inference-component:DesiredCopyCount",
    "ServiceNamespace": "sagemaker",
}
TAGS = [{"Key": "environment", "Value": "staging"}, {"Key": "aws:cloudformation:stack-name", "Value": STACK}]
Props = dict[str, Any]


class Stack:
    """Makes resources, and deletes them in the reverse order."""

    def __init__(self) -> None:
        self._made: list[tuple[str, str, Props]] = []

    def create(self, kind: str, logical_id: str, **props: Any) -> tuple[str, dict[str, Any]]:
        made = EXTRA_TYPES[kind].create(logical_id, props, STACK)
        self._made.append((kind, made[0], props))
        return made

    def delete(self) -> None:
        while self._made:
            kind, physical_id, props = self._made.pop()
            EXTRA_TYPES[kind].delete(physical_id, props)


@pytest.fixture
def stack() -> Iterator[Stack]:
    made = Stack()
    yield made
    made.delete()


@pytest.fixture
def component(stack: Stack) -> Props:
    """The properties of one that exists, as `typed`, on the endpoint `typed`; its ARN as `Arn`."""
    image = {"Image": "example/model:1"}
    _, model_ = stack.create("AWS::SageMaker::Model", "Model", ExecutionRoleArn=ROLE, PrimaryContainer=image)
    variant = {"VariantName": "all", "InstanceType": "ml.g5.xlarge", "InitialInstanceCount": "1"}
    _, config = stack.create(
        "AWS::SageMaker::EndpointConfig", "Config", ProductionVariants=[variant], ExecutionRoleArn=ROLE
    )
    name = config["EndpointConfigName"]
    stack.create(ENDPOINT, "Endpoint", EndpointName="typed", EndpointConfigName=name)
    needs = {"ModelName": model_["ModelName"], "ComputeResourceRequirements": {"MinMemoryRequiredInMb": "1024"}}
    props = {
        "InferenceComponentName": "typed",
        "EndpointName": "typed",
        "VariantName": "all",
        "Specification": needs,
        "RuntimeConfig": {"CopyCount": 2},
        "Tags": TAGS,
    }
    return {**props, "Arn": stack.create(COMPONENT, "Component", **props)[0]}


def copies() -> int:
    found = ask("DescribeInferenceComponent", InferenceComponentName="typed")["RuntimeConfig"]
    return int(found["DesiredCopyCount"])


@pytest.mark.parametrize("name", [name for name, kind in EXTRA_TYPES.items() if kind.replaced_by is not None])
def test_what_is_replaced_and_tagged_is_what_the_registry_of_aws_says(name: str) -> None:
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", name).schema
    fixed = {pointer.rpartition("/")[2] for pointer in schema.get("createOnlyProperties", [])}

    assert set(EXTRA_TYPES[name].replaced_by or ()) == fixed
    assert EXTRA_TYPES[name].tagged == schema["tagging"]["taggable"]


def test_ref_is_the_arn_and_a_name_is_made_where_none_is_given(stack: Stack) -> None:
    arn, attributes = stack.create("AWS::SageMaker::Model", "Model", ExecutionRoleArn=ROLE, PrimaryContainer={})

    assert arn == ask("DescribeModel", ModelName=attributes["ModelName"])["ModelArn"]
    assert attributes["ModelName"].startswith("stack-Model-")


def test_what_a_service_refuses_fails_with_its_reason(stack: Stack) -> None:
    with pytest.raises(ServiceError, match="Could not find endpoint configuration"):
        stack.create(ENDPOINT, "Endpoint", EndpointConfigName="gone")


def test_what_is_gone_already_counts_as_deleted() -> None:
    for kind in ("Model", "EndpointConfig", "Endpoint", "InferenceComponent"):
        EXTRA_TYPES[f"AWS::SageMaker::{kind}"].delete(f"arn:aws:sagemaker:us-east-1:000000000000:{kind}/gone", {})
    EXTRA_TYPES[TARGET].delete("|".join(PLACE.values()), PLACE)
    EXTRA_TYPES[POLICY].delete("arn", {**PLACE, "PolicyName": "gone"})


def test_what_is_in_use_fails_to_be_deleted(component: Props) -> None:
    arn = component["Arn"].replace("inference-component", "endpoint")

    with pytest.raises(ServiceError, match="with inference components: typed"):
        EXTRA_TYPES[ENDPOINT].delete(arn, {})


def test_an_update_touches_only_what_the_template_changed(component: Props) -> None:
    ask("UpdateInferenceComponentRuntimeConfig", InferenceComponentName="typed", DesiredRuntimeConfig={"CopyCount": 0})
    ask("AddTags", ResourceArn=component["Arn"], Tags=[{"Key": "by-hand", "Value": "yes"}])
    new = {**component, "Tags": [{"Key": "project", "Value": "x"}]}
    new["Specification"] = component["Specification"] | {"ComputeResourceRequirements": {"MinMemoryRequiredInMb": 2048}}

    EXTRA_TYPES[COMPONENT].update(component["Arn"], component, new, STACK)

    assert copies() == 0
    tags = ask("ListTags", ResourceArn=component["Arn"])["Tags"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {"by-hand": "yes", "project": "x"}

    EXTRA_TYPES[COMPONENT].update(component["Arn"], new, new | {"RuntimeConfig": {"CopyCount": 3}}, STACK)
    assert copies() == 3


def test_a_component_cannot_be_called_otherwise(component: Props) -> None:
    with pytest.raises(ServiceError, match="use another logical id"):
        EXTRA_TYPES[COMPONENT].update(
            component["Arn"], component, {**component, "InferenceComponentName": "other"}, STACK
        )


@pytest.mark.usefixtures("component")
def test_scaling_has_its_schedules_inline_and_its_policies_by_its_ref(stack: Stack) -> None:
    night = {"ScheduledActionName": "night", "Schedule": "rate(1 day)", "ScalableTargetAction": {"MinCapacity": "0"}}
    day = night | {"ScheduledActionName": "day"}
    old = {**PLACE, "MinCapacity": 1, "MaxCapacity": 4, "ScheduledActions": [night], "Tags": TAGS}
    ref, attributes = stack.create(TARGET, "Target", **old)
    step = {"AdjustmentType": "ChangeInCapacity", "StepAdjustments": [{"ScalingAdjustment": "1"}]}
    policy, _ = stack.create(
        POLICY, "P", PolicyName="p", PolicyType="StepScaling", ScalingTargetId=ref, StepScalingPolicyConfiguration=step
    )

    new = {**PLACE, "MinCapacity": 3, "MaxCapacity": "5", "ScheduledActions": [day], "Tags": TAGS}
    assert EXTRA_TYPES[TARGET].update(ref, old, new, STACK) == (ref, attributes)

    (target,) = ask("DescribeScalableTargets", SCALING, ServiceNamespace="sagemaker")["ScalableTargets"]
    (found,) = ask("DescribeScalingPolicies", SCALING, ServiceNamespace="sagemaker")["ScalingPolicies"]
    (schedule,) = ask("DescribeScheduledActions", SCALING, ServiceNamespace="sagemaker")["ScheduledActions"]
    assert ref == "|".join(PLACE.values())
    assert (target["MinCapacity"], target["MaxCapacity"], copies()) == (3, 5, 3)
    assert (found["PolicyARN"], found["ResourceId"]) == (policy, PLACE["ResourceId"])
    assert schedule["ScheduledActionName"] == "day"
    tags = ask("ListTagsForResource", SCALING, ResourceARN=target["ScalableTargetARN"])["Tags"]
    assert tags == {"environment": "staging"}


def test_properties_are_typed_as_the_service_takes_them() -> None:
    shape = model("sagemaker").operation_model("CreateEndpointConfig").input_shape
    isolated = {"EnableNetworkIsolation": "true"}
    variant = {
        "VariantName": "a",
        "InitialInstanceCount": "2",
        "InitialVariantWeight": "0.5",
        "EnableSSMAccess": "true",
    }

    found = typed(shape, {"ProductionVariants": [variant], "Unknown": 1, **isolated})

    expected = {
        "VariantName": "a",
        "InitialInstanceCount": 2,
        "InitialVariantWeight": 0.5,
        "EnableSSMAccess": True,
    }
    assert found == {"ProductionVariants": [expected], "EnableNetworkIsolation": True}
