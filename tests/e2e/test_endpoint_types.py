"""The CDK command line deploys, changes and removes endpoints with all that belongs to them; nothing stays behind."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pytest

from local.account import LocalAccount, local_account
from tests.e2e.cdk_app import CdkApp
from tests.e2e.endpoint_app import synthesised

PLACE = {"ServiceNamespace": "sagemaker"}
TAGS = {"project": "team", "environment": "staging"}


@dataclass(frozen=True)
class Inventory:
    """What there is in the account at one time."""

    endpoints: dict[str, Any]
    configs: dict[str, Any]
    models: list[str]
    components: dict[str, Any]
    targets: dict[str, Any]
    policies: dict[str, str]
    schedules: list[str]
    alarms: dict[str, list[str]]
    tags: dict[str, Any]

    @cached_property
    def empty(self) -> bool:
        return not any(vars(self).values())

    def config_of(self, endpoint: str) -> Any:
        """The configuration that an endpoint has now."""
        return self.configs[self.endpoints[endpoint]["EndpointConfigName"]]


@dataclass(frozen=True)
class Story:
    """What there was after each deployment."""

    deployed: Inventory
    difference: str
    changed: Inventory
    removed: Inventory
    destroyed: Inventory


def inventory(account: LocalAccount) -> Inventory:
    sagemaker, scaling = account.client("sagemaker"), account.client("application-autoscaling")
    configs = [item["EndpointConfigName"] for item in sagemaker.list_endpoint_configs()["EndpointConfigs"]]
    endpoints = [item["EndpointName"] for item in sagemaker.list_endpoints()["Endpoints"]]
    listed = sagemaker.list_inference_components()["InferenceComponents"]
    components = [item["InferenceComponentName"] for item in listed]
    alarms = account.client("cloudwatch").describe_alarms()["MetricAlarms"]
    policies = scaling.describe_scaling_policies(**PLACE)["ScalingPolicies"]
    tagged = account.client("resourcegroupstaggingapi").get_resources(ResourceTypeFilters=["sagemaker"])
    return Inventory(
        {name: _described(sagemaker.describe_endpoint(EndpointName=name)) for name in endpoints},
        {name: sagemaker.describe_endpoint_config(EndpointConfigName=name) for name in configs},
        [item["ModelArn"] for item in sagemaker.list_models()["Models"]],
        {name: sagemaker.describe_inference_component(InferenceComponentName=name) for name in components},
        {item["ResourceId"]: item for item in scaling.describe_scalable_targets(**PLACE)["ScalableTargets"]},
        {item["PolicyARN"]: item["ResourceId"] for item in policies},
        [item["ResourceId"] for item in scaling.describe_scheduled_actions(**PLACE)["ScheduledActions"]],
        {item["AlarmName"]: item["AlarmActions"] for item in alarms},
        {
            item["ResourceARN"].rpartition(":")[2]: {tag["Key"]: tag["Value"] for tag in item["Tags"]}
            for item in tagged["ResourceTagMappingList"]
        },
    )


def _described(answer: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in answer.items() if key != "ResponseMetadata"}


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """All in an account of its own, so that whatever there is comes from here."""
    folder = tmp_path_factory.mktemp("endpoints")
    first = synthesised(folder / "first")
    second = synthesised(folder / "second", memory="4096", most="1", copies="3", suffix="-2")
    third = synthesised(folder / "third", memory="6144", most="1", copies="3", suffix="-2", components="no")
    with local_account(deployed=False) as account:
        app = CdkApp(account, folder)
        app.deploy(first)
        deployed, difference = inventory(account), app.difference(first)
        app.deploy(second)
        changed = inventory(account)
        app.deploy(third)
        removed = inventory(account)
        app.destroy(third)
        yield Story(deployed, difference, changed, removed, inventory(account))


def test_all_is_there_as_the_template_says(story: Story) -> None:
    found = story.deployed

    assert found.endpoints.keys() == {"serverless", "asynchronous", "host"}
    assert found.config_of("serverless")["ProductionVariants"][0]["ServerlessConfig"]["MemorySizeInMB"] == 2048
    assert found.config_of("asynchronous")["AsyncInferenceConfig"]["OutputConfig"] == {
        "S3OutputPath": "s3://results/all"
    }
    assert found.config_of("host")["ExecutionRoleArn"].endswith(":role/model")
    assert found.components["component"]["RuntimeConfig"]["DesiredCopyCount"] == 2
    assert found.targets.keys() == {"inference-component/component", "endpoint/asynchronous/variant/all"}
    assert {(item["MinCapacity"], item["MaxCapacity"]) for item in found.targets.values()} == {(1, 4)}
    assert all(item["SuspendedState"]["DynamicScalingInSuspended"] for item in found.targets.values())
    assert found.schedules == ["endpoint/asynchronous/variant/all"]


def test_alarms_call_the_policies_by_their_arn(story: Story) -> None:
    for found in (story.deployed, story.changed):
        assert found.alarms.keys() == {"backlog-Async", "backlog-Component"}
        assert {action for actions in found.alarms.values() for action in actions} == found.policies.keys()


def test_scaling_moves_with_the_endpoint_and_stays_with_the_component(story: Story) -> None:
    before, after = ({name: arn for arn, name in at.policies.items()} for at in (story.deployed, story.changed))

    assert story.changed.targets.keys() == after.keys()
    assert after.keys() == {"inference-component/component", "endpoint/asynchronous-2/variant/all"}
    assert after["inference-component/component"] == before["inference-component/component"]
    assert story.changed.schedules == ["endpoint/asynchronous-2/variant/all"]


def test_tags_are_found_by_the_service_that_the_kill_switch_asks(story: Story) -> None:
    found = story.deployed.tags

    for name in ("endpoint/serverless", "endpoint/asynchronous", "endpoint/host", "inference-component/component"):
        assert found[name] == TAGS


def test_there_is_no_difference_after_a_deployment(story: Story) -> None:
    assert story.difference == ""


def test_a_change_is_made_in_place_or_by_replacement_as_on_aws(story: Story) -> None:
    before, after = story.deployed, story.changed

    assert after.endpoints.keys() == {"serverless-2", "asynchronous-2", "host"}
    assert len(after.configs) == len(before.configs) == 3
    assert after.config_of("serverless-2")["ProductionVariants"][0]["ServerlessConfig"]["MemorySizeInMB"] == 4096
    assert after.endpoints["host"] == before.endpoints["host"]
    assert after.models == before.models


def test_scaling_keeps_what_is_deployed_within_its_range(story: Story) -> None:
    """Three copies are asked for, then no more than one allowed."""
    assert {item["MaxCapacity"] for item in story.changed.targets.values()} == {1}
    assert story.changed.components["component"]["RuntimeConfig"]["DesiredCopyCount"] == 1


def test_another_configuration_is_taken_by_the_same_endpoint(story: Story) -> None:
    """Configurations cannot change: each is a new one, and the old one goes."""
    before, after = (found.endpoints["serverless-2"] for found in (story.changed, story.removed))

    assert after["EndpointConfigName"] != before["EndpointConfigName"]
    assert after["EndpointConfigName"] in story.removed.configs
    assert before["EndpointConfigName"] not in story.removed.configs
    assert after["CreationTime"] == before["CreationTime"]
    assert after["ProductionVariants"][0]["CurrentServerlessConfig"]["MemorySizeInMB"] == 6144


def test_what_a_template_leaves_out_goes_with_all_that_belongs_to_it(story: Story) -> None:
    found = story.removed

    assert found.endpoints.keys() == {"serverless-2", "asynchronous-2"}
    assert found.components == {}
    assert found.targets.keys() == set(found.policies.values()) == {"endpoint/asynchronous-2/variant/all"}
    assert found.alarms.keys() == {"backlog-Async"}
    assert len(found.configs) == 2


def test_nothing_is_left_when_all_is_destroyed(story: Story) -> None:
    assert story.destroyed.empty, story.destroyed
