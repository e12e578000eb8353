"""Copies of inference components, and their scaling. No emulator has them: these requests and answers are the proof."""

from typing import Any

import pytest

from spendplane.adapters.fleet.sagemaker_component import DIMENSION, InferenceComponent
from spendplane.application.ports import BusyError
from spendplane.application.ports.fleet import RefusedError
from tests.unit.adapters.fleet.cloud import Cloud, Stubs
from tests.unit.adapters.fleet.worlds import COMPONENT_ARN, of_component, target_of

TARGET = target_of(InferenceComponent, COMPONENT_ARN)
ASK = {"InferenceComponentName": "chat-a"}
RESOURCE = "inference-component/Chat-A"  # with its capitals, which the ARN has lost
AT = {"ServiceNamespace": "sagemaker", "ResourceId": RESOURCE, "ScalableDimension": DIMENSION}
SCALING = {"ServiceNamespace": "sagemaker", "ResourceIds": [RESOURCE], "ScalableDimension": DIMENSION}
AUTOSCALING, SAGEMAKER = "application-autoscaling", "sagemaker"
BEFORE = {"copies": 3, "scaling": {"min": 1, "max": 5}}


def component(copies: int | None = 3, status: str = "InService", **more: Any) -> dict[str, Any]:
    """An answer of DescribeInferenceComponent."""
    runtime = {} if copies is None else {"RuntimeConfig": {"DesiredCopyCount": copies, "CurrentCopyCount": 1}}
    return {
        "InferenceComponentName": "Chat-A",
        "InferenceComponentArn": COMPONENT_ARN,
        "EndpointName": "shared",
        "EndpointArn": "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/shared",
        "VariantName": "AllTraffic",
        "InferenceComponentStatus": status,
        "CreationTime": 0,
        "LastModifiedTime": 0,
        **runtime,
        **more,
    }


def scaled(low: int, high: int) -> dict[str, Any]:
    """An answer of DescribeScalableTargets."""
    found = {**AT, "MinCapacity": low, "MaxCapacity": high, "RoleARN": "arn:aws:iam::1:role/x", "CreationTime": 0}
    return {"ScalableTargets": [found]}


def expect_copies(stubs: Stubs, copies: int) -> None:
    """The call that sets them."""
    given = {"InferenceComponentName": "Chat-A", "DesiredRuntimeConfig": {"CopyCount": copies}}
    answer = {"InferenceComponentArn": COMPONENT_ARN}
    stubs.expect(SAGEMAKER, "update_inference_component_runtime_config", given, answer)


def expect_range(stubs: Stubs, low: int, high: int) -> None:
    """The call that sets it."""
    given = {**AT, "MinCapacity": low, "MaxCapacity": high}
    stubs.expect(AUTOSCALING, "register_scalable_target", given, {"ScalableTargetARN": "arn:aws:x"})


@pytest.mark.parametrize("status", ["InService", "Updating", "Creating", "Failed"])
def test_the_wanted_copies_are_read_in_any_status(stubs: Stubs, status: str) -> None:
    stubs.expect(SAGEMAKER, "describe_inference_component", ASK, component(3, status))
    stubs.expect(AUTOSCALING, "describe_scalable_targets", SCALING, {"ScalableTargets": []})
    assert InferenceComponent(stubs).observe(TARGET) == {"copies": 3, "scaling": None}


def test_so_is_the_range_of_their_scaling(stubs: Stubs) -> None:
    stubs.expect(SAGEMAKER, "describe_inference_component", ASK, component())
    stubs.expect(AUTOSCALING, "describe_scalable_targets", SCALING, scaled(1, 5))
    assert InferenceComponent(stubs).observe(TARGET) == BEFORE


def test_one_that_is_missing_or_being_deleted_is_not_there(stubs: Stubs) -> None:
    stubs.refuse(SAGEMAKER, "describe_inference_component", "ValidationException", "Could not find inference component")
    stubs.expect(SAGEMAKER, "describe_inference_component", ASK, component(3, "Deleting"))
    stubs.expect(SAGEMAKER, "describe_inference_component", ASK, component(3, "Deleting"))
    kind = InferenceComponent(stubs)
    assert [kind.observe(TARGET), kind.observe(TARGET)] == [None, None]
    with pytest.raises(RefusedError, match="is not there any more"):
        kind.restore(TARGET, {"copies": 3, "scaling": None})


def test_throttling_stops_the_copies_and_then_the_scaling(stubs: Stubs) -> None:
    stubs.expect(SAGEMAKER, "describe_inference_component", ASK, component())
    expect_copies(stubs, 0)
    stubs.expect(SAGEMAKER, "describe_inference_component", ASK, component(0, "Updating"))
    stubs.expect(AUTOSCALING, "describe_scalable_targets", SCALING, scaled(1, 5))
    expect_range(stubs, 0, 0)
    InferenceComponent(stubs).throttle(TARGET, BEFORE)


