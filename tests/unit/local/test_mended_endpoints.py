"""An endpoint moves to another configuration, and takes along what it is told to."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.local.asking import SCALING, ask

ROLE = "arn:aws:iam::000000000000:role/model"
PLACE = {"ServiceNamespace": "sagemaker", "ScalableDimension": "sagemaker:variant:DesiredInstanceCount"}


def variant(name: str, count: int = 1, **changes: Any) -> dict[str, Any]:
    size = {"InstanceType": "ml.g5.xlarge", "InitialInstanceCount": count, "InitialVariantWeight": 1.0}
    return {"VariantName": name, "ModelName": "of-e", **size, **changes}


@pytest.fixture
def endpoint() -> Iterator[str]:
    """`e`, with two variants `a` and `b`; its other configuration has `a` with three instances."""
    ask("CreateModel", ModelName="of-e", ExecutionRoleArn=ROLE, PrimaryContainer={"Image": "example/model:1"})
    ask("CreateEndpointConfig", EndpointConfigName="both", ProductionVariants=[variant("a"), variant("b")])
    ask("CreateEndpointConfig", EndpointConfigName="one", ProductionVariants=[variant("a", 3)], ExecutionRoleArn=ROLE)
    ask("CreateEndpoint", EndpointName="e", EndpointConfigName="both")
    yield "e"
    ask("DeleteEndpoint", EndpointName="e")
    for config in ("both", "one"):
        ask("DeleteEndpointConfig", EndpointConfigName=config)
    ask("DeleteModel", ModelName="of-e")


def counts(endpoint: str) -> dict[str, int]:
    found = ask("DescribeEndpoint", EndpointName=endpoint)["ProductionVariants"]
    return {item["VariantName"]: item["DesiredInstanceCount"] for item in found}


def test_it_is_as_its_new_configuration_says(endpoint: str) -> None:
    before = ask("DescribeEndpoint", EndpointName=endpoint)

    ask("UpdateEndpoint", EndpointName=endpoint, EndpointConfigName="one")

    after = ask("DescribeEndpoint", EndpointName=endpoint)
    assert (after["EndpointConfigName"], after["EndpointStatus"]) == ("one", "InService")
    assert (after["EndpointArn"], after["CreationTime"]) == (before["EndpointArn"], before["CreationTime"])
    assert counts(endpoint) == {"a": 3}


@pytest.mark.parametrize(("excluded", "expected"), [([], 2), (["DesiredWeight"], 2), (["DesiredInstanceCount"], 3)])
def test_what_was_changed_since_is_kept_when_asked_for(endpoint: str, excluded: list[str], expected: int) -> None:
    change = [{"VariantName": "a", "DesiredInstanceCount": 2}]
    ask("UpdateEndpointWeightsAndCapacities", EndpointName=endpoint, DesiredWeightsAndCapacities=change)

    ask("UpdateEndpoint", EndpointName=endpoint, EndpointConfigName="one", RetainAllVariantProperties=True,
        ExcludeRetainedVariantProperties=[{"VariantPropertyType": kind} for kind in excluded])  # fmt: skip

    assert counts(endpoint) == {"a": expected}


def test_the_scaling_of_a_removed_variant_goes_with_it(endpoint: str) -> None:
    for name in ("a", "b"):
        resource = {**PLACE, "ResourceId": f"endpoint/{endpoint}/variant/{name}"}
        ask("RegisterScalableTarget", SCALING, **resource, MinCapacity=1, MaxCapacity=2)

    ask("UpdateEndpoint", EndpointName=endpoint, EndpointConfigName="one")

    targets = ask("DescribeScalableTargets", SCALING, ServiceNamespace="sagemaker")["ScalableTargets"]
    assert [target["ResourceId"] for target in targets] == [f"endpoint/{endpoint}/variant/a"]


def test_neither_endpoint_nor_configuration_may_be_missing(endpoint: str) -> None:
    assert "Could not find endpoint configuration" in ask(
        "UpdateEndpoint", EndpointName=endpoint, EndpointConfigName="gone"
    )
    assert "Could not find endpoint" in ask("UpdateEndpoint", EndpointName="gone", EndpointConfigName="one")
    assert counts(endpoint) == {"a": 1, "b": 1}


@pytest.mark.usefixtures("endpoint")
def test_a_configuration_is_described_whole() -> None:
    assert ask("DescribeEndpointConfig", EndpointConfigName="one")["ExecutionRoleArn"] == ROLE


@pytest.mark.usefixtures("endpoint")
@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"InstanceType": "ml.none.large"}, "failed to satisfy constraint"), ({"ModelName": "gone"}, "Could not find")],
)
def test_a_configuration_that_cannot_be_is_refused(changes: dict[str, Any], reason: str) -> None:
    wanted = [variant("a", **changes)]
    # The SDK's own check leaves values alone.
    assert reason in ask("CreateEndpointConfig", EndpointConfigName="refused", ProductionVariants=wanted)


def test_a_policy_that_is_put_again_keeps_its_name_for_alarms(endpoint: str) -> None:
    resource = {**PLACE, "ResourceId": f"endpoint/{endpoint}/variant/a"}
    ask("RegisterScalableTarget", SCALING, **resource, MinCapacity=1, MaxCapacity=2)
    put = {**resource, "PolicyName": "p", "PolicyType": "TargetTrackingScaling"}

    arns = {
        ask("PutScalingPolicy", SCALING, **put, TargetTrackingScalingPolicyConfiguration={"TargetValue": value})[
            "PolicyARN"
        ]
        for value in (50.0, 60.0)
    }

    (policy,) = ask("DescribeScalingPolicies", SCALING, ServiceNamespace="sagemaker")["ScalingPolicies"]
    assert arns == {policy["PolicyARN"]}
    assert policy["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] == 60.0
    longer = f"endpoint/{endpoint}/variant/ab"
    found = ask("DescribeScalingPolicies", SCALING, ServiceNamespace="sagemaker", ResourceId=longer)
    assert found["ScalingPolicies"] == []
