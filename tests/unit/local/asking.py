"""Requests to those of the local account's services that are moto's, without a process and without a network."""

import json
from functools import cache
from typing import Any

import botocore.session
from botocore.parsers import create_parser
from botocore.validate import ParamValidator

from local.mended.from_moto import SERVICES

SCALING = "application-autoscaling"
_PREFIXES = {"sagemaker": "SageMaker", SCALING: "AnyScaleFrontendService"}


@cache
def model(service: str) -> Any:
    """What the SDK knows of a service."""
    return botocore.session.get_session().get_service_model(service)


def ask(operation: str, service: str = "sagemaker", **request: Any) -> Any:
    """The answer as a client reads it, or the text of the error. Both sides have to be as the service's model says."""
    shapes = model(service).operation_model(operation)
    assert not ParamValidator().validate(request, shapes.input_shape).has_errors()
    headers = {"x-amz-target": f"{_PREFIXES[service]}.{operation}", "content-type": "application/x-amz-json-1.1"}
    status, _, body = SERVICES[service].ask("POST", "/", headers, json.dumps(request).encode(), {})
    if status != 200:
        said = json.loads(body)
        return said.get("message") or said["Message"]
    if shapes.output_shape is None:
        return {}
    raw = json.loads(body)
    assert set(shapes.output_shape.required_members) <= raw.keys()
    return create_parser("json").parse({"body": body, "headers": {}, "status_code": 200}, shapes.output_shape)
