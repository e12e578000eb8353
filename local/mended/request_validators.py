"""Request validators of REST APIs: MiniStack checks bodies, but its CloudFormation makes no validator, and its answer
does not say what is wrong (`$context.error.validationErrorString`).

The words are those of the checker here; API Gateway's differ, its findings do not.
"""

import json
from collections.abc import Callable
from typing import Any

_VARIABLE = b"$context.error.validationErrorString"


def install(v1: Any, provisioners: Any) -> None:  # MiniStack's modules
    """Makes what templates say, and says in answers what is wrong."""
    handlers = provisioners._RESOURCE_HANDLERS  # noqa: SLF001
    handlers["AWS::ApiGateway::RequestValidator"] |= {"create": _creating(v1), "delete": _deleting(v1)}
    methods = handlers["AWS::ApiGateway::Method"]
    for step in ("create", "update"):
        methods[step] = _validated(v1, methods[step])
    _explain(v1)


def _creating(v1: Any) -> Callable[..., Any]:
    def create(_logical_id: str, props: dict[str, Any], _stack: str) -> Any:
        wanted = {
            "name": props.get("Name", ""),
            "validateRequestBody": props.get("ValidateRequestBody", False),
            "validateRequestParameters": props.get("ValidateRequestParameters", False),
        }
        made = json.loads(v1._create_request_validator(props["RestApiId"], wanted)[2])  # noqa: SLF001
        return made["id"], {"RequestValidatorId": made["id"]}

    return create


def _deleting(v1: Any) -> Callable[..., Any]:
    def delete(physical_id: str, props: dict[str, Any]) -> None:
        v1._delete_request_validator(props["RestApiId"], physical_id)  # noqa: SLF001

    return delete


def _validated(v1: Any, make: Callable[..., Any]) -> Callable[..., Any]:
    """Making or changing a method: the last mapping among the arguments are its properties."""

    def made(*arguments: Any, **more: Any) -> Any:
        result = make(*arguments, **more)
        props = [item for item in arguments if isinstance(item, dict)][-1]
        resource = v1._resources.get(props["RestApiId"], {}).get(props["ResourceId"], {})  # noqa: SLF001
        method = resource.get("resourceMethods", {}).get(props.get("HttpMethod", "ANY"))
        if method is not None:
            method["requestValidatorId"] = props.get("RequestValidatorId")
        return result

    return made


def _explain(v1: Any) -> None:
    """Remembers the finding when a body is checked, and fills it in when the answer is made."""
    check, respond = v1._check_request_validation, v1._gateway_error_response  # noqa: SLF001

    def checked(method: Any, api: str, request: dict[str, Any], headers: Any, body: bytes, query: Any) -> Any:
        error = check(method, api, request, headers, body, query)
        if error is not None and error.response_type == "BAD_REQUEST_BODY":
            model = (method.get("requestModels") or {}).get("application/json")
            request["validation"] = finding(v1._model_schema(api, model), body)  # noqa: SLF001
        return error

    def responded(error: Any, request: dict[str, Any]) -> Any:
        status, headers, body = respond(error, request)
        said = json.dumps(request.get("validation", ""))[1:-1]
        return status, headers, body.replace(_VARIABLE, said.encode())

    v1._check_request_validation, v1._gateway_error_response = checked, responded  # noqa: SLF001


def finding(schema: Any, body: bytes) -> str:
    """What is wrong with the body, in words: all of it, each with its place."""
    from jsonschema import Draft4Validator  # type: ignore[import-untyped]  # it carries no types

    try:
        document = json.loads(body)
    except ValueError as error:
        return f"Invalid JSON: {error}"
    found = sorted(Draft4Validator(schema).iter_errors(document), key=lambda error: list(map(str, error.path)))
    return "; ".join(f"{error.json_path}: {error.message}"[:300] for error in found[:10])