def test_without_scaling_only_the_copies(stubs: Stubs) -> None:
    stubs.expect(SAGEMAKER, "describe_inference_component", ASK, component())
    expect_copies(stubs, 0)
    InferenceComponent(stubs).throttle(TARGET, {"copies": 3, "scaling": None})


def test_throttling_again_changes_nothing(stubs: Stubs) -> None:
    for _ in range(2):
        stubs.expect(SAGEMAKER, "describe_inference_component", ASK, component(0, "Updating"))
    stubs.expect(AUTOSCALING, "describe_scalable_targets", SCALING, scaled(0, 0))
    InferenceComponent(stubs).throttle(TARGET, BEFORE)


def test_restoring_brings_the_copies_and_then_the_scaling(stubs: Stubs) -> None:
    stubs.expect(SAGEMAKER, "describe_inference_component", ASK, component(0))
    expect_copies(stubs, 3)
    stubs.expect(SAGEMAKER, "describe_inference_component", ASK, component(3, "Updating"))
    stubs.expect(AUTOSCALING, "describe_scalable_targets", SCALING, scaled(0, 0))
    expect_range(stubs, 1, 5)
    InferenceComponent(stubs).restore(TARGET, BEFORE)


def test_restoring_again_changes_nothing(stubs: Stubs) -> None:
    for _ in range(2):
        stubs.expect(SAGEMAKER, "describe_inference_component", ASK, component(3, "Updating"))
    stubs.expect(AUTOSCALING, "describe_scalable_targets", SCALING, scaled(1, 5))
    InferenceComponent(stubs).restore(TARGET, BEFORE)


def test_only_the_given_parts_are_restored(stubs: Stubs) -> None:
    stubs.expect(SAGEMAKER, "describe_inference_component", ASK, component(0))
    expect_copies(stubs, 3)
    InferenceComponent(stubs).restore(TARGET, {"copies": 3})


@pytest.mark.parametrize("status", ["Creating", "Updating"])
def test_while_it_changes_it_is_busy(stubs: Stubs, status: str) -> None:
    stubs.expect(SAGEMAKER, "describe_inference_component", ASK, component(3, status))
    with pytest.raises(BusyError, match=f"chat-a is {status}"):
        InferenceComponent(stubs).throttle(TARGET, {"copies": 3, "scaling": None})


def test_so_it_is_when_it_began_to_change_just_now(stubs: Stubs) -> None:
    stubs.expect(SAGEMAKER, "describe_inference_component", ASK, component())
    message = "Cannot update inference component while it is in status Updating"
    stubs.refuse(SAGEMAKER, "update_inference_component_runtime_config", "ValidationException", message)
    with pytest.raises(BusyError, match="UpdateInferenceComponentRuntimeConfig"):
        InferenceComponent(stubs).throttle(TARGET, {"copies": 3, "scaling": None})


def test_an_adapter_has_no_copies_of_its_own(stubs: Stubs) -> None:
    adapter = component(None, Specification={"BaseInferenceComponentName": "llama-base"})
    stubs.expect(SAGEMAKER, "describe_inference_component", ASK, adapter)
    stubs.expect(AUTOSCALING, "describe_scalable_targets", SCALING, {"ScalableTargets": []})
    with pytest.raises(RefusedError, match="turn down llama-base, which it runs on"):
        InferenceComponent(stubs).observe(TARGET)


def test_no_room_for_the_copies_is_a_case_for_a_person(stubs: Stubs) -> None:
    stubs.expect(SAGEMAKER, "describe_inference_component", ASK, component(0))
    stubs.refuse(SAGEMAKER, "update_inference_component_runtime_config", "ResourceLimitExceeded", "no more GPUs")
    with pytest.raises(RefusedError, match="no more GPUs"):
        InferenceComponent(stubs).restore(TARGET, BEFORE)


def test_scaling_that_acts_at_once_is_no_obstacle() -> None:
    world = of_component(3, (1, 5))
    before = world.kind.observe(world.target)
    assert before is not None
    world.kind.throttle(world.target, before)  # the new range takes the copies down too
    assert world.kind.observe(world.target) == {"copies": 0, "scaling": {"min": 0, "max": 0}}


def test_throttled_is_pure_and_keeps_what_is_not_there() -> None:
    kind = InferenceComponent(Cloud())
    assert kind.throttled({"copies": 3, "scaling": None}) == {"copies": 0, "scaling": None}
    assert kind.throttled(BEFORE) == {"copies": 0, "scaling": {"min": 0, "max": 0}}
    assert kind.describe(BEFORE) == "copies 3 -> 0, scaling 1-5 -> 0-0"
    assert kind.describe({"copies": 1, "scaling": None}) == "copies 1 -> 0"
