"""REST methods that put events on a bus without a function in between, which MiniStack does not know; and the condition
keys by which AWS holds a PutEvents: `events:source` and `events:detail-type`.

The call is made with the rights of the integration's role, as on AWS.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from local.mended import vtl

_ACTION = "PutEvents"


def install(v1: Any, iam_actions: Any, evaluator: Any, eventbridge: Any) -> None:  # MiniStack's modules
    """Puts itself before MiniStack's integrations of REST methods, and into the keys of a request."""
    others, keys_of = v1._invoke_lambda_custom_v1, iam_actions.request_tag_context  # noqa: SLF001

    async def invoke(integration: Mapping[str, Any], *request: Any, **more: Any) -> Any:
        if not str(integration.get("uri", "")).endswith(f":events:action/{_ACTION}"):
            return await others(integration, *request, **more)
        scope = more["owner_account_id"], more["owner_region"]
        identity = more.get("caller_identity") or {}
        context = {"identity": identity, "requestId": v1.new_uuid()}
        sent, _ = vtl.render(integration["requestTemplates"]["application/json"], _text(request[7]), context)
        with v1.request_scope(*scope):
            status, said = _put(json.loads(sent), integration["credentials"], scope, evaluator, eventbridge)
        return answer(integration, status, said, context)

    def keys(service: str, action: str, body: bytes, query: Any) -> dict[str, Any]:
        found: dict[str, Any] = keys_of(service, action, body, query)
        return {**found, **event_keys(json.loads(body or b"{}"))} if action == f"events:{_ACTION}" else found

    v1._invoke_lambda_custom_v1, iam_actions.request_tag_context = invoke, keys  # noqa: SLF001


def event_keys(call: Mapping[str, Any]) -> dict[str, list[str]]:
    """What a policy may ask of the entries of a call."""
    entries = call.get("Entries", [])
    return {
        "events:source": [entry.get("Source", "") for entry in entries],
        "events:detail-type": [entry.get("DetailType", "") for entry in entries],
    }


def answer(integration: Mapping[str, Any], status: int, said: str, context: Mapping[str, Any]) -> Any:
    """The integration's response of that status, else its default, with what its template makes of the text."""
    responses = list(integration["integrationResponses"].values())
    default = next(item for item in responses if not item.get("selectionPattern"))
    matching = (item for item in responses if re.fullmatch(item.get("selectionPattern") or r"\Z.", str(status)))
    chosen = next(matching, default)
    text, overridden = vtl.render(chosen["responseTemplates"]["application/json"], said, context)
    return overridden or int(chosen["statusCode"]), {"Content-Type": "application/json"}, text.encode()


def _put(call: dict[str, Any], role: str, scope: tuple[str, str], evaluator: Any, bus: Any) -> tuple[int, str]:
    account, region = scope
    name = role.rpartition("/")[2]
    for entry in call["Entries"]:
        arn = f"arn:aws:events:{region}:{account}:event-bus/{entry['EventBusName']}"
        asked = evaluator.EvalContext(
            principal_arn=f"arn:aws:sts::{account}:assumed-role/{name}/BackplaneAssumeRoleSession",
            principal_type="AssumedRole",
            principal_account=account,
            action=f"events:{_ACTION}",
            resource_arn=arn,
            region=region,
            service_context=event_keys(call),
        )
        found = evaluator.evaluate(asked, evaluator._gather_role_policies(name, account))  # noqa: SLF001
        policy = evaluator._resource_policy("events", arn)  # noqa: SLF001
        if (evaluator.combine_resource_policy(found, asked, *policy) if policy else found).decision != "Allow":
            said = f"User: {asked.principal_arn} is not authorized to perform: {asked.action} on resource: {arn}"
            return 400, json.dumps({"__type": "AccessDeniedException", "message": said})
    status, _headers, body = bus._put_events(call)  # noqa: SLF001
    return status, _text(body)


def _text(body: bytes | str | None) -> str:
    return body.decode() if isinstance(body, bytes) else body or ""
