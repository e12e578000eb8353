"""Throttling of usage plans, and of methods within them."""

from typing import Any

import pytest

from spendplane.adapters.fleet.usage_plan import UsagePlan
from spendplane.application.ports import BusyError
from tests.unit.adapters.fleet.cloud import Cloud, Stubs
from tests.unit.adapters.fleet.worlds import PLAN_ARN, of_plan, target_of

TARGET = target_of(UsagePlan, PLAN_ARN)
PLACE = {"usagePlanId": "p1"}
METHOD = "a1b2c3:dev /pets/{id}/GET"
POINTER = "/apiStages/a1b2c3:dev/throttle/~1pets~1{id}/GET"


def plan(throttle: dict[str, Any] | None, method: dict[str, Any] | None = None) -> dict[str, Any]:
    """An answer of GetUsagePlan."""
    stages = [{"apiId": "d4e5f6", "stage": "qa"}]
    if method:
        stages.append({"apiId": "a1b2c3", "stage": "dev", "throttle": {"/pets/{id}/GET": method}})  # type: ignore[dict-item]
    found: dict[str, Any] = {"id": "p1", "apiStages": stages, "quota": {"limit": 9, "period": "DAY"}}
    return found | ({"throttle": throttle} if throttle else {})


def replaced(path: str, rate: str, burst: str) -> list[dict[str, str]]:
    """The operations that set both limits."""
    return [
        {"op": "replace", "path": f"{path}/rateLimit", "value": rate},
        {"op": "replace", "path": f"{path}/burstLimit", "value": burst},
    ]


def test_the_limits_of_the_plan_and_of_its_methods_are_read(stubs: Stubs) -> None:
    answer = plan({"rateLimit": 100.0, "burstLimit": 20}, {"rateLimit": 5.0, "burstLimit": 1})
    stubs.expect("apigateway", "get_usage_plan", PLACE, answer)
    stubs.expect("apigateway", "get_usage_plan", PLACE, plan(None))
    stubs.refuse("apigateway", "get_usage_plan", "NotFoundException", status=404)
    kind = UsagePlan(stubs)
    assert [kind.observe(TARGET) for _ in range(3)] == [
        {"plan": {"rate": 100.0, "burst": 20}, METHOD: {"rate": 5.0, "burst": 1}},
        {"plan": None},
        None,
    ]


def test_throttling_is_one_call(stubs: Stubs) -> None:
    operations = [*replaced("/throttle", "0", "0"), *replaced(POINTER, "0", "0")]
    stubs.expect("apigateway", "update_usage_plan", {**PLACE, "patchOperations": operations}, plan(None))
    UsagePlan(stubs).throttle(TARGET, {"plan": None, METHOD: {"rate": 5.0, "burst": 1}})


def test_restoring_is_one_call_and_removes_what_was_added(stubs: Stubs) -> None:
    down = {"rateLimit": 0.0, "burstLimit": 0}
    stubs.expect("apigateway", "get_usage_plan", PLACE, plan(down, down))
    operations = [{"op": "remove", "path": "/throttle"}, *replaced(POINTER, "5", "1")]
    stubs.expect("apigateway", "update_usage_plan", {**PLACE, "patchOperations": operations}, plan(None))
    UsagePlan(stubs).restore(TARGET, {"plan": None, METHOD: {"rate": 5.0, "burst": 1}})


def test_a_single_limit_comes_back_alone(stubs: Stubs) -> None:
    stubs.expect("apigateway", "get_usage_plan", PLACE, plan({"rateLimit": 0.0, "burstLimit": 0}))
    operations = [
        {"op": "remove", "path": "/throttle"},
        {"op": "replace", "path": "/throttle/rateLimit", "value": "0.5"},
    ]
    stubs.expect("apigateway", "update_usage_plan", {**PLACE, "patchOperations": operations}, plan(None))
    UsagePlan(stubs).restore(TARGET, {"plan": {"rate": 0.5, "burst": None}})


def test_a_stage_that_left_the_plan_is_not_brought_back(stubs: Stubs) -> None:
    stubs.expect("apigateway", "get_usage_plan", PLACE, plan(None))
    UsagePlan(stubs).restore(TARGET, {"plan": None, METHOD: {"rate": 5.0, "burst": 1}})


def test_the_quota_stays_and_so_does_what_other_stages_have() -> None:
    world = of_plan(None, {"/pets/GET": (5.0, 1)})
    before = world.kind.observe(world.target)
    assert before is not None
    world.kind.throttle(world.target, before)
    assert world.look() == {
        "quota": {"limit": 500, "period": "DAY"},
        "apiStages": [
            {"apiId": "a1b2c3", "stage": "dev", "throttle": {"/pets/GET": {"rateLimit": 0.0, "burstLimit": 0}}},
            {"apiId": "d4e5f6", "stage": "qa"},
        ],
        "throttle": {"rateLimit": 0.0, "burstLimit": 0},
    }


def test_one_change_in_20_seconds_is_busy(stubs: Stubs) -> None:
    stubs.refuse("apigateway", "update_usage_plan", "TooManyRequestsException", status=429)
    with pytest.raises(BusyError, match="usage-plan p1: UpdateUsagePlan"):
        UsagePlan(stubs).throttle(TARGET, {"plan": None})


def test_its_keys_are_no_targets() -> None:
    assert UsagePlan(Cloud()).parse(f"{PLAN_ARN}/keys/k1") is None
