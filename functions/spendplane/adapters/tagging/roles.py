"""IAM roles that may call models of Bedrock, with their tags."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from spendplane.adapters.fleet.bedrock_role import SERVICE_LINKED
from spendplane.adapters.fleet.kind import Clients
from spendplane.adapters.tagging.kinds import ROLE
from spendplane.domain.model_rights import allows_calls
from spendplane.domain.tagging import Resource

_PARTS = ["Role", "LocalManagedPolicy", "AWSManagedPolicy"]


def callers(clients: Clients) -> Iterator[Resource]:
    """By their own policies and those attached to them; boundaries and service control policies are not looked at."""
    roles: list[dict[str, Any]] = []
    allowing: set[str] = set()
    pages = clients("iam").get_paginator("get_account_authorization_details").paginate(Filter=_PARTS)
    for page in pages:
        roles += page.get("RoleDetailList", [])
        allowing |= {policy["Arn"] for policy in page.get("Policies", []) if _managed_allows(policy)}
    for role in roles:
        if not role["Path"].startswith(SERVICE_LINKED) and _may_call(role, allowing):
            tags = {tag["Key"]: tag["Value"] for tag in role.get("Tags", [])}
            yield Resource(ROLE, role["Arn"], role["RoleName"], tags)


def _may_call(role: Mapping[str, Any], allowing: set[str]) -> bool:
    attached = {policy["PolicyArn"] for policy in role.get("AttachedManagedPolicies", [])}
    own = (policy["PolicyDocument"] for policy in role.get("RolePolicyList", []))
    return bool(attached & allowing) or any(allows_calls(_document(text)) for text in own)


def _managed_allows(policy: Mapping[str, Any]) -> bool:
    versions = policy.get("PolicyVersionList", [])
    return any(version["IsDefaultVersion"] and allows_calls(_document(version["Document"])) for version in versions)


def _document(given: Any) -> Any:
    """Botocore decodes documents itself, but leaves one that it cannot read as it was sent."""
    return json.loads(unquote(given)) if isinstance(given, str) else given
