"""How a request becomes PutEvents, and every answer a JSON that says what is wrong and what to do."""

import json
from pathlib import Path

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam

from stacks import names
from stacks.http_api import HttpRoute

TEMPLATES = Path(__file__).resolve().parents[1] / "vtl"
_JSON = "application/json"
_RESPONSES: dict[str, tuple[str, str]] = {
    "BAD_REQUEST_BODY": ("400", "Mend the body by `reason`; its schema is that of the event."),
    "UNSUPPORTED_MEDIA_TYPE": ("415", "Send JSON, with Content-Type: application/json."),
    "MISSING_AUTHENTICATION_TOKEN": (
        "403",
        "Sign with SigV4 for the service execute-api, and POST to /usage or /usage/batch: nothing else is here.",
    ),
    "ACCESS_DENIED": ("403", "The caller needs execute-api:Invoke on this route."),
    "INVALID_SIGNATURE": ("403", "Sign the very body and headers that are sent, and check the clock."),
    "EXPIRED_TOKEN": ("403", "Take new credentials, and sign anew."),
    "THROTTLED": ("429", "Wait and send it again; /usage/batch takes 500 records in a call."),
    "REQUEST_TOO_LARGE": ("413", "Split the batch."),
    "INTEGRATION_TIMEOUT": ("504", "Send it again; what is recorded twice counts once."),
    "INTEGRATION_FAILURE": ("504", "Send it again; what is recorded twice counts once."),
    "DEFAULT_4XX": ("", "Check the credentials, and the Region that the request is signed for."),
    "DEFAULT_5XX": ("", "Send it again; what is recorded twice counts once."),
}
"""Gateway response → status (empty: API Gateway's own) and what its reader has to do."""


def integration(route: HttpRoute, role: iam.IRole) -> apigateway.AwsIntegration:
    """PutEvents in the role's name. `passthrough_behavior` NEVER: what is no JSON is never sent on unchecked."""
    return apigateway.AwsIntegration(
        service="events",
        action="PutEvents",
        options=apigateway.IntegrationOptions(
            credentials_role=role,
            passthrough_behavior=apigateway.PassthroughBehavior.NEVER,
            request_parameters={
                "integration.request.header.X-Amz-Target": "'AWSEvents.PutEvents'",
                "integration.request.header.Content-Type": "'application/x-amz-json-1.1'",
            },
            request_templates={_JSON: request_template(route.detail_type)},
            integration_responses=[
                apigateway.IntegrationResponse(
                    status_code="202", selection_pattern="200", response_templates={_JSON: template("answered")}
                ),
                apigateway.IntegrationResponse(status_code="502", response_templates={_JSON: template("refused")}),
            ],
        ),
    )


def request_template(detail_type: str) -> str:
    """The mapping of a request, with the names in it."""
    text = template("put_events")
    for mark, value in {"@BUS@": names.BUS, "@SOURCE@": names.HTTP_SOURCE, "@DETAIL_TYPE@": detail_type}.items():
        text = text.replace(mark, value)
    return text


def template(name: str) -> str:
    """A mapping template of `stacks/vtl/`."""
    return (TEMPLATES / f"{name}.vtl").read_text(encoding="utf-8")


def add_gateway_responses(api: apigateway.RestApi) -> None:
    """What API Gateway itself answers. It fills in variables only, and `messageString` brings its own quotes."""
    for name, (status, mend) in _RESPONSES.items():
        reason = '"reason": "$context.error.validationErrorString", ' if name == "BAD_REQUEST_BODY" else ""
        api.add_gateway_response(
            "".join(word.title() for word in name.split("_")),
            type=apigateway.ResponseType.of(name),
            status_code=status or None,
            templates={
                _JSON: f'{{"error": "$context.error.responseType", "message": $context.error.messageString, {reason}'
                f'"what_to_do": {json.dumps(mend)}, "request_id": "$context.requestId"}}'
            },
        )
