"""How resource types ask the services that are moto's: as CloudFormation does, through their API.

So what a service refuses fails the deployment with the service's own reason.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from local.mended.from_moto import SERVICES

SAGEMAKER, SCALING = "sagemaker", "application-autoscaling"
_TARGETS = {SAGEMAKER: "SageMaker", SCALING: "AnyScaleFrontendService"}
_FOUND_NOTHING = ("could not find", "no scalable target found", "no scaling policy found")
_PLAIN: Mapping[str, Callable[[Any], Any]] = {
    "integer": int,
    "long": int,
    "float": float,
    "double": float,
    "boolean": lambda value: str(value).lower() == "true",
    "string": str,
}


class ServiceError(Exception):
    """The service refused; the reason is in its own words."""

    @property
    def missing(self) -> bool:
        """Whether what was asked for is not there."""
        return str(self).lower().startswith(_FOUND_NOTHING)


def ask(service: str, operation: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Calls an operation with those of the values that it takes, typed as it takes them. Raises ServiceError."""
    request = typed(_model(service).operation_model(operation).input_shape, values)
    headers = {"x-amz-target": f"{_TARGETS[service]}.{operation}", "content-type": "application/x-amz-json-1.1"}
    status, _, body = SERVICES[service].ask("POST", "/", headers, json.dumps(request).encode(), {})
    answer: dict[str, Any] = json.loads(body or b"{}")
    if status != 200:
        raise ServiceError(answer.get("message") or answer.get("Message") or answer.get("__type"))
    return answer


def remove(service: str, operation: str, values: Mapping[str, Any]) -> None:
    """Calls an operation that deletes. What is gone already is deleted. Raises ServiceError."""
    try:
        ask(service, operation, values)
    except ServiceError as error:
        if not error.missing:
            raise


def typed(shape: Any, value: Any) -> Any:
    """A property as the API takes it: templates may write numbers and booleans as text. What is unknown is left out."""
    if shape.type_name == "structure":
        return {name: typed(member, value[name]) for name, member in shape.members.items() if name in value}
    if shape.type_name == "list":
        return [typed(shape.member, item) for item in value]
    if shape.type_name == "map":
        return {str(key): typed(shape.value, item) for key, item in value.items()}
    return _PLAIN.get(shape.type_name, lambda same: same)(value)


def changed(old: Mapping[str, Any], new: Mapping[str, Any], names: Iterable[str]) -> bool:
    """Whether any of these properties differs."""
    return any(old.get(name) != new.get(name) for name in names)


def by_key(tags: Iterable[Mapping[str, str]] | None) -> dict[str, str]:
    """Tags of a template by their key, less those of CloudFormation itself: these types are not given them on AWS."""
    return {tag["Key"]: str(tag["Value"]) for tag in tags or () if not tag["Key"].startswith("aws:")}


@cache
def _model(service: str) -> Any:
    import botocore.session

    return botocore.session.get_session().get_service_model(service)
