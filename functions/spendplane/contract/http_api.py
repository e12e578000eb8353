"""The optional HTTP interface: its paths, what each takes, and its description in OpenAPI 3.1."""

import json
from typing import Any

from pydantic import BaseModel

from spendplane.contract.draft4 import to_draft_4
from spendplane.contract.usage_event import USAGE_BATCH_RECORDED, USAGE_RECORDED, UsageBatch, UsageRecord

ROUTES: dict[str, tuple[str, type[BaseModel]]] = {
    "/usage": (USAGE_RECORDED, UsageRecord),
    "/usage/batch": (USAGE_BATCH_RECORDED, UsageBatch),
}
"""Path → detail type of the event that it publishes, and what its body has to be."""
OPENAPI_FILE = "openapi.v1.json"

_REFUSALS = {
    "400": "The body is no JSON, or not what the schema asks for: `reason` says where and what.",
    "403": "Not signed, wrongly signed, or without the right `execute-api:Invoke` on this route.",
    "413": "Over 10 MB, or more than the event bus takes in one event: split the batch.",
    "415": "The content type is not `application/json`.",
    "429": "More calls than the stage lets through: wait and send it again.",
    "502": "The event bus did not take it: nothing was recorded, send it again.",
    "504": "The event bus did not answer in time: send it again; what was recorded counts once.",
}


def body_models() -> dict[str, tuple[str, dict[str, Any]]]:
    """Path → detail type, and the body's schema in draft 4."""
    return {path: (kind, to_draft_4(model.model_json_schema())) for path, (kind, model) in ROUTES.items()}


def openapi() -> str:
    """The description as JSON text, as it stands in `events/openapi.v1.json`."""
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": "Spendplane: usage over HTTP",
            "version": "1",
            "description": "Publishes usage events for producers that cannot call EventBridge's PutEvents.",
        },
        "servers": [
            {
                "url": "https://{api}.execute-api.{region}.amazonaws.com/v1",
                "description": "The output UsageApiUrl of the stack SpendplaneHttp",
                "variables": {"api": {"default": "api-id"}, "region": {"default": "us-east-1"}},
            }
        ],
        "security": [{"sigv4": []}],
        "paths": {path: {"post": _operation(path)} for path in ROUTES},
        "components": {
            "securitySchemes": {
                "sigv4": {
                    "type": "apiKey",
                    "name": "Authorization",
                    "in": "header",
                    "description": "AWS Signature Version 4 for the service `execute-api`",
                    "x-amazon-apigateway-authtype": "awsSigv4",
                }
            },
            "schemas": _schemas(),
        },
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _operation(path: str) -> dict[str, Any]:
    kind, model = ROUTES[path]
    refused = {
        code: {"description": text, "content": _json({"$ref": "#/components/schemas/Refused"})}
        for code, text in _REFUSALS.items()
    }
    accepted = {"description": "On the bus; counted within seconds.", "content": _json(_ref("Accepted"))}
    return {
        "operationId": f"post{model.__name__}",
        "summary": f"Publishes one `{kind}`",
        "requestBody": {"required": True, "content": _json(_ref(model.__name__))},
        "responses": {"202": accepted, **refused},
    }


def _schemas() -> dict[str, Any]:
    schemas: dict[str, Any] = {}
    for _, model in ROUTES.values():
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= {**schema.pop("$defs", {}), model.__name__: schema}
    text = {"type": "string"}
    schemas["Accepted"] = {
        "type": "object",
        "properties": {"accepted": {"const": True}, "event_id": text},
        "required": ["accepted", "event_id"],
    }
    schemas["Refused"] = {
        "type": "object",
        "properties": dict.fromkeys(("error", "message", "reason", "what_to_do", "request_id"), text),
        "required": ["error", "message", "request_id"],
    }
    return schemas


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _json(schema: dict[str, str]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
