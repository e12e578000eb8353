"""Throttling of API Gateway is patched and read here as on AWS."""

from typing import Any

import pytest
from ministack.services import apigateway_v1

from local.mended import http_stages, method_settings, usage_plans
from local.mended.method_settings import PatchError


def patched(settings: method_settings.Settings, *patches: tuple[str, ...]) -> bool:
    """Whether all of them were for method settings."""
    named = [dict(zip(("op", "path", "value"), patch, strict=False)) for patch in patches]
    return all(method_settings.patched(settings, patch, apigateway_v1) for patch in named)


def test_a_setting_keeps_its_key_so_that_it_is_the_path_of_a_patch() -> None:
    settings: method_settings.Settings = {}

    assert patched(settings, ("replace", "/~1pets~1{id}/GET/throttling/rateLimit", "0.5"))
    (key,) = settings
    assert key == "~1pets~1{id}/GET"
    assert settings[key]["throttlingRateLimit"] == 0.5
    assert settings[key]["loggingLevel"] == "OFF"

    assert patched(settings, ("remove", f"/{key}"))
    assert settings == {}


@pytest.mark.parametrize(
    ("patch", "reason"),
    [
        (("remove", "/*/*"), "no method setting for this method"),
        (("remove", "/*/*/throttling/rateLimit"), "no method setting for this method"),
        (("replace", "/*/*/throttling/nonsense", "1"), "Invalid patch path"),
        (("replace", "/*/*/throttling/burstLimit", "many"), "Invalid value 'many'"),
    ],
)
def test_what_aws_refuses_is_refused(patch: tuple[str, ...], reason: str) -> None:
    with pytest.raises(PatchError, match=reason):
        patched({}, patch)


def test_other_parts_of_the_stage_are_left_to_the_emulator() -> None:
    assert not patched({}, ("replace", "/description", "x"))
    assert not patched({}, ("replace", "/variables/GET", "x"))


def limits(rate: float, burst: int) -> dict[str, Any]:
    return {"throttlingRateLimit": rate, "throttlingBurstLimit": burst}


@pytest.mark.parametrize(
    ("path", "method", "expected"),
    [
        ("/", "GET", limits(1.0, 1)),
        ("/pets/{id}", "GET", limits(2.0, 2)),
        ("/pets/{id}", "POST", limits(9.0, 9)),
        ("/free", "GET", limits(9.0, 9)),
    ],
)
def test_a_methods_own_limits_go_before_those_of_the_stage(path: str, method: str, expected: dict[str, Any]) -> None:
    """A setting without limits, -1, has none of its own."""
    settings = {
        "*/*": limits(9.0, 9),
        "~1/GET": limits(1.0, 1),
        "~1pets~1{id}/GET": limits(2.0, 2),
        "~1free/GET": limits(-1.0, -1),
    }

    assert method_settings.throttling({"methodSettings": settings}, path, method) == expected


def test_without_limits_only_the_accounts_hold() -> None:
    assert method_settings.throttling({}, "/", "GET") is None
    assert method_settings.throttling({"methodSettings": {"*/*": limits(-1.0, -1)}}, "/", "GET") is None
    assert http_stages.limits({"defaultRouteSettings": {"detailedMetricsEnabled": True}}, "GET /") == {}


def test_a_templates_keys_become_those_of_get_stage() -> None:
    given: method_settings.Settings = {"*/*": {}, "/~1pets/GET": {}, "//GET": {}, "/pets/POST": {}}

    assert list(method_settings.as_keyed(given)) == ["*/*", "~1pets/GET", "~1/GET", "pets/POST"]


def test_a_route_of_an_http_api_overrides_the_stage_limit_by_limit() -> None:
    stage = {
        "defaultRouteSettings": http_stages.as_stored({"ThrottlingRateLimit": "5", "ThrottlingBurstLimit": 3}),
        "routeSettings": {"GET /pets": {"throttlingRateLimit": 0}},
    }

    assert http_stages.limits(stage, "GET /") == {"rateLimit": 5.0, "burstLimit": 3}
    assert http_stages.limits(stage, "GET /pets") == {"rateLimit": 0, "burstLimit": 3}


PETS = "/apiStages/a1:dev/throttle/~1pets/GET"


@pytest.mark.parametrize(
    ("patches", "throttle", "stages"),
    [
        ([("replace", "/throttle/rateLimit", "0")], {"rateLimit": 0.0, "burstLimit": 5}, [{}]),
        ([("remove", "/throttle")], None, [{}]),
        (
            [("replace", f"{PETS}/rateLimit", "0"), ("replace", f"{PETS}/burstLimit", "0")],
            {"rateLimit": 10.0, "burstLimit": 5},
            [{"throttle": {"/pets/GET": {"rateLimit": 0.0, "burstLimit": 0}}}],
        ),
        ([("replace", f"{PETS}/rateLimit", "0"), ("remove", PETS)], {"rateLimit": 10.0, "burstLimit": 5}, [{}]),
        ([("remove", "/apiStages", "a1:dev")], {"rateLimit": 10.0, "burstLimit": 5}, []),
        (
            [("add", "/apiStages", "b2:dev")],
            {"rateLimit": 10.0, "burstLimit": 5},
            [{}, {"apiId": "b2"}],
        ),
    ],
)
def test_a_usage_plan_is_patched(
    patches: list[tuple[str, ...]], throttle: dict[str, Any] | None, stages: list[dict[str, Any]]
) -> None:
    stage = {"apiId": "a1", "stage": "dev"}
    plan: usage_plans.Plan = {"apiStages": [dict(stage)], "throttle": {"rateLimit": 10.0, "burstLimit": 5}}

    for patch in patches:
        usage_plans.apply(plan, dict(zip(("op", "path", "value"), patch, strict=False)))

    assert plan.get("throttle") == throttle
    assert plan["apiStages"] == [{**stage, **expected} for expected in stages]


@pytest.mark.parametrize(
    "patch",
    [
        {"op": "replace", "path": "/throttle/nonsense", "value": "1"},
        {"op": "replace", "path": "/throttle/rateLimit", "value": "many"},
        {"op": "remove", "path": "/apiStages", "value": "other:dev"},
        {"op": "replace", "path": PETS.replace("a1", "other") + "/rateLimit", "value": "1"},
        {"op": "copy", "path": "/name"},
    ],
)
def test_what_is_no_patch_of_a_usage_plan_is_refused(patch: dict[str, str]) -> None:
    with pytest.raises(PatchError):
        usage_plans.apply({"apiStages": [{"apiId": "a1", "stage": "dev"}]}, patch)
