"""The optional stack that takes usage over HTTPS: who may call it, what it may do, and that it is watched."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from aws_cdk import App, Tags, Validations
from cdk_nag import AwsSolutionsChecks
from cfnlint.api import lint_file  # type: ignore[import-untyped]  # it carries no types

from spendplane.contract.http_api import body_models
from stacks import names
from stacks.http import SpendplaneHttp
from stacks.http_api import HttpApi, HttpRoute
from stacks.inputs import Inputs
from stacks.state import SpendplaneState
from stacks.target import InputError, Target
from tests.stacks.assembly import Assembly, Json, load, new_app
from tests.stacks.policies import role_statements

STACK = "SpendplaneHttp"
ROUTES = tuple(HttpRoute(path, kind, schema) for path, (kind, schema) in body_models().items())


def _synthesised(folder: Path, *, log_role: bool) -> Assembly:
    app: App = new_app(folder)
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    target = Target.named("aws")
    state = SpendplaneState(app, "SpendplaneState", target=target)
    stack = SpendplaneHttp(app, STACK, target=target, state=state, http=HttpApi(ROUTES, log_role=log_role))
    for tag, value in names.TAGS.items():
        Tags.of(stack).add(tag, value)
    app.synth()
    return load(folder)


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    return _synthesised(tmp_path_factory.mktemp("http"), log_role=True)


def _methods(http: Assembly) -> list[Json]:
    return list(http.resources("AWS::ApiGateway::Method").values())


def test_it_is_built_when_the_context_asks_for_it(tmp_path: Path) -> None:
    assert Inputs.of(new_app(tmp_path)).http is None
    assert Inputs.of(new_app(tmp_path, http="false")).http is None
    assert Inputs.of(new_app(tmp_path, http="true")).http == HttpApi(ROUTES)
    assert Inputs.of(new_app(tmp_path, http="true", http_log_role="false")).http == HttpApi(ROUTES, log_role=False)
    with pytest.raises(InputError, match="http='yes' in the context: write -c http=true or -c http=false"):
        Inputs.of(new_app(tmp_path, http="yes"))


def test_reviewed_and_linted(http: Assembly) -> None:
    assert http.report() == []
    assert lint_file(http.folder / f"{STACK}.template.json") == []
    exceptions = dict(_exceptions(http))
    assert set(exceptions) == {"COG4", "APIG3", "IAM4"}
    assert all(len(reason) > 100 for reason in exceptions.values())


def test_every_route_asks_for_a_signature_and_checks_the_body(http: Assembly) -> None:
    (validator,) = http.resources("AWS::ApiGateway::RequestValidator").values()
    assert validator["ValidateRequestBody"]
    assert {part["PathPart"] for part in http.resources("AWS::ApiGateway::Resource").values()} == {"usage", "batch"}
    assert len(_methods(http)) == 2
    for method in _methods(http):
        assert (method["HttpMethod"], method["AuthorizationType"]) == ("POST", "AWS_IAM")
        assert method["RequestValidatorId"]
        assert set(method["RequestModels"]) == set(method["Integration"]["RequestTemplates"]) == {"application/json"}
        assert method["Integration"]["PassthroughBehavior"] == "NEVER", "else other types pass unchecked"
    schemas = [model["Schema"] for model in http.resources("AWS::ApiGateway::Model").values()]
    assert all(route.schema in schemas for route in ROUTES)
    assert len(schemas) == 2


def test_no_function_stands_in_between_and_only_a_200_can_be_a_success(http: Assembly) -> None:
    assert http.resources("AWS::Lambda::Function") == {}
    for method in _methods(http):
        assert method["Integration"]["Uri"] == "arn:<AWS::Partition>:apigateway:<AWS::Region>:events:action/PutEvents"
        answers = {
            item["StatusCode"]: item.get("SelectionPattern") for item in method["Integration"]["IntegrationResponses"]
        }
        assert answers == {"202": "200", "502": None}


def test_its_role_may_publish_usage_in_the_name_of_callers_and_nothing_else(http: Assembly) -> None:
    (role,) = {method["Integration"]["Credentials"] for method in _methods(http)}
    (statement,) = role_statements(http, role)
    assert (statement.effect, set(statement.actions)) == ("Allow", {"events:PutEvents"})
    assert statement.resources == {"EventBus:spendplane.Arn"}
    assert statement.conditions == {
        "ForAllValues:StringLike": {"events:source": ["spendplane.http/*"]},
        "ForAllValues:StringEquals": {"events:detail-type": list(names.USAGE_EVENTS)},
        "Null": {"events:source": "false", "events:detail-type": "false"},
    }
    made = http.resources("AWS::IAM::Role")[role.removesuffix(".Arn")]
    assert made["Path"] == "/spendplane/", "the bus lets only such roles name a caller"
    assert "ManagedPolicyArns" not in made


def test_every_refusal_is_json_with_a_way_out(http: Assembly) -> None:
    found = http.resources("AWS::ApiGateway::GatewayResponse").values()
    kinds = {item["ResponseType"]: item for item in found}
    for kind, item in kinds.items():
        text = item["ResponseTemplates"]["application/json"]
        body = json.loads(text.replace("$context.error.messageString", '"x"'))
        assert {"error", "message", "what_to_do", "request_id"} <= set(body), kind
        assert "Access-Control-Allow-Origin" not in json.dumps(item)
    wanted = {"BAD_REQUEST_BODY": "400", "ACCESS_DENIED": "403", "THROTTLED": "429", "REQUEST_TOO_LARGE": "413",
              "UNSUPPORTED_MEDIA_TYPE": "415", "MISSING_AUTHENTICATION_TOKEN": "403"}  # fmt: skip
    assert {kind: kinds[kind]["StatusCode"] for kind in wanted} == wanted
    assert "$context.error.validationErrorString" in kinds["BAD_REQUEST_BODY"]["ResponseTemplates"]["application/json"]


def test_it_is_throttled_logged_and_takes_tls_1_2_or_newer(http: Assembly) -> None:
    (api,), (stage,) = (http.resources(f"AWS::ApiGateway::{kind}").values() for kind in ("RestApi", "Stage"))
    assert api["SecurityPolicy"] == "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09"
    assert api["EndpointConfiguration"] == {"Types": ["REGIONAL"]}
    (settings,) = stage["MethodSettings"]
    assert (settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]) == (200, 400)
    assert settings["DataTraceEnabled"] is False, "bodies stay out of logs"
    logged = json.loads(stage["AccessLogSetting"]["Format"])
    assert logged["caller"] == "$context.identity.userArn"
    assert not any("body" in value for value in logged.values())


def test_the_kill_switch_never_touches_it(http: Assembly) -> None:
    for kind in ("RestApi", "Stage"):
        (found,) = http.resources(f"AWS::ApiGateway::{kind}").values()
        assert found["Tags"] == [{"Key": "application", "Value": "spendplane"}]


def test_the_log_role_of_an_account_can_be_left_alone(tmp_path: Path, http: Assembly) -> None:
    assert len(http.raw("AWS::ApiGateway::Account")) == 1
    assert {item["DeletionPolicy"] for item in http.raw("AWS::ApiGateway::Account")} == {"Retain"}
    without = _synthesised(tmp_path, log_role=False)
    assert without.raw("AWS::ApiGateway::Account") == []
    assert len(without.raw("AWS::IAM::Role")) == 1


def test_another_schema_is_another_deployment(tmp_path: Path, http: Assembly) -> None:
    """Else the stage would go on checking bodies by the old one."""
    app = new_app(tmp_path)
    target = Target.named("aws")
    state = SpendplaneState(app, "SpendplaneState", target=target)
    changed = tuple(HttpRoute(route.path, route.detail_type, {**route.schema, "title": "new"}) for route in ROUTES)
    SpendplaneHttp(app, STACK, target=target, state=state, http=HttpApi(changed))
    app.synth()
    before, after = (set(item.resources("AWS::ApiGateway::Deployment")) for item in (http, load(tmp_path)))
    assert len(before | after) == 2


def _exceptions(assembly: Assembly) -> Iterator[tuple[str, str]]:
    metadata = json.loads((assembly.folder / f"{STACK}.metadata.json").read_text())
    for entries in metadata.values():
        for entry in entries:
            if entry["type"] == "aws:cdk:acknowledged-rules":
                for rule, reason in entry["data"].items():
                    yield rule.split("::", 1)[1].removeprefix("AwsSolutions-").split("[")[0], reason
