"""No right is superfluous: without each of them, something that was done in this account would have been refused.

It reads what all other files of this folder made the functions do, so it stands last.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import used_rights
from tests.e2e.deployed import Deployed
from tests.e2e.not_asked_here import excuses, nobody
from tests.support.workers import ALONE

HERE = Path(__file__)
ELSEWHERE = {Path(file).name for file in ALONE}
"""Have accounts of their own."""


def test_every_right_of_every_role_was_needed(deployed: Deployed, request: pytest.FixtureRequest) -> None:
    files = {item.path.name for item in request.session.items} | ELSEWHERE
    if missing := {path.name for path in HERE.parent.glob("test_*.py")} - files:
        pytest.skip(f"a part of the folder uses a part of the rights: {', '.join(sorted(missing))} did not run")
    rights = _rights(deployed)
    spare = []
    for user, (granted, proven) in rights.items():
        known = excuses(user)
        spare += [f"{user}: {action}" for action in sorted(known.keys() - (granted - proven))]
        excused = {action: [known[action].why, known[action].source] for action in sorted(granted & known.keys())}
        told = json.dumps({"proven": sorted(granted & proven), "excused": excused})
        request.node.user_properties.append((f"rights of {user}", told))
    unused = _unused(rights)
    assert not unused, "superfluous, or never tried here:\n" + "\n".join(unused)
    assert not spare, "the local account asks for these, or nobody has them: no excuse is needed:\n" + "\n".join(spare)
    assert nobody(rights) == set(), "excused, but nobody of this name has a role"
    assert len(rights) > 10


def test_a_right_that_nothing_needs_is_found(deployed: Deployed) -> None:
    iam = deployed.client("iam")
    role = deployed.client("lambda").get_function_configuration(FunctionName="spendplane-sweep")["Role"]
    name = {"RoleName": role.rpartition("/")[2], "PolicyName": "superfluous"}
    grant = {"Effect": "Allow", "Action": ["dynamodb:Scan"], "Resource": "*"}
    iam.put_role_policy(**name, PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [grant]}))
    try:
        assert "spendplane-sweep: dynamodb:Scan" in _unused(_rights(deployed))
    finally:
        iam.delete_role_policy(**name)
    assert "spendplane-sweep: dynamodb:Scan" not in _unused(_rights(deployed))


def _rights(deployed: Deployed) -> dict[str, tuple[set[str], set[str]]]:
    """By who takes a role on: what it may do, and what of that was needed so far."""
    needed = used_rights.needed(used_rights.read(deployed.account.files.scratch / used_rights.FILE))
    users = dict(_users(deployed))
    return {users[role]: (actions, needed.get(role, set())) for role, actions in sorted(_granted(deployed))}


def _unused(rights: dict[str, tuple[set[str], set[str]]]) -> list[str]:
    return [
        f"{user}: {action}"
        for user, (granted, proven) in sorted(rights.items())
        for action in sorted(granted - proven - excuses(user).keys())
    ]


def _users(deployed: Deployed) -> Iterator[tuple[str, str]]:
    """Who takes each role on: a function, a schedule, or a service."""
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


def _granted(deployed: Deployed) -> Iterator[tuple[str, set[str]]]:
    """What each role of Spendplane's own may do, by its policies in the account."""
    iam = deployed.client("iam")
    for role in _roles(deployed):
        name, actions = role["RoleName"], set()
        assert iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"] == []
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            document = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
            for statement in _listed(document["Statement"]):
                if statement["Effect"] == "Allow":
                    actions |= set(_listed(statement["Action"]))
        yield name, actions


def _roles(deployed: Deployed) -> Iterator[dict]:
    for page in deployed.client("iam").get_paginator("list_roles").paginate(PathPrefix="/spendplane/"):
        yield from page["Roles"]


def _listed(value: object) -> list:
    if isinstance(value, str) and value.startswith("{"):
        value = json.loads(value)
    return value if isinstance(value, list) else [value]
