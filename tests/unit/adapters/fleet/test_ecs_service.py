"""Desired counts, and the scaling that would bring tasks back."""

from typing import Any

import pytest

from spendplane.adapters.fleet.ecs_service import DIMENSION, EcsService
from spendplane.application.ports.fleet import RefusedError
from tests.unit.adapters.fleet.cloud import Cloud, Stubs
from tests.unit.adapters.fleet.worlds import ECS_ARN, of_ecs, target_of

TARGET = target_of(EcsService, ECS_ARN)
PLACE = {"cluster": "web", "service": "inference"}
ASK = {"cluster": "web", "services": ["inference"]}
RESOURCE = "service/web/inference"
SCALING = {"ServiceNamespace": "ecs", "ResourceIds": [RESOURCE], "ScalableDimension": DIMENSION}
AT = {"ServiceNamespace": "ecs", "ResourceId": RESOURCE, "ScalableDimension": DIMENSION}


def service(status: str = "ACTIVE", desired: int = 3) -> dict[str, Any]:
    """An answer of DescribeServices."""
    return {"services": [{"serviceName": "inference", "status": status, "desiredCount": desired}], "failures": []}


def scaled(low: int, high: int) -> dict[str, Any]:
    """An answer of DescribeScalableTargets."""
    found = {**AT, "MinCapacity": low, "MaxCapacity": high, "RoleARN": "arn:aws:iam::1:role/x", "CreationTime": 0}
    return {"ScalableTargets": [found]}


def test_the_desired_count_is_read_and_its_range_where_it_is_scaled(stubs: Stubs) -> None:
    stubs.expect("ecs", "describe_services", ASK, service())
    stubs.expect("application-autoscaling", "describe_scalable_targets", SCALING, {"ScalableTargets": []})
    assert EcsService(stubs).observe(TARGET) == {"desired": 3}
    stubs.expect("ecs", "describe_services", ASK, service())
    stubs.expect("application-autoscaling", "describe_scalable_targets", SCALING, scaled(1, 5))
    assert EcsService(stubs).observe(TARGET) == {"desired": 3, "scaling": {"min": 1, "max": 5}}


@pytest.mark.parametrize("status", ["INACTIVE", "DRAINING"])
def test_a_deleted_service_is_not_there(stubs: Stubs, status: str) -> None:
    stubs.expect("ecs", "describe_services", ASK, service(status))
    assert EcsService(stubs).observe(TARGET) is None


def test_neither_is_one_without_its_cluster(stubs: Stubs) -> None:
    stubs.refuse("ecs", "describe_services", "ClusterNotFoundException")
    assert EcsService(stubs).observe(TARGET) is None


def test_throttling_and_restoring_set_the_count(stubs: Stubs) -> None:
    stubs.expect("ecs", "update_service", {**PLACE, "desiredCount": 0}, {})
    stubs.expect("ecs", "update_service", {**PLACE, "desiredCount": 3}, {})
    EcsService(stubs).throttle(TARGET, {"desired": 3})
    EcsService(stubs).restore(TARGET, {"desired": 3})


def test_what_costs_goes_down_first_and_scaling_comes_back_last() -> None:
    world = of_ecs(3, (1, 5))
    before = world.kind.observe(world.target)
    assert before is not None
    world.cloud.calls.clear()
    world.kind.throttle(world.target, before)
    world.kind.restore(world.target, before)
    writes = [given for name, given in world.cloud.calls if not name.startswith("Describe")]
    assert writes == [
        {**PLACE, "desiredCount": 0},
        {**AT, "MinCapacity": 0, "MaxCapacity": 0},
        {**PLACE, "desiredCount": 3},
        {**AT, "MinCapacity": 1, "MaxCapacity": 5},
    ]


def test_a_daemon_is_a_case_for_a_person(stubs: Stubs) -> None:
    message = "The daemon scheduling strategy does not support a desired count for services."
    stubs.refuse("ecs", "update_service", "InvalidParameterException", message)
    with pytest.raises(RefusedError, match="DAEMON has no desired count: stop it by hand"):
        EcsService(stubs).throttle(TARGET, {"desired": 3})


def test_an_untagged_scalable_target_says_what_to_do_and_the_tasks_are_gone_all_the_same(stubs: Stubs) -> None:
    stubs.expect("ecs", "update_service", {**PLACE, "desiredCount": 0}, {})
    stubs.expect("application-autoscaling", "describe_scalable_targets", SCALING, scaled(1, 5))
    stubs.refuse("application-autoscaling", "register_scalable_target", "AccessDeniedException", status=403)
    with pytest.raises(RefusedError, match=r"RegisterScalableTarget .*`aws application-autoscaling tag-resource`"):
        EcsService(stubs).throttle(TARGET, {"desired": 3, "scaling": {"min": 1, "max": 5}})


def test_scaling_that_somebody_removed_is_not_made_again(stubs: Stubs) -> None:
    stubs.expect("ecs", "update_service", {**PLACE, "desiredCount": 3}, {})
    stubs.expect("application-autoscaling", "describe_scalable_targets", SCALING, {"ScalableTargets": []})
    EcsService(stubs).restore(TARGET, {"desired": 3, "scaling": {"min": 1, "max": 5}})


def test_the_cluster_stands_in_the_arn_but_for_old_ones() -> None:
    kind = EcsService(Cloud())
    old = ECS_ARN.replace("web/", "")
    assert (kind.parse(ECS_ARN), kind.parse(old)) == ("web/inference", "default/inference")
    assert kind.ids(target_of(EcsService, old)) == ("default", "inference")
    assert kind.parse("arn:aws:ecs:eu-west-1:123456789012:task/web/0f1e") is None


def test_people_read_what_changes() -> None:
    kind = EcsService(Cloud())
    assert kind.describe({"desired": 3}) == "desired count 3 -> 0"
    assert kind.describe({"desired": 3, "scaling": {"min": 1, "max": 5}}) == "desired count 3 -> 0, scaling 1-5 -> 0-0"
