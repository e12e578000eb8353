"""No right is superfluous: without each of them, something that was done in this account would have been refused.

It reads what all other files of this folder made the functions do, so it stands last.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import used_rights
from tests.e2e.deployed import Deployed

HERE = Path(__file__)
NOT_ASKED_HERE = {
    "logs:CreateLogStream": "the local account takes logs from the process, not by an API call of the role",
    "logs:PutLogEvents": "as above",
    "xray:PutTraceSegments": "the Lambda service sends traces itself, and the local account has none to send",
    "xray:PutTelemetryRecords": "as above",
}
"""Rights that the local account never asks for, and why AWS does."""


ELSEWHERE = {"test_lifetime.py"}
"""Has an account of its own."""


def test_every_right_of_every_role_was_needed(deployed: Deployed, request: pytest.FixtureRequest) -> None:
    files = {item.path.name for item in request.session.items} | ELSEWHERE
    if missing := {path.name for path in HERE.parent.glob("test_*.py")} - files:
        pytest.skip(f"a part of the folder uses a part of the rights: {', '.join(sorted(missing))} did not run")
    needed = used_rights.needed(used_rights.read(deployed.account.files.scratch / used_rights.FILE))
    granted = dict(_granted(deployed))
    unused = [
        f"{role}: {action}"
        for role, actions in sorted(granted.items())
        for action in sorted(actions - needed.get(role, set()) - NOT_ASKED_HERE.keys())
    ]
    assert not unused, "superfluous, or never tried here:\n" + "\n".join(unused)
    assert len(granted) > 5
    asked = set().union(*needed.values()) & NOT_ASKED_HERE.keys()
    assert asked == set(), "the local account asks for these by now: they need no excuse"


def _granted(deployed: Deployed) -> Iterator[tuple[str, set[str]]]:
    """What each role of Spendplane's own may do, by its policies in the account."""
    iam = deployed.account.client("iam")
    for page in iam.get_paginator("list_roles").paginate(PathPrefix="/spendplane/"):
        for role in page["Roles"]:
            name, actions = role["RoleName"], set()
            assert iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"] == []
            for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
                document = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
                for statement in _listed(document["Statement"]):
                    if statement["Effect"] == "Allow":
                        actions |= set(_listed(statement["Action"]))
            yield name, actions


def _listed(value: object) -> list:
    if isinstance(value, str) and value.startswith("{"):
        value = json.loads(value)
    return value if isinstance(value, list) else [value]
