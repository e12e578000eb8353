"""What a request is held to: the ARNs, actions and condition keys of AWS."""

import json
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from local.mended import leading_keys
from local.mended.authorization import further_checks

PLACE = "us-east-1:000000000000"
ENDPOINT = f"arn:aws:sagemaker:{PLACE}:endpoint/e"


def schema(table: str, index: str | None) -> str | None:
    return {("books", None): "pk", ("books", "work"): "gpk"}.get((table, index))


@pytest.mark.parametrize(
    ("request_", "keys"),
    [
        ({"TableName": "books", "Key": {"pk": {"S": "D#1"}, "sk": {"S": "a"}}}, ["D#1"]),
        ({"TableName": "books", "Item": {"pk": {"S": "D#2"}}}, ["D#2"]),
        (
            {
                "TableName": "books",
                "KeyConditionExpression": "#k = :k AND begins_with(sk, :s)",
                "ExpressionAttributeNames": {"#k": "pk"},
                "ExpressionAttributeValues": {":k": {"S": "D#3"}, ":s": {"S": "x"}},
            },
            ["D#3"],
        ),
        (
            {
                "TableName": "books",
                "IndexName": "work",
                "KeyConditionExpression": "gpk=:k",
                "ExpressionAttributeValues": {":k": {"S": "open"}},
            },
            ["open"],
        ),
        ({"RequestItems": {"books": {"Keys": [{"pk": {"S": "a"}}, {"pk": {"S": "b"}}]}}}, ["a", "b"]),
        (
            {
                "RequestItems": {
                    "books": [
                        {"PutRequest": {"Item": {"pk": {"S": "a"}}}},
                        {"DeleteRequest": {"Key": {"pk": {"S": "b"}}}},
                    ]
                }
            },
            ["a", "b"],
        ),
        ({"TableName": "books"}, []),
        ({"TableName": "unknown", "Key": {"pk": {"S": "a"}}}, []),
    ],
)
def test_the_partition_keys_that_a_request_names(request_: dict[str, Any], keys: list[str]) -> None:
    assert list(leading_keys.leading_keys(request_, schema)) == keys


def test_each_item_of_a_transaction_is_judged_by_its_own_key() -> None:
    """Else a ban on updating some items would hit a transaction that only puts one of them."""
    asked: list[tuple[str, Any]] = []
    table = {"KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}]}
    actions = SimpleNamespace(
        dynamodb_service_context=lambda _body: {"dynamodb:Select": "ALL_ATTRIBUTES"},
        dynamodb_transaction_checks=lambda *_: [
            ("dynamodb:PutItem", "arn:books"),
            ("dynamodb:UpdateItem", "arn:books"),
        ],
        _DYNAMODB_TRANSACT_ITEM_ACTIONS={"Put": "dynamodb:PutItem", "Update": "dynamodb:UpdateItem"},
    )
    evaluator = SimpleNamespace(enforce=lambda action, **more: asked.append((action, more["service_context"])))
    put = {"Put": {"TableName": "books", "Item": {"pk": {"S": "D#1"}}}}
    update = {"Update": {"TableName": "books", "Key": {"pk": {"S": "X#1"}}}}
    body = json.dumps({"TransactItems": [put, update]}).encode()

    leading_keys.install(actions, evaluator, SimpleNamespace(_tables={"books": table}))
    for action, arn in actions.dynamodb_transaction_checks("dynamodb:TransactWriteItems", body, "r", "a"):
        evaluator.enforce(action, resource_arn=arn, service_context=actions.dynamodb_service_context(body))

    shared = {"dynamodb:Select": "ALL_ATTRIBUTES"}
    assert asked == [
        ("dynamodb:PutItem", shared | {leading_keys.KEY: ["D#1"]}),
        ("dynamodb:UpdateItem", shared | {leading_keys.KEY: ["X#1"]}),
    ]


def test_creating_an_endpoint_asks_for_its_configuration_and_for_its_tags() -> None:
    body = {"EndpointName": "e", "EndpointConfigName": "c", "Tags": [{"Key": "environment", "Value": "staging"}]}
    tags = {"aws:requesttag/environment": "staging"}

    assert list(further_checks("sagemaker", "CreateEndpoint", body, PLACE, tags)) == [
        ("sagemaker:CreateEndpoint", f"arn:aws:sagemaker:{PLACE}:endpoint-config/c", tags),
        ("sagemaker:AddTags", ENDPOINT, {**tags, "sagemaker:TaggingAction": "CreateEndpoint"}),
    ]


def test_creating_a_component_asks_for_its_endpoint_and_for_its_tags() -> None:
    body = {"EndpointName": "e", "InferenceComponentName": "i", "Tags": [{"Key": "environment", "Value": "staging"}]}
    tags = {"aws:requesttag/environment": "staging"}
    component = f"arn:aws:sagemaker:{PLACE}:inference-component/i"

    assert list(further_checks("sagemaker", "CreateInferenceComponent", body, PLACE, tags)) == [
        ("sagemaker:CreateInferenceComponent", ENDPOINT, tags),
        ("sagemaker:AddTags", component, {**tags, "sagemaker:TaggingAction": "CreateInferenceComponent"}),
    ]


def test_each_described_service_is_asked_for() -> None:
    """The first one is what the emulator asks for itself."""
    other = f"arn:aws:ecs:{PLACE}:service/other/b"
    body = {"cluster": f"arn:aws:ecs:{PLACE}:cluster/c", "services": [f"arn:aws:ecs:{PLACE}:service/c/a", other, "x"]}

    asked = [arn for _, arn, _ in further_checks("ecs", "DescribeServices", body, PLACE, {})]

    assert asked == [other, f"arn:aws:ecs:{PLACE}:service/c/x"]


@pytest.mark.parametrize(("tags", "asked"), [({"environment": "staging"}, 1), ({}, 0)])
def test_registering_what_is_scaled_asks_for_its_tags(tags: dict[str, str], asked: int) -> None:
    body = {"ResourceId": "endpoint/e/variant/a", "ScalableDimension": "sagemaker:variant:DesiredInstanceCount"}
    keys = {"aws:requesttag/environment": "staging"}
    found = list(
        further_checks("application-autoscaling", "RegisterScalableTarget", {**body, "Tags": tags}, PLACE, keys)
    )
    new = f"arn:aws:application-autoscaling:{PLACE}:scalable-target/*"
    assert found == [("application-autoscaling:TagResource", new, keys)] * asked


def test_deleting_an_endpoint_asks_for_the_scaling_that_goes_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of its own variants only: without that right AWS deletes nothing."""
    mine, other = (
        SimpleNamespace(resource_id=f"endpoint/{name}/variant/a", arn=f"arn:{name}") for name in ("e", "e-2")
    )
    targets = {"sagemaker:variant:DesiredInstanceCount": {"1": mine, "2": other}}
    backends = {"000000000000": {"us-east-1": SimpleNamespace(targets=targets)}}
    models = SimpleNamespace(applicationautoscaling_backends=backends)
    monkeypatch.setitem(sys.modules, "moto.applicationautoscaling.models", models)

    asked = list(further_checks("sagemaker", "DeleteEndpoint", {"EndpointName": "e"}, PLACE, {}))

    assert asked == [("application-autoscaling:DeregisterScalableTarget", "arn:e", {})]


@pytest.mark.parametrize("operation", ["DeleteEndpoint", "DescribeEndpoint"])
def test_most_requests_are_asked_for_once(operation: str) -> None:
    assert list(further_checks("sagemaker", operation, {"EndpointName": "e"}, PLACE, {})) == []
