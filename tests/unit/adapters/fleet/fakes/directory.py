"""IAM with its roles, and the tagging API. Both give one thing a page."""

import json
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from tests.unit.adapters.fleet.cloud import Answer, Cloud, FaultError
from tests.unit.adapters.fleet.fakes.scaling import NOW

QUOTA = 10_240


class FakeIam:
    """Roles with their inline policies, as JSON."""

    def __init__(self, cloud: Cloud) -> None:
        self.roles: dict[str, Answer] = {}
        self.policies: dict[str, dict[str, str]] = {}
        cloud.serve(
            "iam",
            GetRole=lambda given: {"Role": self._role(given)},
            GetRolePolicy=self.get,
            ListRolePolicies=lambda given: _paged(given, "PolicyNames", sorted(self._policies(given))),
            PutRolePolicy=self.put,
            DeleteRolePolicy=self.delete,
            GetAccountAuthorizationDetails=lambda given: _paged(given, "RoleDetailList", list(self.roles.values())),
        )

    def add(
        self,
        name: str,
        *,
        path: str = "/",
        tags: dict[str, str] | None = None,
        policies: dict[str, Any] | None = None,
    ) -> None:
        """A role with policies by name."""
        self.roles[name] = {
            "Path": path,
            "RoleName": name,
            "RoleId": f"AROA{sha256(name.encode()).hexdigest()[:16].upper()}",
            "Arn": f"arn:aws:iam::123456789012:role{path}{name}",
            "CreateDate": NOW,
            "Tags": [{"Key": key, "Value": value} for key, value in (tags or {}).items()],
        }
        self.policies[name] = {key: json.dumps(document, indent=2) for key, document in (policies or {}).items()}

    def get(self, given: Answer) -> Answer:
        known = self._policies(given)
        if given["PolicyName"] not in known:
            raise FaultError("NoSuchEntity", f"The role policy with name {given['PolicyName']} cannot be found.", 404)
        return {**given, "PolicyDocument": quote(known[given["PolicyName"]])}

    def put(self, given: Answer) -> Answer:
        wanted = self._policies(given) | {given["PolicyName"]: given["PolicyDocument"]}
        if sum(len("".join(text.split())) for text in wanted.values()) > QUOTA:
            raise FaultError("LimitExceeded", f"Maximum policy size of {QUOTA} bytes exceeded for role", 409)
        self.policies[given["RoleName"]] = wanted
        return {}

    def delete(self, given: Answer) -> Answer:
        self.get(given)
        del self.policies[given["RoleName"]][given["PolicyName"]]
        return {}

    def _role(self, given: Answer) -> Answer:
        if given["RoleName"] not in self.roles:
            raise FaultError("NoSuchEntity", f"The role with name {given['RoleName']} cannot be found.", 404)
        return self.roles[given["RoleName"]]

    def _policies(self, given: Answer) -> dict[str, str]:
        return self.policies[self._role(given)["RoleName"]]


class FakeTagging:
    """Resources by ARN. It filters by tags as AWS does, and not by type."""

    def __init__(self, cloud: Cloud, resources: dict[str, dict[str, str]]) -> None:
        self.resources = resources
        cloud.serve("resourcegroupstaggingapi", GetResources=self.get)

    def get(self, given: Answer) -> Answer:
        found = [
            {"ResourceARN": arn, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
            for arn, tags in self.resources.items()
            if all(_matches(tags, wanted) for wanted in given["TagFilters"])
        ]
        at = int(given.get("PaginationToken") or 0)
        more = str(at + 1) if at + 1 < len(found) else ""
        return {"ResourceTagMappingList": found[at : at + 1], "PaginationToken": more}


def _matches(tags: dict[str, str], wanted: Answer) -> bool:
    return wanted["Key"] in tags and (not wanted["Values"] or tags[wanted["Key"]] in wanted["Values"])


def _paged(given: Answer, key: str, items: list[Any]) -> Answer:
    at = int(given.get("Marker", 0))
    more = at + 1 < len(items)
    return {key: items[at : at + 1], "IsTruncated": more} | ({"Marker": str(at + 1)} if more else {})
