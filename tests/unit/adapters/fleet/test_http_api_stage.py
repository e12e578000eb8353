"""Throttling of HTTP API stages, and what API Gateway does not let go of."""

from typing import Any

import pytest

from spendplane.adapters.fleet.http_api_stage import HttpApiStage
from spendplane.application.ports.fleet import RefusedError
from tests.unit.adapters.fleet.cloud import Cloud, Stubs
from tests.unit.adapters.fleet.fakes.gateway import FakeHttpApis, FakeRestApis
from tests.unit.adapters.fleet.worlds import HTTP_ARN, target_of

TARGET = target_of(HttpApiStage, HTTP_ARN)
PLACE = {"ApiId": "h1", "StageName": "$default"}
METRICS = {"DetailedMetricsEnabled": True}
UNSET = {"rate": None, "burst": None}
DOWN = {"ThrottlingRateLimit": 0, "ThrottlingBurstLimit": 0}
ROUTES = {"GET /pets": {**METRICS, "ThrottlingRateLimit": 5.0, "ThrottlingBurstLimit": 1}, "POST /pets": METRICS}
BEFORE = {"default": UNSET, "route GET /pets": {"rate": 5.0, "burst": 1}}


def test_the_default_and_routes_with_limits_of_their_own_are_read(stubs: Stubs) -> None:
    answer = {"StageName": "$default", "DefaultRouteSettings": METRICS, "RouteSettings": ROUTES}
    stubs.expect("apigatewayv2", "get_stage", PLACE, answer)
    stubs.expect("apigatewayv2", "get_stage", PLACE, {"StageName": "$default"})
    stubs.refuse("apigatewayv2", "get_stage", "NotFoundException", status=404)
    kind = HttpApiStage(stubs)
    assert [kind.observe(TARGET) for _ in range(3)] == [BEFORE, {"default": UNSET}, None]


def test_throttling_sends_everything_else_as_it_was(stubs: Stubs) -> None:
    answer = {"StageName": "$default", "DefaultRouteSettings": METRICS, "RouteSettings": ROUTES}
    stubs.expect("apigatewayv2", "get_stage", PLACE, answer)
    given = {
        **PLACE,
        "DefaultRouteSettings": {**METRICS, **DOWN},
        "RouteSettings": {"GET /pets": {**METRICS, **DOWN}, "POST /pets": METRICS},
    }
    stubs.expect("apigatewayv2", "update_stage", given, {})
    HttpApiStage(stubs).throttle(TARGET, BEFORE)


def test_restoring_leaves_out_what_was_not_set(stubs: Stubs) -> None:
    down = {"DefaultRouteSettings": {**METRICS, **DOWN}, "RouteSettings": {"GET /pets": {**METRICS, **DOWN}}}
    stubs.expect("apigatewayv2", "get_stage", PLACE, down)
    given = {**PLACE, "DefaultRouteSettings": METRICS, "RouteSettings": {"GET /pets": ROUTES["GET /pets"]}}
    stubs.expect("apigatewayv2", "update_stage", given, {"DefaultRouteSettings": METRICS})
    HttpApiStage(stubs).restore(TARGET, BEFORE)


def test_where_zero_is_left_the_accounts_own_limits_are_set(cloud: Cloud) -> None:
    FakeRestApis(cloud)
    fake = FakeHttpApis(cloud, {"DefaultRouteSettings": dict(METRICS), "RouteSettings": ROUTES}, keeps_zero=True)
    kind = HttpApiStage(cloud)
    kind.throttle(TARGET, BEFORE)
    kind.restore(TARGET, BEFORE)
    limits = {"ThrottlingRateLimit": 20000.0, "ThrottlingBurstLimit": 5000}
    assert fake.stage["DefaultRouteSettings"] == {**METRICS, **limits}
    assert fake.stage["RouteSettings"] == ROUTES
    assert [name for name, _ in cloud.calls][-3:] == ["GetAccount", "GetStage", "UpdateStage"]


def test_where_even_that_does_not_help_a_person_has_to(stubs: Stubs) -> None:
    stuck = {"DefaultRouteSettings": DOWN}
    stubs.expect("apigateway", "get_account", {}, {"throttleSettings": {"rateLimit": 20000.0, "burstLimit": 5000}})
    for given in ({}, {"ThrottlingRateLimit": 20000.0, "ThrottlingBurstLimit": 5000}):
        stubs.expect("apigatewayv2", "get_stage", PLACE, stuck)
        stubs.expect("apigatewayv2", "update_stage", {**PLACE, "DefaultRouteSettings": given}, stuck)
    with pytest.raises(RefusedError, match="still lets nothing through: set limits for default by hand"):
        HttpApiStage(stubs).restore(TARGET, {"default": UNSET})


def test_a_default_of_zero_that_was_there_before_comes_back(cloud: Cloud) -> None:
    fake = FakeHttpApis(cloud, {"DefaultRouteSettings": dict(DOWN)}, keeps_zero=True)
    before = {"default": {"rate": 0.0, "burst": 0}}
    HttpApiStage(cloud).restore(TARGET, before)
    assert fake.stage["DefaultRouteSettings"] == DOWN


def test_a_route_that_is_gone_is_not_made_again(stubs: Stubs) -> None:
    stubs.expect("apigatewayv2", "get_stage", PLACE, {"DefaultRouteSettings": {}, "RouteSettings": {}})
    HttpApiStage(stubs).restore(TARGET, {"route GET /pets": {"rate": 5.0, "burst": 1}})


@pytest.mark.parametrize("written", ["$default", "%24default"])
def test_the_default_stage_is_known_however_its_arn_writes_it(written: str) -> None:
    arn: str = HTTP_ARN.replace("$default", written)
    kind = HttpApiStage(Cloud())
    assert kind.parse(arn) == "h1/$default"


def test_the_api_itself_is_no_target() -> None:
    kind = HttpApiStage(Cloud())
    others: list[Any] = ["/apis/h1", "/apis/h1/routes/r1", "/apis/h1/stages", "/restapis/h1/stages/dev"]
    assert [kind.parse(f"arn:aws:apigateway:eu-west-1::{other}") for other in others] == [None] * 4
