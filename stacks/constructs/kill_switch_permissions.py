"""What the kill switch may read and change in the account, right by right.

A change asks that the resource carries the tag `environment`, with exactly one of the values that may be turned down,
and a tag `project` that is not empty; what would be made anew must be given them. So an error in the function, or a
stolen session of it, ends at the same border as its own judgement. The bans at the end hold even against a later grant.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from aws_cdk import Acknowledgment, Stack
from aws_cdk import aws_iam as iam

from stacks import names
from stacks.kill_switch import KillSwitch

_FUNCTIONS = "arn:{partition}:lambda:{region}:{account}:function:*"
_ENDPOINTS = "arn:{partition}:sagemaker:{region}:{account}:endpoint/*"
_ENDPOINT_CONFIGS = "arn:{partition}:sagemaker:{region}:{account}:endpoint-config/*"
_COMPONENTS = "arn:{partition}:sagemaker:{region}:{account}:inference-component/*"
_API_PLACES = (
    "arn:{partition}:apigateway:{region}::/restapis/*/stages/*",
    "arn:{partition}:apigateway:{region}::/apis/*/stages/*",
    "arn:{partition}:apigateway:{region}::/usageplans/*",
)
_API_LIMITS = "arn:{partition}:apigateway:{region}::/account"
_ROLES = "arn:{partition}:iam::{account}:role/*"
_SERVICES = "arn:{partition}:ecs:{region}:{account}:service/*"
_SCALABLE_TARGETS = "arn:{partition}:application-autoscaling:{region}:{account}:scalable-target/*"
_OWN_FUNCTIONS = f"arn:{{partition}}:lambda:{{region}}:{{account}}:function:{names.APPLICATION}-*"
_OWN_ROLES = f"arn:{{partition}}:iam::{{account}}:role{names.ROLE_PATH}*"

_ENVIRONMENT, _PROJECT, _APPLICATION = "environment", "project", "application"


_FIND = (
    # None of these can be narrowed to a resource. IAM's is the only list that holds the tags of all roles.
    "tag:GetResources",
    "iam:GetAccountAuthorizationDetails",
    "application-autoscaling:DescribeScalableTargets",
    "application-autoscaling:DescribeScalingPolicies",
    "application-autoscaling:DescribeScheduledActions",
)
_CALLS = ("cloudwatch:GetMetricData",)
"""Whether endpoints are called, where budgets.yaml says `idle`; cannot be narrowed either."""
_READ = {
    "lambda:GetFunctionConcurrency": (_FUNCTIONS,),
    "sagemaker:DescribeEndpoint": (_ENDPOINTS,),
    "sagemaker:DescribeEndpointConfig": (_ENDPOINT_CONFIGS,),
    "sagemaker:DescribeInferenceComponent": (_COMPONENTS,),
    "sagemaker:ListTags": (_ENDPOINTS, _COMPONENTS),
    "apigateway:GET": (*_API_PLACES, _API_LIMITS),
    "iam:GetRole": (_ROLES,),
    "iam:GetRolePolicy": (_ROLES,),
    "iam:ListRolePolicies": (_ROLES,),
    "ecs:DescribeServices": (_SERVICES,),
    "application-autoscaling:ListTagsForResource": (_SCALABLE_TARGETS,),
}
_TURN = {
    "lambda:PutFunctionConcurrency": (_FUNCTIONS,),
    "lambda:DeleteFunctionConcurrency": (_FUNCTIONS,),
    "sagemaker:DeleteEndpoint": (_ENDPOINTS,),
    "sagemaker:UpdateEndpointWeightsAndCapacities": (_ENDPOINTS,),
    "sagemaker:UpdateInferenceComponentRuntimeConfig": (_COMPONENTS,),
    "apigateway:PATCH": _API_PLACES,
    "iam:PutRolePolicy": (_ROLES,),
    "iam:DeleteRolePolicy": (_ROLES,),
    "ecs:UpdateService": (_SERVICES,),
    "application-autoscaling:RegisterScalableTarget": (_SCALABLE_TARGETS,),
    "application-autoscaling:PutScalingPolicy": (_SCALABLE_TARGETS,),
    "application-autoscaling:PutScheduledAction": (_SCALABLE_TARGETS,),
    # Deleting an endpoint does this to its variants, with the rights of whoever deletes.
    "application-autoscaling:DeregisterScalableTarget": (_SCALABLE_TARGETS,),
}
_MAKE = ("sagemaker:CreateEndpoint", "application-autoscaling:RegisterScalableTarget")
_TAG = ("sagemaker:AddTags", "application-autoscaling:TagResource")


def statements(stack: Stack, kill_switch: KillSwitch) -> list[iam.PolicyStatement]:
    """All of the switch's rights on what is not Spendplane's. With every environment protected, it may only read.

    Rights with one condition share a statement: each ARN there fits the actions of its own service only.
    """
    find = (*_FIND, *_CALLS) if kill_switch.idle else _FIND
    granted = [_allow(stack, "FindTargets", find, ("*",)), _allow(stack, "ReadTargets", _READ, _arns(_READ))]
    if kill_switch.environments:
        on_resource, in_request = (_tagged(kind, kill_switch) for kind in ("ResourceTag", "RequestTag"))
        granted.append(_allow(stack, "TurnTargets", _TURN, _arns(_TURN), on_resource))
        granted += _restores(stack, in_request)
    return [*granted, *_bans(stack, kill_switch)]


def acknowledgments() -> list[Acknowledgment]:
    """For the security review: why these rights end in an asterisk."""
    readable = {"partition": "<AWS::Partition>", "region": "<AWS::Region>", "account": "<AWS::AccountId>"}
    return [
        Acknowledgment(
            id=f"AwsSolutions-IAM5[Resource::{arn.format_map(readable)}]",
            reason="What belongs to a crossed budget is found at run time, by tags. Reading is open; changing needs an "
            "allowed value of the tag `environment` and a tag `project`, and is denied on what is protected.",
        )
        for arn in _arns({**_READ, **_TURN})
    ]


def _restores(stack: Stack, in_request: Mapping[str, Any]) -> Iterator[iam.PolicyStatement]:
    """A deleted endpoint comes back with the tags that it had, and so does its scaling."""
    (make_endpoint, make_scaling), (tag_endpoint, tag_scaling) = _MAKE, _TAG
    yield _allow(stack, "RestoreEndpoints", (make_endpoint,), (_ENDPOINTS, _ENDPOINT_CONFIGS), in_request)
    # Only as a part of creating. Else a production endpoint could be given other tags, and then be deleted.
    creating = _and_equals(in_request, {"sagemaker:TaggingAction": "CreateEndpoint"})
    yield _allow(stack, "TagRestoredEndpoints", (tag_endpoint,), (_ENDPOINTS,), creating)
    # Scaling has no such key: what carries an environment already can be neither registered as new nor tagged.
    new = {**in_request, "Null": {f"aws:ResourceTag/{_ENVIRONMENT}": "true"}}
    of_endpoints = _and_equals(new, {"application-autoscaling:service-namespace": "sagemaker"})
    yield _allow(stack, "RestoreScaling", (make_scaling,), (_SCALABLE_TARGETS,), of_endpoints)
    yield _allow(stack, "TagRestoredScaling", (tag_scaling,), (_SCALABLE_TARGETS,), new)


def _bans(stack: Stack, kill_switch: KillSwitch) -> Iterator[iam.PolicyStatement]:
    """They hold against any grant. IAM ignores case in the keys of tags, and these ignore it in the values too."""
    protected, on_existing = list(kill_switch.protected), (*_TURN, *_TAG)
    yield _deny(stack, "NeverProtected", on_existing, {f"aws:ResourceTag/{_ENVIRONMENT}": protected})
    # Not by the tags of what exists: an endpoint of staging may share its configuration with one of production.
    yield _deny(stack, "NeverAsProtected", (*_MAKE, *_TAG), {f"aws:RequestTag/{_ENVIRONMENT}": protected})
    yield _deny(stack, "NeverSpendplane", on_existing, {f"aws:ResourceTag/{_APPLICATION}": names.APPLICATION})
    by_name = [action for action in _TURN if action.startswith(("lambda:", "iam:"))]
    yield _deny(stack, "NeverOwnFunctionsAndRoles", by_name, {}, (_OWN_FUNCTIONS, _OWN_ROLES))


def _tagged(kind: str, kill_switch: KillSwitch) -> dict[str, Any]:
    """Conditions on the tags of the resource, or of the request. `?*` is any value of a character or more."""
    return {
        "StringEquals": {f"aws:{kind}/{_ENVIRONMENT}": list(kill_switch.environments)},
        "StringLike": {f"aws:{kind}/{_PROJECT}": "?*"},
    }


def _and_equals(conditions: Mapping[str, Any], more: Mapping[str, str]) -> dict[str, Any]:
    return {**conditions, "StringEquals": {**conditions["StringEquals"], **more}}


def _allow(
    stack: Stack, sid: str, actions: Iterable[str], arns: Iterable[str], conditions: Mapping[str, Any] | None = None
) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid=sid, actions=list(actions), resources=_resources(stack, arns), conditions=conditions or {}
    )


def _deny(
    stack: Stack, sid: str, actions: Iterable[str], tags: Mapping[str, Any], arns: Iterable[str] = ("*",)
) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid=sid,
        effect=iam.Effect.DENY,
        actions=list(actions),
        resources=_resources(stack, arns),
        conditions={"StringEqualsIgnoreCase": tags} if tags else {},
    )


def _arns(rights: Mapping[str, tuple[str, ...]]) -> list[str]:
    return list(dict.fromkeys(arn for arns in rights.values() for arn in arns))


def _resources(stack: Stack, arns: Iterable[str]) -> list[str]:
    return [arn.format(partition=stack.partition, region=stack.region, account=stack.account) for arn in arns]
