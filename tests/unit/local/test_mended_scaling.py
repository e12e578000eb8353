"""Application Auto Scaling knows tags and the account's ECS services, and forgets all of what is deregistered."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from ministack.services import ecs

from local.mended.from_moto import SERVICES

PLACE = {
    "ServiceNamespace": "ecs",
    "ResourceId": "service/agents/worker",
    "ScalableDimension": "ecs:service:DesiredCount",
}
TAGS = {"environment": "staging", "project": "x"}


def ask(operation: str, **request: Any) -> Any:
    """The answer, or the name of the error."""
    headers = {"x-amz-target": f"AnyScaleFrontendService.{operation}", "content-type": "application/x-amz-json-1.1"}
    body = json.dumps(request).encode()
    status, _, answer = SERVICES["application-autoscaling"].ask("POST", "/", headers, body, {})
    said = json.loads(answer)
    return said if status == 200 else said["__type"]


@pytest.fixture
def target() -> Iterator[str]:
    """The ARN of the service's scalable target."""
    ecs._services["agents/worker"] = {"status": "ACTIVE"}
    yield ask("RegisterScalableTarget", **PLACE, MinCapacity=1, MaxCapacity=4, Tags=TAGS)["ScalableTargetARN"]
    del ecs._services["agents/worker"]
    ask("DeregisterScalableTarget", **PLACE)


def test_only_a_service_that_is_there_can_be_scaled() -> None:
    assert ask("RegisterScalableTarget", **PLACE, MinCapacity=1, MaxCapacity=4) == "ValidationException"


def test_tags_are_given_with_the_registration_and_changed_apart_from_it(target: str) -> None:
    ask("RegisterScalableTarget", **PLACE, MinCapacity=0, MaxCapacity=0)
    assert ask("ListTagsForResource", ResourceARN=target)["Tags"] == TAGS

    ask("TagResource", ResourceARN=target, Tags={"team": "a"})
    ask("UntagResource", ResourceARN=target, TagKeys=["project"])
    assert ask("ListTagsForResource", ResourceARN=target)["Tags"] == {"environment": "staging", "team": "a"}


def test_nothing_is_suspended_unless_somebody_says_so(target: str) -> None:
    (found,) = ask("DescribeScalableTargets", ServiceNamespace="ecs")["ScalableTargets"]

    assert found["ScalableTargetARN"] == target
    assert set(found["SuspendedState"].values()) == {False}


def test_what_is_deregistered_takes_its_policies_and_schedules_along(target: str) -> None:
    tracking = {"TargetValue": 50.0}
    ask("PutScalingPolicy", **PLACE, PolicyName="p", PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration=tracking)  # fmt: skip
    ask("PutScheduledAction", **PLACE, ScheduledActionName="night", Schedule="rate(1 day)", ScalableTargetAction={})
    assert len(ask("DescribeScalingPolicies", ServiceNamespace="ecs")["ScalingPolicies"]) == 1

    ask("DeregisterScalableTarget", **PLACE)

    assert ask("DescribeScalingPolicies", ServiceNamespace="ecs")["ScalingPolicies"] == []
    assert ask("DescribeScheduledActions", ServiceNamespace="ecs")["ScheduledActions"] == []
    assert ask("ListTagsForResource", ResourceARN=target) == "ResourceNotFoundException"
