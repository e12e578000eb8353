"""What a request is held to: the action, the ARN and the condition keys of AWS, where MiniStack takes others.

MiniStack asks IAM once per request. What AWS asks beyond that (each service that is described; an endpoint's
configuration, its tags and its scaling) is asked just before the request is carried out.
"""

import json
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

Body = Mapping[str, Any]
Check = tuple[str, str, dict[str, Any]]
"""Action, ARN and condition keys."""

_RIGHTS = {  # these operations have no action of their own on AWS
    "bedrock:Converse": "bedrock:InvokeModel",
    "bedrock:ConverseStream": "bedrock:InvokeModelWithResponseStream",
    "bedrock:StartAsyncInvoke": "bedrock:InvokeModel",
}
_CONCURRENCY = {  # MiniStack takes the second one for all
    "GET": "lambda:GetFunctionConcurrency",
    "PUT": "lambda:PutFunctionConcurrency",
    "DELETE": "lambda:DeleteFunctionConcurrency",
}
_SAGEMAKER_NAMES = {  # what is made or changed first, then what it is made of
    "InferenceComponentName": "inference-component",
    "EndpointName": "endpoint",
    "EndpointConfigName": "endpoint-config",
    "ModelName": "model",
    "TrainingJobName": "training-job",
}
_MADE_WITH_TAGS = {"CreateEndpoint", "CreateEndpointConfig", "CreateInferenceComponent", "CreateModel"}
_NAMED_IN_BODY = {"ecs", "sagemaker", "application-autoscaling"}


def install(app: Any, iam_actions: Any, iam: Any) -> None:  # MiniStack's modules
    """Puts itself around MiniStack's choice of action, ARN and keys, and around the services that ask for more."""
    action_of, arn_of = iam_actions.extract_iam_action, iam_actions.extract_resource_arn
    keys_of = iam_actions.request_tag_context

    def action(service: str, method: str, path: str, *request: Any) -> str | None:
        found: str | None = action_of(service, method, path, *request)
        if service == "lambda" and path.endswith("/concurrency"):
            return _CONCURRENCY.get(method, found)
        return _RIGHTS.get(found or "", found)

    def arn(
        service: str, method: str, path: str, headers: Any, body: bytes, query: Any, region: str, account: str
    ) -> str:
        named = service in _NAMED_IN_BODY
        arns = _arns(service, _operation(headers), _parsed(body), f"{region}:{account}") if named else []
        if service == "iam" and (role := iam._roles.get(iam_actions._query_param(query, "RoleName"))):  # noqa: SLF001
            arns = [role["Arn"]]  # with its path, which MiniStack leaves out
        known: str = arns[0] if arns else arn_of(service, method, path, headers, body, query, region, account)
        return known

    def keys(service: str, iam_action: str, body: bytes, query: Any) -> dict[str, Any]:
        more = _scaling_keys(_parsed(body)) if service == "application-autoscaling" else {}
        return {**keys_of(service, iam_action, body, query), **more}

    iam_actions.extract_iam_action, iam_actions.extract_resource_arn = action, arn
    iam_actions.request_tag_context = keys
    for service in sorted(_NAMED_IN_BODY):
        app.SERVICE_HANDLERS[service] = _guarded(app.SERVICE_HANDLERS[service], service, iam_actions)


def further_checks(service: str, operation: str, body: Body, place: str, tags: Mapping[str, Any]) -> Iterator[Check]:
    """What AWS asks IAM for this request beyond its action on its first ARN. `tags`: the keys of the request's tags."""
    arns = _arns(service, operation, body, place)
    for more in arns[1:]:
        yield f"{service}:{operation}", more, dict(tags)
    if service == "sagemaker" and operation in _MADE_WITH_TAGS and body.get("Tags"):
        yield "sagemaker:AddTags", arns[0], {**tags, "sagemaker:TaggingAction": operation}
    if (service, operation) == ("application-autoscaling", "RegisterScalableTarget") and body.get("Tags"):
        yield "application-autoscaling:TagResource", arns[0], dict(tags)
    if (service, operation) == ("sagemaker", "DeleteEndpoint"):
        for target in _scaled_variants(body.get("EndpointName"), place):
            yield "application-autoscaling:DeregisterScalableTarget", target, {}


