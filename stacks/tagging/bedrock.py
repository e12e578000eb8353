"""Which roles may call models of Bedrock, by the policies that stand in their stack."""

import json
import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from aws_cdk import CfnResource, Stack

from stacks.tagging.effective import properties
from stacks.tagging.resources import ROLE

_CALLS = ("bedrock:invokemodel", "bedrock:invokemodelwithresponsestream")
"""Converse needs the same rights."""
_MANAGED = re.compile(
    r"policy/(AmazonBedrock(?!ReadOnly|MarketplaceAccess)\w*|AdministratorAccess|PowerUserAccess)(?![\w-])"
)
_POLICIES = {"AWS::IAM::Policy": "Roles", "AWS::IAM::ManagedPolicy": "Roles", "AWS::IAM::RolePolicy": "RoleName"}


def callers(stack: Stack) -> frozenset[str]:
    """Paths of the stack's roles that may call models. Policies of other stacks, and boundaries, are not looked at."""
    resources = [node for node in stack.node.find_all() if CfnResource.is_cfn_resource(node)]
    found = [node for node in resources if isinstance(node, CfnResource) and Stack.of(node) == stack]
    allowing = [node for node in found if node.cfn_resource_type in _POLICIES and _allows_calls(properties(node))]
    named = {reference for node in allowing for reference in _references(node)}
    managed = {
        _key(stack.resolve(node.ref)) for node in allowing if node.cfn_resource_type == "AWS::IAM::ManagedPolicy"
    }
    roles = (node for node in found if node.cfn_resource_type == ROLE)
    return frozenset(role.node.path for role in roles if _may_call(role, named, managed))


def allows_calls(document: Any) -> bool:
    """True when a statement of the policy allows a call, whatever its resources and conditions are."""
    statements = document.get("Statement", []) if isinstance(document, Mapping) else []
    return any(_statement_allows(item) for item in ([statements] if isinstance(statements, Mapping) else statements))


def _may_call(role: CfnResource, named: set[str], managed: set[str]) -> bool:
    stack, own = Stack.of(role), properties(role)
    names = {_key(stack.resolve(role.ref)), _key(own.get("RoleName"))} - {_key(None)}
    arns = own.get("ManagedPolicyArns") or []
    return (
        bool(names & named)
        or any(_allows_calls(policy) for policy in own.get("Policies") or [])
        or any(_key(arn) in managed or _MANAGED.search(_key(arn)) for arn in arns)
    )


def _references(policy: CfnResource) -> Iterator[str]:
    roles = properties(policy).get(_POLICIES[policy.cfn_resource_type]) or []
    yield from (_key(role) for role in (roles if isinstance(roles, list) else [roles]))


def _allows_calls(holder: Mapping[str, Any]) -> bool:
    return allows_calls(holder.get("PolicyDocument"))


def _statement_allows(statement: Any) -> bool:
    if not isinstance(statement, Mapping) or statement.get("Effect") != "Allow":
        return False
    if "NotAction" in statement:
        return any(not _matches(statement["NotAction"], call) for call in _CALLS)
    return any(_matches(statement.get("Action"), call) for call in _CALLS)


def _matches(actions: Any, call: str) -> bool:
    patterns = [actions] if isinstance(actions, str) else actions or []
    return any(isinstance(pattern, str) and fnmatchcase(call, pattern.lower()) for pattern in patterns)


def _key(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
