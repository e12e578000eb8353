"""Every resource with its tags, also what never had one."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.session import Session

from spendplane.adapters.tagging.account import AwsTaggedAccount
from spendplane.application.ports.fleet import RefusedError
from spendplane.application.tag_audit import Reading
from tests.unit.adapters.fleet.cloud import Answer, Cloud, FaultError

ME = "eu-west-1:123456789012"
API = "arn:aws:apigateway:eu-west-1::"
FUNCTION = f"arn:aws:lambda:{ME}:function:summarise"
BEDROCK = {"Statement": [{"Effect": "Allow", "Action": "bedrock:InvokeModel", "Resource": "*"}]}
EMPTY: dict[tuple[str, str], Answer] = {
    ("resourcegroupstaggingapi", "GetResources"): {"ResourceTagMappingList": [], "PaginationToken": ""},
    ("lambda", "ListFunctions"): {"Functions": []},
    ("sagemaker", "ListEndpoints"): {"Endpoints": []},
    ("sagemaker", "ListEndpointConfigs"): {"EndpointConfigs": []},
    ("sagemaker", "ListModels"): {"Models": []},
    ("sagemaker", "ListInferenceComponents"): {"InferenceComponents": []},
    ("sagemaker", "ListNotebookInstances"): {"NotebookInstances": []},
    ("sagemaker", "ListClusters"): {"ClusterSummaries": []},
    ("bedrock", "ListInferenceProfiles"): {"inferenceProfileSummaries": []},
    ("ecs", "ListClusters"): {"clusterArns": []},
    ("apigateway", "GetRestApis"): {"items": []},
    ("apigateway", "GetUsagePlans"): {"items": []},
    ("apigatewayv2", "GetApis"): {"Items": []},
    ("iam", "GetAccountAuthorizationDetails"): {"RoleDetailList": [], "IsTruncated": False},
}


@pytest.fixture
def cloud() -> Cloud:
    """An account with nothing in it."""
    made = Cloud()
    for (service, operation), answer in EMPTY.items():
        give(made, service, operation, answer)
    return made


def give(cloud: Cloud, service: str, operation: str, *pages: Answer) -> None:
    """The same pages for whoever begins anew."""
    waiting: list[Answer] = []

    def answer(_: Answer) -> Answer:
        waiting.extend(pages if not waiting else ())
        return waiting.pop(0)

    cloud.serve(service, **{operation: answer})


def tagged(cloud: Cloud, *pages: dict[str, dict[str, str]]) -> None:
    """What GetResources gives, page by page."""
    answers: list[Answer] = [
        {
            "ResourceTagMappingList": [
                {"ResourceARN": arn, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
                for arn, tags in page.items()
            ],
            "PaginationToken": "more" if number < len(pages) else "",
        }
        for number, page in enumerate(pages, start=1)
    ]
    give(cloud, "resourcegroupstaggingapi", "GetResources", *answers)


def read(cloud: Cloud) -> Reading:
    return AwsTaggedAccount(cloud).read(lambda: None)


def names(cloud: Cloud) -> list[tuple[str, str]]:
    return sorted((item.kind, item.name) for item in read(cloud).resources)


def test_an_empty_account_has_nothing_and_progress_is_reported_to_the_end(cloud: Cloud) -> None:
    steps: list[None] = []
    account = AwsTaggedAccount(cloud)
    assert account.read(lambda: steps.append(None)) == Reading((), {})
    assert len(steps) == account.steps


def test_tags_come_over_all_pages_and_only_for_the_kinds_in_scope(cloud: Cloud) -> None:
    others = {f"{API}/restapis/a1b2": {"a": "b"}, f"{FUNCTION}:live": {"a": "b"}}
    tagged(cloud, {FUNCTION: {"project": "a"}}, {f"{API}/apis/a1/stages/%24default": {"project": "b"}, **others})
    found = {(item.kind, item.name): item.tags for item in read(cloud).resources}
    assert found == {
        ("lambda-function", "summarise"): {"project": "a"},
        ("http-api-stage", "a1/$default"): {"project": "b"},
    }


def test_a_function_that_never_had_a_tag_is_found_with_its_settings(cloud: Cloud) -> None:
    other = FUNCTION.replace("summarise", "other")
    settings = {"Environment": {"Variables": {"PROJECT": "search"}}}
    pages: list[Answer] = [
        {"Functions": [{"FunctionArn": FUNCTION, **settings}], "NextMarker": "m"},
        {"Functions": [{"FunctionArn": other}]},
    ]
    give(cloud, "lambda", "ListFunctions", *pages)
    tagged(cloud, {FUNCTION: {"project": "search"}})
    found = {item.arn: (item.tags, item.settings) for item in read(cloud).resources}
    assert found == {FUNCTION: ({"project": "search"}, {"PROJECT": "search"}), other: ({}, {})}


@pytest.mark.parametrize(
    ("operation", "key", "arn_key", "tail", "kind", "model"),
    [
        ("ListEndpoints", "Endpoints", "EndpointArn", "endpoint/x", "sagemaker-endpoint", True),
        (
            "ListEndpointConfigs",
            "EndpointConfigs",
            "EndpointConfigArn",
            "endpoint-config/x",
            "sagemaker-endpoint-config",
            True,
        ),
        ("ListModels", "Models", "ModelArn", "model/x", "sagemaker-model", True),
        (
            "ListInferenceComponents",
            "InferenceComponents",
            "InferenceComponentArn",
            "inference-component/x",
            "sagemaker-inference-component",
            True,
        ),
        (
            "ListNotebookInstances",
            "NotebookInstances",
            "NotebookInstanceArn",
            "notebook-instance/x",
            "sagemaker-notebook",
            False,
        ),
        ("ListClusters", "ClusterSummaries", "ClusterArn", "cluster/x", "sagemaker-cluster", False),
    ],
)
def test_sagemaker_lists_its_own(
    cloud: Cloud, operation: str, key: str, arn_key: str, tail: str, kind: str, model: bool
) -> None:
    arn = f"arn:aws:sagemaker:{ME}:{tail}"
    cloud.serve("sagemaker", **{operation: lambda _: {key: [_complete(key, arn_key, arn)]}})
    (found,) = read(cloud).resources
    assert (found.kind, found.arn, found.name, found.serves_model) == (kind, arn, "x", model)


def test_services_of_every_cluster_are_found(cloud: Cloud) -> None:
    clusters = [f"arn:aws:ecs:{ME}:cluster/{name}" for name in ("one", "two")]
    give(
        cloud,
        "ecs",
        "ListClusters",
        *({"clusterArns": [arn], "nextToken": "t"} for arn in clusters[:1]),
        {"clusterArns": clusters[1:]},
    )
    cloud.serve(
        "ecs", ListServices=lambda given: {"serviceArns": [given["cluster"].replace("cluster/", "service/") + "/s"]}
    )
    assert names(cloud) == [("ecs-service", "one/s"), ("ecs-service", "two/s")]


def test_stages_and_plans_get_the_arns_that_the_tagging_api_gives_them(cloud: Cloud) -> None:
    give(cloud, "apigateway", "GetRestApis", {"items": [{"id": "r1"}]})
    cloud.serve("apigateway", GetStages=lambda given: {"item": [{"stageName": f"{given['restApiId']}-live"}]})
    give(cloud, "apigateway", "GetUsagePlans", {"items": [{"id": "p1"}]})
    api = {"ApiId": "h1", "Name": "n", "ProtocolType": "HTTP", "RouteSelectionExpression": "r"}
    give(cloud, "apigatewayv2", "GetApis", {"Items": [api]})
    cloud.serve("apigatewayv2", GetStages=lambda _: {"Items": [{"StageName": "$default"}]})
    tagged(cloud, {f"{API}/restapis/r1/stages/r1-live": {"a": "b"}, f"{API}/apis/h1/stages/%24default": {"c": "d"}})
    found = {item.arn: item.tags for item in read(cloud).resources}
    assert found == {
        f"{API}/restapis/r1/stages/r1-live": {"a": "b"},
        f"{API}/usageplans/p1": {},
        f"{API}/apis/h1/stages/$default": {"c": "d"},
    }


def test_roles_are_those_that_may_call_models(cloud: Cloud) -> None:
    managed = {"Arn": "arn:aws:iam::aws:policy/AmazonBedrockFullAccess"}
    versions = [
        {"IsDefaultVersion": False, "VersionId": "v1", "Document": json.dumps({"Statement": []})},
        {"IsDefaultVersion": True, "VersionId": "v2", "Document": json.dumps(BEDROCK)},
    ]

    def inline() -> list[Answer]:  # botocore decodes the document in its place
        return [{"PolicyName": "p", "PolicyDocument": json.dumps(BEDROCK)}]

    pages: list[Answer] = [
        {"RoleDetailList": [role("own", RolePolicyList=inline()), role("none")], "IsTruncated": True, "Marker": "m"},
        {
            "RoleDetailList": [
                role("attached", AttachedManagedPolicies=[{"PolicyArn": managed["Arn"]}]),
                role("linked", path="/aws-service-role/x/", RolePolicyList=inline()),
            ],
            "Policies": [{**managed, "PolicyVersionList": versions}],
            "IsTruncated": False,
        },
    ]
    give(cloud, "iam", "GetAccountAuthorizationDetails", *pages)
    found = {item.name: (item.kind, item.tags) for item in read(cloud).resources}
    assert found == {name: ("bedrock-role", {"team": "growth"}) for name in ("own", "attached")}


def test_what_cannot_be_listed_is_told_and_the_rest_goes_on(cloud: Cloud) -> None:
    tagged(cloud, {FUNCTION: {"project": "a"}})
    disturbed = {
        "ListNotebookInstances": FaultError("AccessDeniedException"),
        "GetAccountAuthorizationDetails": FaultError("AccessDenied", status=403),
        "GetUsagePlans": FaultError("UnknownOperationException"),
    }

    def disturb(operation: str) -> None:
        if operation in disturbed:
            raise disturbed[operation]

    cloud.before_call = disturb
    found = read(cloud)
    assert [item.arn for item in found.resources] == [FUNCTION]
    assert set(found.unread) == {"SageMaker notebooks", "roles that call models", "usage plans"}
    assert "lack a permission" in found.unread["SageMaker notebooks"]


def test_without_the_tags_themselves_nothing_is_said(cloud: Cloud) -> None:
    def refuse(operation: str) -> None:
        if operation == "GetResources":
            raise FaultError("AccessDeniedException")

    cloud.before_call = refuse
    with pytest.raises(RefusedError, match="The search by tags"):
        read(cloud)


def role(name: str, path: str = "/teams/", **more: Any) -> Answer:
    arn = f"arn:aws:iam::123456789012:role{path}{name}"
    return {"Path": path, "RoleName": name, "Arn": arn, "Tags": [{"Key": "team", "Value": "growth"}], **more}


def _complete(key: str, arn_key: str, arn: str) -> Answer:
    """With all that the service's own model calls required."""
    model: Any = Session().get_service_model("sagemaker")
    shape = next(
        model.operation_model(name).output_shape.members[key].member
        for name in model.operation_names
        if name.startswith("List") and key in getattr(model.operation_model(name).output_shape, "members", {})
    )
    return {**{name: _any(shape.members[name]) for name in shape.required_members}, arn_key: arn}


def _any(shape: Any) -> Any:
    if shape.type_name == "timestamp":
        return datetime(2026, 11, 1, tzinfo=UTC)
    return shape.enum[0] if getattr(shape, "enum", None) else "x" * max(1, shape.metadata.get("min", 1))