def _guarded(handler: Callable[..., Awaitable[Any]], service: str, iam_actions: Any) -> Callable[..., Awaitable[Any]]:
    from ministack.core.iam_evaluator import enforce
    from ministack.core.responses import get_account_id, get_region
    from ministack.core.router import extract_access_key_id

    async def guarded(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        caller, operation, place = (
            extract_access_key_id(headers, query),
            _operation(headers),
            f"{get_region()}:{get_account_id()}",
        )
        tags = iam_actions.request_tag_context(service, f"{service}:{operation}", body, query)
        for action, arn, keys in further_checks(service, operation, _parsed(body), place, tags):
            denied = enforce(caller, action, service, get_region(), resource_arn=arn, service_context=keys)
            if denied:
                explicit = denied.decision == "Deny"
                return iam_actions.access_denied_response(
                    service, action, denied.principal_arn, "", headers=headers, resource_arn=arn, explicit_deny=explicit
                )
        return await handler(method, path, headers, body, query)

    return guarded


def _arns(service: str, operation: str, body: Body, place: str) -> list[str]:
    """All that the request names; empty where MiniStack's own choice stands."""
    match service:
        case "ecs":
            return _ecs(operation, body, place)
        case "sagemaker":
            named = [
                f"arn:aws:sagemaker:{place}:{kind}/{body[key]}" for key, kind in _SAGEMAKER_NAMES.items() if key in body
            ]
            return [body["ResourceArn"]] if "ResourceArn" in body else named
        case "application-autoscaling":
            return [_scalable_target(body, place)]
    return []


def _ecs(operation: str, body: Body, place: str) -> list[str]:
    if "resourceArn" in body:
        return [body["resourceArn"]]
    member = {"CreateService": "serviceName", "DescribeServices": "services"}.get(operation, "service")
    if not operation.endswith(("Service", "Services")) or member not in body:
        return []
    names = body[member] if isinstance(body[member], list) else [body[member]]
    cluster = body.get("cluster", "default").rpartition("/")[2]
    return [name if name.startswith("arn:") else f"arn:aws:ecs:{place}:service/{cluster}/{name}" for name in names]


def _scalable_target(body: Body, place: str) -> str:
    """By its ARN, or by what it scales. One that is still to come has no ARN: any stands for it."""
    if "ResourceARN" in body:
        return str(body["ResourceARN"])
    from moto.applicationautoscaling.models import applicationautoscaling_backends

    region, account = place.split(":")
    targets = applicationautoscaling_backends[account][region].targets.get(body.get("ScalableDimension"), {})
    target = targets.get(body.get("ResourceId"))
    return str(target.arn) if target else f"arn:aws:application-autoscaling:{place}:scalable-target/*"


def _scaled_variants(endpoint: Any, place: str) -> list[str]:
    """What is deregistered with an endpoint, by the rights of whoever deletes it; without them nothing is deleted:
    https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-delete-with-scaling.html
    """
    models = sys.modules.get("moto.applicationautoscaling.models")  # absent as long as nothing was ever scaled
    if models is None:
        return []
    region, account = place.split(":")
    kept = models.applicationautoscaling_backends[account][region].targets.values()
    of_endpoint = f"endpoint/{endpoint}/"
    return [item.arn for targets in kept for item in targets.values() if item.resource_id.startswith(of_endpoint)]


def _scaling_keys(body: Body) -> dict[str, Any]:
    named = {"service-namespace": "ServiceNamespace", "scalable-dimension": "ScalableDimension"}
    return {f"application-autoscaling:{key}": body[member] for key, member in named.items() if member in body}


def _operation(headers: Mapping[str, str]) -> str:
    return headers.get("x-amz-target", "").rpartition(".")[2]


def _parsed(body: bytes) -> Body:
    try:
        parsed = json.loads(body or b"{}")
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}
