"""Endpoints as they are seen, and how they are deleted."""

import pytest

from spendplane.adapters.fleet.sagemaker_endpoint import SageMakerEndpoint
from spendplane.application.ports import BusyError
from spendplane.application.ports.fleet import RefusedError
from tests.unit.adapters.fleet.cloud import Cloud, Stubs
from tests.unit.adapters.fleet.endpoint_answers import (
    ASK,
    CONFIG,
    NAME,
    PLAIN,
    SAGEMAKER,
    SCALED,
    TARGET,
    config,
    endpoint,
    expect_state,
)
from tests.unit.adapters.fleet.worlds import ENDPOINT_ARN, TAGS, of_endpoint


def test_all_is_read_that_it_takes_to_create_it_again(stubs: Stubs) -> None:
    stubs.expect(SAGEMAKER, "describe_endpoint", ASK, endpoint())
    expect_state(stubs, scaled=True)
    assert SageMakerEndpoint(stubs).observe(TARGET) == SCALED


def test_so_are_weights_and_counts_that_are_not_those_of_the_configuration(stubs: Stubs) -> None:
    stubs.expect(SAGEMAKER, "describe_endpoint", ASK, endpoint(DesiredWeight=0.5, DesiredInstanceCount=3))
    expect_state(stubs)
    changed = {"a": {"DesiredWeight": 0.5, "DesiredInstanceCount": 3}}
    assert SageMakerEndpoint(stubs).observe(TARGET) == {**PLAIN, "variants": changed}


def test_a_count_that_is_scaled_is_left_to_the_scaling(stubs: Stubs) -> None:
    stubs.expect(SAGEMAKER, "describe_endpoint", ASK, endpoint(DesiredInstanceCount=4))
    expect_state(stubs, scaled=True)
    assert SageMakerEndpoint(stubs).observe(TARGET) == SCALED


def test_a_count_that_sagemaker_itself_rules_is_left_to_it(stubs: Stubs) -> None:
    stubs.expect(SAGEMAKER, "describe_endpoint", ASK, endpoint(DesiredInstanceCount=3))
    expect_state(stubs, ManagedInstanceScaling={"Status": "ENABLED", "MinInstanceCount": 1})
    assert SageMakerEndpoint(stubs).observe(TARGET) == PLAIN


def test_one_that_is_missing_or_being_deleted_is_not_there(stubs: Stubs) -> None:
    stubs.refuse(SAGEMAKER, "describe_endpoint", "ValidationException", 'Could not find endpoint "arn:x".')
    stubs.expect(SAGEMAKER, "describe_endpoint", ASK, endpoint("Deleting"))
    kind = SageMakerEndpoint(stubs)
    assert [kind.observe(TARGET), kind.observe(TARGET)] == [None, None]
    assert kind.throttled(PLAIN) is None


def test_throttling_deletes_the_endpoint_only(stubs: Stubs) -> None:
    stubs.expect(SAGEMAKER, "describe_endpoint", NAME, endpoint())
    stubs.expect(SAGEMAKER, "describe_endpoint_config", CONFIG, config())
    stubs.expect(SAGEMAKER, "delete_endpoint", NAME)
    SageMakerEndpoint(stubs).throttle(TARGET, PLAIN)


def test_deleting_it_again_changes_nothing(stubs: Stubs) -> None:
    stubs.expect(SAGEMAKER, "describe_endpoint", NAME, endpoint("Deleting"))
    stubs.expect(SAGEMAKER, "describe_endpoint", NAME, endpoint())
    stubs.expect(SAGEMAKER, "describe_endpoint_config", CONFIG, config())
    stubs.refuse(SAGEMAKER, "delete_endpoint", "ValidationException", "Could not find endpoint")
    for _ in range(2):
        SageMakerEndpoint(stubs).throttle(TARGET, PLAIN)


@pytest.mark.parametrize("status", ["Creating", "Updating", "SystemUpdating", "RollingBack"])
def test_while_it_changes_it_cannot_be_deleted(stubs: Stubs, status: str) -> None:
    stubs.expect(SAGEMAKER, "describe_endpoint", NAME, endpoint(status))
    with pytest.raises(BusyError, match=f"chat-llama is {status}"):
        SageMakerEndpoint(stubs).throttle(TARGET, PLAIN)


@pytest.mark.parametrize("status", ["InService", "Failed", "OutOfService", "UpdateRollbackFailed"])
def test_otherwise_it_can(stubs: Stubs, status: str) -> None:
    stubs.expect(SAGEMAKER, "describe_endpoint", NAME, endpoint(status))
    stubs.expect(SAGEMAKER, "describe_endpoint_config", CONFIG, config())
    stubs.expect(SAGEMAKER, "delete_endpoint", NAME)
    SageMakerEndpoint(stubs).throttle(TARGET, PLAIN)


def test_what_could_not_be_created_again_is_not_deleted(stubs: Stubs) -> None:
    stubs.expect(SAGEMAKER, "describe_endpoint", NAME, endpoint())
    stubs.refuse(SAGEMAKER, "describe_endpoint_config", "ValidationException", "Could not find endpoint configuration")
    with pytest.raises(RefusedError, match="would be lost: its configuration Chat-v7 does not exist"):
        SageMakerEndpoint(stubs).throttle(TARGET, PLAIN)


def test_one_that_hosts_components_says_what_to_do(stubs: Stubs) -> None:
    stubs.expect(SAGEMAKER, "describe_endpoint", NAME, endpoint())
    stubs.expect(SAGEMAKER, "describe_endpoint_config", CONFIG, config())
    stubs.refuse(SAGEMAKER, "delete_endpoint", "ValidationException", "It hosts inference components")
    with pytest.raises(RefusedError, match="give the components the tags `project` and `environment`"):
        SageMakerEndpoint(stubs).throttle(TARGET, PLAIN)


def test_serverless_endpoints_have_no_counts() -> None:
    variant = {"weight": 1.0, "count": None, "now": (2.0, 0), "scaling": None}
    world = of_endpoint({"a": variant}, TAGS)
    found = world.kind.observe(world.target)
    assert found is not None
    assert found["variants"] == {"a": {"DesiredWeight": 2.0}}
    assert world.kind.describe(found) == "deleted, its configuration Chat-v7 kept"


def test_an_endpoint_without_variants_yet_has_no_scaling_to_ask_for(stubs: Stubs) -> None:
    bare = endpoint("Creating")
    del bare["ProductionVariants"]
    stubs.expect(SAGEMAKER, "describe_endpoint", ASK, bare)
    stubs.expect(SAGEMAKER, "list_tags", {"ResourceArn": ENDPOINT_ARN}, {"Tags": []})
    stubs.expect(SAGEMAKER, "describe_endpoint_config", CONFIG, config())
    found = SageMakerEndpoint(stubs).observe(TARGET)
    assert found == {**PLAIN, "endpoint": {**PLAIN["endpoint"], "tags": {}}}


def test_an_endpoint_is_neither_a_configuration_nor_a_component() -> None:
    kind = SageMakerEndpoint(Cloud())
    for other in ("endpoint-config/chat", "inference-component/chat", "model/chat", "endpoint/chat/variant/a"):
        assert kind.parse(f"arn:aws:sagemaker:eu-west-1:123456789012:{other}") is None
