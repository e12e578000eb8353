"""Endpoints that come back, with what AWS deleted along with them."""

from typing import Any

import pytest

from spendplane.adapters.fleet.sagemaker_endpoint import SageMakerEndpoint
from spendplane.application.ports import BusyError
from spendplane.application.ports.fleet import RefusedError
from tests.unit.adapters.fleet.cloud import Stubs
from tests.unit.adapters.fleet.endpoint_answers import (
    AT,
    AUTOSCALING,
    CONFIG,
    NAME,
    PLAIN,
    SAGEMAKER,
    SCALED,
    STEPS,
    TARGET,
    endpoint,
    expect_state,
)
from tests.unit.adapters.fleet.worlds import ENDPOINT_ARN, TAGS


def test_restoring_creates_it_with_its_name_and_tags(stubs: Stubs) -> None:
    tags = [{"Key": key, "Value": value} for key, value in TAGS.items()]
    stubs.refuse(SAGEMAKER, "describe_endpoint", "ValidationException", "Could not find endpoint")
    stubs.expect(SAGEMAKER, "create_endpoint", {**NAME, **CONFIG, "Tags": tags}, {"EndpointArn": ENDPOINT_ARN})
    stubs.expect(SAGEMAKER, "describe_endpoint", NAME, endpoint("Creating"))
    SageMakerEndpoint(stubs).restore(TARGET, PLAIN)


def test_its_scaling_follows_when_it_is_in_service(stubs: Stubs) -> None:
    stubs.expect(SAGEMAKER, "describe_endpoint", NAME, endpoint("Creating"))
    with pytest.raises(BusyError, match="chat-llama is Creating; its weights, counts and scaling follow"):
        SageMakerEndpoint(stubs).restore(TARGET, SCALED)
    stubs.expect(SAGEMAKER, "describe_endpoint", NAME, endpoint())
    expect_state(stubs)
    limits = {"MinCapacity": 1, "MaxCapacity": 4, "SuspendedState": {"DynamicScalingInSuspended": True}}
    # It gets its endpoint's tags too.
    stubs.expect(AUTOSCALING, "register_scalable_target", {**AT, **limits, "Tags": {**TAGS, "team": "ml"}})
    policy = {"PolicyName": "steps", "PolicyType": "StepScaling", "StepScalingPolicyConfiguration": STEPS}
    stubs.expect(AUTOSCALING, "put_scaling_policy", {**AT, **policy}, {"PolicyARN": "arn:aws:x"})
    action = {"ScheduledActionName": "night", "Schedule": "rate(1 day)", "ScalableTargetAction": {"MinCapacity": 0}}
    stubs.expect(AUTOSCALING, "put_scheduled_action", {**AT, **action, "StartTime": "2026-11-22T00:00:00+00:00"})
    SageMakerEndpoint(stubs).restore(TARGET, SCALED)


def test_what_is_restored_already_is_left_alone(stubs: Stubs) -> None:
    stubs.expect(SAGEMAKER, "describe_endpoint", NAME, endpoint())
    expect_state(stubs, scaled=True)
    SageMakerEndpoint(stubs).restore(TARGET, SCALED)


def test_weights_come_before_the_scaling_of_what_they_change(stubs: Stubs) -> None:
    wanted = {"a": {"DesiredWeight": 0.5, "DesiredInstanceCount": 3}}
    given = {**NAME, "DesiredWeightsAndCapacities": [{"VariantName": "a", **wanted["a"]}]}
    for before in ({**PLAIN, "variants": wanted}, {**SCALED, "variants": wanted}):
        stubs.expect(SAGEMAKER, "describe_endpoint", NAME, endpoint())
        expect_state(stubs)
        stubs.expect(SAGEMAKER, "update_endpoint_weights_and_capacities", given, {"EndpointArn": ENDPOINT_ARN})
        if before.keys() == PLAIN.keys():
            SageMakerEndpoint(stubs).restore(TARGET, before)
        else:
            with pytest.raises(BusyError, match="gets its weights and counts back; its scaling follows"):
                SageMakerEndpoint(stubs).restore(TARGET, before)


def test_while_the_old_one_is_being_deleted_it_waits(stubs: Stubs) -> None:
    stubs.expect(SAGEMAKER, "describe_endpoint", NAME, endpoint("Deleting"))
    with pytest.raises(BusyError, match="still being deleted"):
        SageMakerEndpoint(stubs).restore(TARGET, PLAIN)
    stubs.refuse(SAGEMAKER, "describe_endpoint", "ValidationException", "Could not find endpoint")
    stubs.refuse(SAGEMAKER, "create_endpoint", "ValidationException", "Cannot create already existing endpoint")
    with pytest.raises(BusyError, match="CreateEndpoint"):
        SageMakerEndpoint(stubs).restore(TARGET, PLAIN)


@pytest.mark.parametrize(
    ("code", "message", "says"),
    [
        ("ValidationException", "Could not find endpoint configuration", "Create the configuration Chat-v7 again"),
        ("ResourceLimitExceeded", "The account has 0 instances of ml.g5", "The account has 0 instances"),
    ],
)
def test_what_it_cannot_be_created_for_is_a_case_for_a_person(stubs: Stubs, code: str, message: str, says: str) -> None:
    stubs.refuse(SAGEMAKER, "describe_endpoint", "ValidationException", "Could not find endpoint")
    stubs.refuse(SAGEMAKER, "create_endpoint", code, message)
    with pytest.raises(RefusedError, match=says):
        SageMakerEndpoint(stubs).restore(TARGET, PLAIN)


def test_somebody_elses_endpoint_of_this_name_is_left_alone(stubs: Stubs) -> None:
    stubs.expect(SAGEMAKER, "describe_endpoint", NAME, endpoint(config="Chat-v8"))
    with pytest.raises(RefusedError, match="with the configuration Chat-v8 instead of Chat-v7"):
        SageMakerEndpoint(stubs).restore(TARGET, SCALED)


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({}, True),
        ({"tags": {**TAGS, "team": "web"}}, True),
        ({"config": "Chat-v8"}, False),
        ({"tags": {**TAGS, "environment": "production"}}, False),
        ({"tags": {**TAGS, "project": "search"}}, False),
        ({"tags": {}}, False),
    ],
    ids=str,
)
def test_whose_it_is_shows_in_its_configuration_and_in_the_tags_that_bind(change: dict[str, Any], same: bool) -> None:
    observed = {**PLAIN, "endpoint": {**PLAIN["endpoint"], **change}}
    assert SageMakerEndpoint(lambda _: None).same(SCALED, observed) is same


def test_a_creation_that_failed_says_why(stubs: Stubs) -> None:
    failed = endpoint("Failed") | {"FailureReason": "The image is gone"}
    stubs.expect(SAGEMAKER, "describe_endpoint", NAME, failed)
    with pytest.raises(RefusedError, match="could not be created: The image is gone"):
        SageMakerEndpoint(stubs).restore(TARGET, PLAIN)
