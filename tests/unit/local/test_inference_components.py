"""Inference components behave here as the service's model says, and are refused what AWS refuses."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from tests.unit.local.asking import SCALING, ask

DIMENSION = "sagemaker:inference-component:DesiredCopyCount"
COMPUTE = {"MinMemoryRequiredInMb": 1024, "NumberOfCpuCoresRequired": 1}
SPECIFICATION = {"ModelName": "m", "ComputeResourceRequirements": COMPUTE}
TAGS = [{"Key": "environment", "Value": "staging"}, {"Key": "project", "Value": "x"}]
_numbers = count(1)


@pytest.fixture
def endpoint() -> Iterator[str]:
    """One that hosts components, and a model `m`."""
    name = f"host-{next(_numbers)}"
    variant = {"VariantName": "all", "InstanceType": "ml.g5.2xlarge", "InitialInstanceCount": 1}
    role = "arn:aws:iam::000000000000:role/model"
    ask("CreateModel", ModelName="m", ExecutionRoleArn=role, PrimaryContainer={"Image": "example/model:1"})
    ask("CreateEndpointConfig", EndpointConfigName=name, ExecutionRoleArn=role, ProductionVariants=[variant])
    ask("CreateEndpoint", EndpointName=name, EndpointConfigName=name)
    yield name
    for item in ask("ListInferenceComponents", SortOrder="Descending", MaxResults=100)["InferenceComponents"]:
        ask("DeleteInferenceComponent", InferenceComponentName=item["InferenceComponentName"])
    ask("DeleteEndpoint", EndpointName=name)
    ask("DeleteEndpointConfig", EndpointConfigName=name)
    ask("DeleteModel", ModelName="m")


def create(name: str, endpoint: str, **changes: Any) -> Any:
    wanted = {"VariantName": "all", "Specification": SPECIFICATION, "RuntimeConfig": {"CopyCount": 2}, "Tags": TAGS}
    given = {key: value for key, value in {**wanted, **changes}.items() if value is not None}
    return ask("CreateInferenceComponent", InferenceComponentName=name, EndpointName=endpoint, **given)


def described(name: str) -> Any:
    return ask("DescribeInferenceComponent", InferenceComponentName=name)


def names(**filters: Any) -> list[str]:
    found = ask("ListInferenceComponents", **filters)["InferenceComponents"]
    return [item["InferenceComponentName"] for item in found]


def test_what_is_created_is_in_service_as_it_was_asked_to_be(endpoint: str) -> None:
    arn = create("one", endpoint)["InferenceComponentArn"]

    found = described("one")

    assert (found["InferenceComponentArn"], found["InferenceComponentStatus"]) == (arn, "InService")
    assert found["EndpointArn"] == ask("DescribeEndpoint", EndpointName=endpoint)["EndpointArn"]
    assert found["Specification"] == SPECIFICATION
    assert found["RuntimeConfig"] == {"DesiredCopyCount": 2, "CurrentCopyCount": 2}


def test_an_image_is_described_with_what_it_was_resolved_to(endpoint: str) -> None:
    container = {"Image": "example/model:2", "Environment": {"A": "b"}}
    create("one", endpoint, Specification={"Container": container, "ComputeResourceRequirements": COMPUTE})

    found = described("one")["Specification"]["Container"]

    assert found["DeployedImage"]["SpecifiedImage"] == "example/model:2"
    assert found["Environment"] == {"A": "b"}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"VariantName": "other"}, "Could not find variant other"),
        ({"Specification": {**SPECIFICATION, "ModelName": "gone"}}, "Could not find model"),
        ({"Specification": {"ModelName": "m"}}, "needs ComputeResourceRequirements"),
        ({"Specification": {"ComputeResourceRequirements": COMPUTE}}, "either ModelName or Container"),
        ({"Specification": None}, "either Specification or Specifications"),
        ({"RuntimeConfig": None}, "RuntimeConfig and VariantName are required"),
        ({"Specification": {"BaseInferenceComponentName": "gone"}}, "Could not find inference component"),
    ],
)
def test_what_cannot_be_is_refused(endpoint: str, changes: dict[str, Any], reason: str) -> None:
    assert reason in create("one", endpoint, **changes)
    assert names() == []


def test_a_name_is_taken_once_and_an_endpoint_has_to_be_there(endpoint: str) -> None:
    create("one", endpoint)

    assert "already existing inference component" in create("one", endpoint)
    assert "Could not find endpoint" in create("two", "gone")
    assert "Could not find inference component" in described("two")


@pytest.mark.usefixtures("endpoint")
def test_an_endpoint_with_a_model_of_its_own_hosts_none() -> None:
    variant = {"VariantName": "all", "ModelName": "m", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    ask("CreateEndpointConfig", EndpointConfigName="with-model", ProductionVariants=[variant])
    ask("CreateEndpoint", EndpointName="with-model", EndpointConfigName="with-model")

    assert "not supported" in create("one", "with-model")

    ask("DeleteEndpoint", EndpointName="with-model")
    ask("DeleteEndpointConfig", EndpointConfigName="with-model")


def test_an_endpoint_with_components_cannot_be_deleted(endpoint: str) -> None:
    create("one", endpoint)

    assert "with inference components: one" in ask("DeleteEndpoint", EndpointName=endpoint)
    assert ask("DescribeEndpoint", EndpointName=endpoint)["EndpointStatus"] == "InService"


def test_an_adapter_has_no_copies_and_keeps_its_base(endpoint: str) -> None:
    create("base", endpoint)
    adapter = {"BaseInferenceComponentName": "base", "Container": {"ArtifactUrl": "s3://bucket/adapter.tar.gz"}}
    create("adapter", endpoint, VariantName=None, RuntimeConfig=None, Specification=adapter)

    assert "RuntimeConfig" not in described("adapter")
    assert described("adapter")["VariantName"] == "all"
    assert "no copies" in ask(
        "UpdateInferenceComponentRuntimeConfig", InferenceComponentName="adapter", DesiredRuntimeConfig={"CopyCount": 1}
    )
    assert "adapters run on it" in ask("DeleteInferenceComponent", InferenceComponentName="base")


def test_an_update_changes_what_it_names_only(endpoint: str) -> None:
    create("one", endpoint)
    before = described("one")
    more = {**SPECIFICATION, "ComputeResourceRequirements": {"MinMemoryRequiredInMb": 4096}}

    ask("UpdateInferenceComponent", InferenceComponentName="one", Specification=more)
    ask("UpdateInferenceComponentRuntimeConfig", InferenceComponentName="one", DesiredRuntimeConfig={"CopyCount": 0})

    after = described("one")
    assert after["Specification"] == more
    assert after["RuntimeConfig"] == {"DesiredCopyCount": 0, "CurrentCopyCount": 0}
    assert after["LastModifiedTime"] > before["LastModifiedTime"]
    assert {key: after[key] for key in ("CreationTime", "VariantName", "EndpointName")} == {
        key: before[key] for key in ("CreationTime", "VariantName", "EndpointName")
    }


def test_they_are_listed_by_filter_in_order_and_in_pages(endpoint: str) -> None:
    for name in ("b-one", "a-two", "c-one"):
        create(name, endpoint)

    assert names() == ["c-one", "a-two", "b-one"]
    assert names(SortBy="Name", SortOrder="Ascending") == ["a-two", "b-one", "c-one"]
    assert names(NameContains="-one", SortOrder="Ascending") == ["b-one", "c-one"]
    assert names(EndpointNameEquals="other") == names(VariantNameEquals="other") == names(StatusEquals="Failed") == []
    assert len(names(EndpointNameEquals=endpoint, VariantNameEquals="all", StatusEquals="InService")) == 3
    assert names(CreationTimeBefore=0) == []
    assert len(names(CreationTimeAfter=0)) == 3
    page = ask("ListInferenceComponents", MaxResults=2)
    rest = ask("ListInferenceComponents", MaxResults=2, NextToken=page["NextToken"])
    assert (len(page["InferenceComponents"]), len(rest["InferenceComponents"])) == (2, 1)
    assert "NextToken" not in rest


def test_tags_come_with_it_and_change_later(endpoint: str) -> None:
    arn = create("one", endpoint)["InferenceComponentArn"]
    assert ask("ListTags", ResourceArn=arn)["Tags"] == TAGS

    ask("AddTags", ResourceArn=arn, Tags=[{"Key": "environment", "Value": "production"}])
    ask("DeleteTags", ResourceArn=arn, TagKeys=["project"])

    assert ask("ListTags", ResourceArn=arn)["Tags"] == [{"Key": "environment", "Value": "production"}]
    assert "Could not find" in ask("ListTags", ResourceArn=arn.replace("/one", "/two"))


def test_scaling_brings_the_copies_into_its_range_and_goes_with_the_component(endpoint: str) -> None:
    place = {"ServiceNamespace": "sagemaker", "ScalableDimension": DIMENSION}
    one = {**place, "ResourceId": "inference-component/one"}
    assert "doesn't exist" in ask("RegisterScalableTarget", SCALING, **one, MinCapacity=1, MaxCapacity=4)
    create("one", endpoint)
    seen = []
    for least, most in ((1, 4), (3, 4), (0, 1), (0, 0), (0, 4)):
        ask("RegisterScalableTarget", SCALING, **one, MinCapacity=least, MaxCapacity=most)
        seen.append(described("one")["RuntimeConfig"]["DesiredCopyCount"])
    assert seen == [2, 3, 1, 0, 0]

    ask("DeleteInferenceComponent", InferenceComponentName="one")

    assert ask("DescribeScalableTargets", SCALING, ServiceNamespace="sagemaker")["ScalableTargets"] == []
