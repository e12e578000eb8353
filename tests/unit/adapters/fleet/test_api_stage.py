"""Throttling of REST API stages, by JSON Pointers that have to be right."""

from typing import Any

import pytest

from spendplane.adapters.fleet import patches
from spendplane.adapters.fleet.api_stage import ApiStage
from tests.unit.adapters.fleet.cloud import Cloud, Stubs
from tests.unit.adapters.fleet.fakes.gateway import STANDARD, FakeRestApis
from tests.unit.adapters.fleet.worlds import STAGE_ARN, target_of

TARGET = target_of(ApiStage, STAGE_ARN)
PLACE = {"restApiId": "a1b2c3", "stageName": "dev"}


def stage(**settings: dict[str, Any]) -> dict[str, Any]:
    """An answer of GetStage."""
    return {"stageName": "dev", "methodSettings": settings}


def limits(rate: float, burst: int, **others: Any) -> dict[str, Any]:
    """A method setting."""
    return {**STANDARD, **others, "throttlingRateLimit": rate, "throttlingBurstLimit": burst}


def replaced(path: str, rate: str, burst: str) -> list[dict[str, str]]:
    """The operations that set both limits."""
    return [
        {"op": "replace", "path": f"/{path}/throttling/rateLimit", "value": rate},
        {"op": "replace", "path": f"/{path}/throttling/burstLimit", "value": burst},
    ]


def test_the_limits_of_all_methods_and_of_each_are_read(stubs: Stubs) -> None:
    settings = {"*/*": limits(100.0, 50), "~1pets/GET": limits(0.5, 1)}
    stubs.expect("apigateway", "get_stage", PLACE, stage(**settings))
    assert ApiStage(stubs).observe(TARGET) == {
        "*/*": {"rate": 100.0, "burst": 50},
        "~1pets/GET": {"rate": 0.5, "burst": 1},
    }


def test_without_a_setting_for_all_there_is_none(stubs: Stubs) -> None:
    stubs.expect("apigateway", "get_stage", PLACE, {"stageName": "dev"})
    stubs.refuse("apigateway", "get_stage", "NotFoundException", status=404)
    kind = ApiStage(stubs)
    assert [kind.observe(TARGET), kind.observe(TARGET)] == [{"*/*": None}, None]


def test_throttling_is_one_call_for_all_methods(stubs: Stubs) -> None:
    operations = [*replaced("*/*", "0", "0"), *replaced("~1pets~1{id}/GET", "0", "0")]
    stubs.expect("apigateway", "update_stage", {**PLACE, "patchOperations": operations}, stage())
    ApiStage(stubs).throttle(TARGET, {"*/*": None, "~1pets~1{id}/GET": {"rate": 5.0, "burst": 1}})


def test_restoring_replaces_or_removes(stubs: Stubs) -> None:
    stubs.expect("apigateway", "get_stage", PLACE, stage(**{"*/*": limits(0.0, 0), "~1pets/GET": limits(0.0, 0)}))
    operations = [{"op": "remove", "path": "/*/*"}, *replaced("~1pets/GET", "10000", "5000")]
    stubs.expect("apigateway", "update_stage", {**PLACE, "patchOperations": operations}, stage())
    ApiStage(stubs).restore(TARGET, {"*/*": None, "~1pets/GET": {"rate": 10000.0, "burst": 5000}})


def test_what_is_as_it_was_or_was_removed_is_left_alone(stubs: Stubs) -> None:
    stubs.expect("apigateway", "get_stage", PLACE, stage(**{"~1a/GET": limits(5.0, 1)}))
    before = {"*/*": None, "~1a/GET": {"rate": 5.0, "burst": 1}, "~1b/GET": {"rate": 7.0, "burst": 1}}
    ApiStage(stubs).restore(TARGET, before)


def test_a_limit_that_was_not_set_limits_nothing_again(stubs: Stubs) -> None:
    stubs.expect("apigateway", "get_stage", PLACE, stage(**{"*/*": limits(0.0, 0)}))
    given = {**PLACE, "patchOperations": replaced("*/*", "5", "-1")}
    stubs.expect("apigateway", "update_stage", given, stage())
    ApiStage(stubs).restore(TARGET, {"*/*": {"rate": 5.0, "burst": None}})


@pytest.mark.parametrize("used", [{"metricsEnabled": True}, {"loggingLevel": "INFO"}, {"cachingEnabled": True}])
def test_what_somebody_set_for_all_methods_meanwhile_survives(cloud: Cloud, used: dict[str, Any]) -> None:
    fake = FakeRestApis(cloud)
    kind = ApiStage(cloud)
    kind.throttle(TARGET, {"*/*": None})
    fake.settings["*/*"] |= used
    kind.restore(TARGET, {"*/*": None})
    assert fake.settings == {"*/*": {**limits(-1.0, -1), **used}}


def test_logs_metrics_and_caches_are_never_named(cloud: Cloud) -> None:
    fake = FakeRestApis(cloud, {"~1pets/GET": limits(5.0, 1, loggingLevel="INFO", metricsEnabled=True)})
    kind = ApiStage(cloud)
    kind.throttle(TARGET, {"*/*": None, "~1pets/GET": {"rate": 5.0, "burst": 1}})
    assert fake.settings["~1pets/GET"] == limits(0.0, 0, loggingLevel="INFO", metricsEnabled=True)
    (operations,) = (given["patchOperations"] for name, given in cloud.calls if name == "UpdateStage")
    assert all("/throttling/" in item["path"] for item in operations)


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("*/*", "*/*"),
        ("~1pets/GET", "~1pets/GET"),
        ("/pets/GET", "~1pets/GET"),
        ("/pets/{id}/DELETE", "~1pets~1{id}/DELETE"),
        ("~1pets~1{id}/DELETE", "~1pets~1{id}/DELETE"),
        ("pets/GET", "pets/GET"),
        ("//GET", "~1/GET"),
        ("/{proxy+}/ANY", "~1{proxy+}/ANY"),
    ],
)
def test_keys_become_pointers_however_they_are_written(key: str, path: str) -> None:
    assert patches.method_path(key) == path


@pytest.mark.parametrize(
    ("value", "text"), [(10000.0, "10000"), (0, "0"), (0.5, "0.5"), (-1, "-1"), (1e-7, "0.0000001")]
)
def test_numbers_are_written_plainly(value: float, text: str) -> None:
    assert patches.plain(value) == text


def test_people_read_which_rates_go() -> None:
    before = {"*/*": None, "~1pets/GET": {"rate": 5.0, "burst": 1}, "~1a/GET": {"rate": -1, "burst": -1}}
    assert ApiStage(Cloud()).describe(before) == (
        "requests per second -> 0: */* (no limit of its own), ~1pets/GET (5), ~1a/GET (no limit of its own)"
    )


def test_only_stages_of_rest_apis_are_targets() -> None:
    kind = ApiStage(Cloud())
    for other in (
        "/restapis/a1b2c3",
        "/restapis/a1b2c3/stages",
        "/apis/a1b2c3/stages/dev",
        "/restapis/x/deployments/dev",
    ):
        assert kind.parse(f"arn:aws:apigateway:eu-west-1::{other}") is None
