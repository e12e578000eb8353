"""What each role of Spendplane's own may do, by its policies in the account, and who takes it on."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.e2e.deployed import Deployed


@dataclass(frozen=True)
class Grant:
    """One statement that allows. `user` takes the role on: a function, `schedule of …`, or a service."""

    user: str
    role: str
    actions: frozenset[str]
    resources: frozenset[str]


def grants(deployed: Deployed) -> list[Grant]:
    """Of all roles."""
    users = dict(_users(deployed))
    return [
        Grant(
            users[role],
            role,
            frozenset(_listed(statement["Action"])),
            frozenset(_listed(statement.get("Resource", []))),
        )
        for role, statement in _statements(deployed)
        if statement["Effect"] == "Allow"
    ]


@contextmanager
def granted_besides(deployed: Deployed, function: str, *, actions: list[str], resources: list[str]) -> Iterator[None]:
    """As long as the block runs, the function's role has this as well."""
    iam, name = deployed.client("iam"), f"spendplane-{function}"
    role = deployed.client("lambda").get_function_configuration(FunctionName=name)["Role"].rpartition("/")[2]
    statement = {"Effect": "Allow", "Action": actions, "Resource": resources}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName=role, PolicyName="superfluous", PolicyDocument=document)
    try:
        yield
    finally:
        iam.delete_role_policy(RoleName=role, PolicyName="superfluous")


def _users(deployed: Deployed) -> Iterator[tuple[str, str]]:
    for role in _roles(deployed):
        service = role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["Service"]
        yield role["RoleName"], service
    for page in deployed.client("lambda").get_paginator("list_functions").paginate():
        for function in page["Functions"]:
            yield function["Role"].rpartition("/")[2], function["FunctionName"]
    scheduler = deployed.client("scheduler")
    for item in scheduler.list_schedules()["Schedules"]:
        target = scheduler.get_schedule(Name=item["Name"])["Target"]
        yield target["RoleArn"].rpartition("/")[2], f"schedule of {item['Name']}"


def _statements(deployed: Deployed) -> Iterator[tuple[str, dict]]:
    iam = deployed.client("iam")
    for role in sorted(_roles(deployed), key=lambda role: role["RoleName"]):
        name = role["RoleName"]
        assert iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"] == []
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            document = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
            yield from ((name, statement) for statement in _listed(document["Statement"]))


def _roles(deployed: Deployed) -> Iterator[dict]:
    for page in deployed.client("iam").get_paginator("list_roles").paginate(PathPrefix="/spendplane/"):
        yield from page["Roles"]


def _listed(value: object) -> list:
    if isinstance(value, str) and value.startswith("{"):
        value = json.loads(value)
    return value if isinstance(value, list) else [value]
