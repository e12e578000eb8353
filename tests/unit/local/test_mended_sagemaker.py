"""SageMaker and Application Auto Scaling refuse and remember here what they do on AWS."""

import json
from types import SimpleNamespace
from typing import Any

import pytest
from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.models import SageMakerModelBackend

from local.mended import sagemaker
from local.mended.from_moto import MotoService

INSTANCES = {"VariantName": "a", "ModelName": "m", "InstanceType": "ml.m5.large", "InitialInstanceCount": 2}
SERVERLESS = {"VariantName": "b", "ModelName": "m", "ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 5}}


class Scaling:
    """The scalable targets of two endpoints."""

    def __init__(self) -> None:
        ids = ("endpoint/e/variant/a", "endpoint/e-2/variant/a")
        self.targets = [SimpleNamespace(resource_id=name, scalable_dimension="d") for name in ids]

    def describe_scalable_targets(self, *_asked: object) -> list[Any]:
        return list(self.targets)

    def deregister_scalable_target(self, _namespace: str, resource_id: str, _dimension: str) -> None:
        self.targets = [target for target in self.targets if target.resource_id != resource_id]


@pytest.fixture
def scaling() -> Scaling:
    return Scaling()


@pytest.fixture
def backend(scaling: Scaling) -> Any:
    """An endpoint `e`, over a class of its own, so that moto's stays as it is."""

    class Backend(SageMakerModelBackend):  # type: ignore[misc]  # moto has no types here
        pass

    sagemaker.install(Backend, ValidationError, lambda *_: scaling)
    made = Backend("us-east-1", "000000000000")
    made.create_model(
        model_name="m", execution_role_arn="r", primary_container={}, vpc_config=None, containers=None, tags=None
    )
    made.create_endpoint_config(
        endpoint_config_name="c",
        production_variants=[INSTANCES | {"InitialVariantWeight": 1.0}, SERVERLESS],
        data_capture_config={},
        async_inference_config={},
        tags=[],
        kms_key_id="",
    )
    made.create_endpoint(endpoint_name="e", endpoint_config_name="c", tags=[{"Key": "environment", "Value": "staging"}])
    return made


def test_a_name_is_taken_once(backend: Any) -> None:
    with pytest.raises(ValidationError, match="Cannot create already existing endpoint"):
        backend.create_endpoint(endpoint_name="e", endpoint_config_name="c", tags=[])

    backend.delete_endpoint("e")
    backend.create_endpoint(endpoint_name="e", endpoint_config_name="c", tags=[])
    assert backend.describe_endpoint("e")["EndpointStatus"] == "InService"


def test_a_tag_given_again_is_overwritten(backend: Any) -> None:
    arn = backend.endpoints["e"].arn

    backend.add_tags(arn, [{"Key": "environment", "Value": "production"}, {"Key": "team", "Value": "a"}])

    assert backend.endpoints["e"].tags == [
        {"Key": "environment", "Value": "production"},
        {"Key": "team", "Value": "a"},
    ]


def test_the_tags_of_what_is_gone_are_refused_with_a_reason(backend: Any) -> None:
    arn = backend.endpoints["e"].arn
    backend.delete_endpoint("e")

    with pytest.raises(ValidationError, match="Could not find"):
        backend.add_tags(arn, [])


def test_an_endpoint_takes_its_scaling_along(backend: Any, scaling: Scaling) -> None:
    backend.delete_endpoint("e")

    assert [target.resource_id for target in scaling.targets] == ["endpoint/e-2/variant/a"]


def test_an_update_changes_what_it_names_only(backend: Any) -> None:
    changes = [
        {"VariantName": "a", "DesiredInstanceCount": 0},
        {"VariantName": "b", "ServerlessUpdateConfig": {"MaxConcurrency": 1}},
    ]

    backend.update_endpoint_weights_and_capacities("e", changes)

    instances, serverless = backend.endpoints["e"].production_variants
    assert (instances["DesiredInstanceCount"], instances["DesiredWeight"]) == (0, 1.0)
    assert serverless["DesiredServerlessConfig"] == {"MemorySizeInMB": 2048, "MaxConcurrency": 1}
    assert "DesiredInstanceCount" not in serverless


def test_what_moto_does_not_know_is_refused_at_once_and_not_retried() -> None:
    service = MotoService("sagemaker", lambda: None)
    headers = {"x-amz-target": "SageMaker.StopEdgeDeploymentStage", "content-type": "application/x-amz-json-1.1"}

    status, _, body = service.ask("POST", "/", headers, b"{}", {})

    assert (status, json.loads(body)["__type"]) == (400, "UnknownOperationException")
