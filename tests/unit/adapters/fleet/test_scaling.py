"""Auto scaling that comes back: over all pages, and with schedules whose time has come meanwhile."""

from datetime import timedelta
from typing import Any

import pytest

from spendplane.adapters.fleet.scaling import Scaling
from spendplane.application.ports.fleet import RefusedError
from tests.unit.adapters.fleet.cloud import Cloud, FaultError
from tests.unit.adapters.fleet.fakes.scaling import NOW, FakeScaling

DIMENSION = "sagemaker:variant:DesiredInstanceCount"
VARIANTS = ["endpoint/chat/variant/a", "endpoint/chat/variant/b"]
LATER = NOW + timedelta(days=2)


def place(resource: str) -> dict[str, Any]:
    """What names a scalable target."""
    return {"ServiceNamespace": "sagemaker", "ResourceId": resource, "ScalableDimension": DIMENSION}


def filled(cloud: Cloud, **schedule: Any) -> tuple[FakeScaling, Scaling]:
    """Two targets, each with two policies, and a schedule where one is given."""
    fake = FakeScaling(cloud)
    for resource in VARIANTS:
        fake.register({**place(resource), "MinCapacity": 1, "MaxCapacity": 3})
        for name in ("in", "out"):
            tracking = {"TargetValue": 0.7, "DisableScaleIn": False}
            policy = {"PolicyName": name, "PolicyType": "TargetTrackingScaling"}
            fake.put_policy({**place(resource), **policy, "TargetTrackingScalingPolicyConfiguration": tracking})
    if schedule:
        fake.put_schedule({**place(VARIANTS[0]), "ScheduledActionName": "night", **schedule})
    return fake, Scaling(cloud("application-autoscaling"), "sagemaker", "sagemaker-endpoint chat")


def test_every_page_is_read(cloud: Cloud) -> None:
    _, scaling = filled(cloud)
    kinds = [key.split(" ")[0] for key in scaling.parts(VARIANTS, {})]
    assert (kinds.count("scaling"), kinds.count("policy")) == (2, 4)


def test_without_resources_nothing_is_asked(cloud: Cloud) -> None:
    _, scaling = filled(cloud)
    assert scaling.parts([], {}) == {}
    assert cloud.calls == []


def test_of_two_things_only_the_missing_one_is_made(cloud: Cloud) -> None:
    fake, scaling = filled(cloud)
    before = scaling.parts(VARIANTS, {})
    fake.deregister(VARIANTS[1])
    cloud.calls.clear()
    now = scaling.parts(VARIANTS, {})
    scaling.make(before, now, {"environment": "staging"})
    made = [name for name, given in cloud.calls if given.get("ResourceId") == VARIANTS[1]]
    assert made == ["RegisterScalableTarget", "PutScalingPolicy", "PutScalingPolicy"]
    assert not [given for name, given in cloud.calls if name.startswith("Put") and given["ResourceId"] == VARIANTS[0]]
    assert fake.targets[VARIANTS[1], DIMENSION]["Tags"] == {"environment": "staging"}


def test_a_range_that_was_changed_is_set_without_tagging_again(cloud: Cloud) -> None:
    fake, scaling = filled(cloud)
    before = scaling.parts(VARIANTS, {})
    fake.register({**place(VARIANTS[0]), "MinCapacity": 2, "MaxCapacity": 9})
    scaling.make(before, scaling.parts(VARIANTS, {}), {"environment": "staging"})
    assert scaling.parts(VARIANTS, {}) == before


@pytest.mark.parametrize(
    ("schedule", "comes_back"),
    [
        ({"Schedule": "at(2026-11-23T00:00:00)"}, False),
        ({"Schedule": "at(2027-11-23T00:00:00)"}, True),
        ({"Schedule": "rate(1 day)", "StartTime": NOW + timedelta(hours=1)}, True),
        ({"Schedule": "rate(1 day)", "StartTime": LATER + timedelta(hours=1), "EndTime": LATER + timedelta(9)}, True),
    ],
)
def test_a_schedule_comes_back_unless_it_is_over(cloud: Cloud, schedule: dict[str, Any], comes_back: bool) -> None:
    fake, scaling = filled(cloud, **schedule)
    before = scaling.parts(VARIANTS, {})
    fake.deregister("endpoint/chat/")
    fake.now = LATER
    scaling.make(before, {}, {})
    assert bool(fake.schedules) is comes_back
    if schedule.get("StartTime", NOW) > LATER:
        assert scaling.parts(VARIANTS, {}) == before


def test_a_schedule_that_is_denied_is_not_taken_for_one_that_is_over(cloud: Cloud) -> None:
    fake, scaling = filled(cloud, Schedule="at(2026-11-23T00:00:00)")
    before = scaling.parts(VARIANTS, {})
    fake.deregister("endpoint/chat/")

    def deny(operation: str) -> None:
        if operation == "PutScheduledAction":
            raise FaultError("AccessDeniedException", status=403)

    cloud.before_call = deny
    with pytest.raises(RefusedError, match="PutScheduledAction"):
        scaling.make(before, {}, {})
