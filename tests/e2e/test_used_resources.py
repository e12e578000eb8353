"""No right is on more resources than its work asks for, as far as a name can say it: conditions narrow further.

It reads what all other files of this folder made the functions do, so it stands at their end.
"""

import json
from functools import cache
from importlib import resources

import pytest

from local import used_rights
from tests.e2e.deployed import Deployed
from tests.e2e.granted import Grant, grants
from tests.e2e.not_asked_here import ON_EVERYTHING, excuses
from tests.support.workers import left_out

EVERYTHING = "*"


def test_what_could_be_on_some_resources_is_not_on_all(deployed: Deployed) -> None:
    """By AWS's list of the actions that know resources."""
    wide = {(grant.user, action) for grant in _on_everything(deployed) for action in grant.actions}
    assert len(wide) > 20
    found = sorted(f"{user}: {action}" for user, action in wide if can_be_narrowed(action))
    assert [line for line in found if line.partition(": ")[2] not in ON_EVERYTHING] == []
    unused = ON_EVERYTHING.keys() - {line.partition(": ")[2] for line in found}
    assert unused == set(), "nobody has these on everything: no excuse is needed"


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("dynamodb:PutItem", True),
        ("lambda:PutFunctionConcurrency", True),
        ("tag:GetResources", False),
        ("sagemaker:ListEndpoints", False),
        ("xray:PutTraceSegments", False),
    ],
)
def test_which_actions_know_resources(action: str, expected: bool) -> None:
    assert can_be_narrowed(action) is expected


def test_a_resource_with_a_wildcard_was_used(deployed: Deployed, request: pytest.FixtureRequest) -> None:
    if files := left_out(request.session.items):
        pytest.skip(f"a part of the folder uses a part of the rights: {files} did not run")
    reached = used_rights.reached(used_rights.read(deployed.account.files.scratch / used_rights.FILE))
    unused = []
    for (user, pattern), wide in sorted(_wide(deployed).items()):
        actions = {action for grant in wide for action in grant.actions}
        used = {action: reached.get((wide[0].role, action, pattern), set()) for action in actions}
        arns = sorted(set().union(*used.values()))
        if not arns and actions - excuses(user).keys():
            unused.append(f"{user}: {pattern}: {', '.join(sorted(actions))}")
        told = {"actions": sorted(action for action in used if used[action]), "used": len(arns)}
        request.node.user_properties.append((f"resources of {user}: {pattern}", json.dumps(told)))
    assert unused == [], "wider than anything that was done here:\n" + "\n".join(unused)


def can_be_narrowed(action: str) -> bool:
    """Whether a policy can name resources for it. Raises KeyError for what is no action of AWS."""
    service, name = action.lower().split(":")
    return bool(_reference()[service]["Actions"][name].get("Resources"))


@cache
def _reference() -> dict:
    """Of all services, as it comes with cfn-lint:
    https://docs.aws.amazon.com/service-authorization/latest/reference/service-reference.html
    """
    found: dict = json.loads(resources.files("cfnlint.data.AdditionalSpecs").joinpath("Policies.json").read_text())
    return found


def _on_everything(deployed: Deployed) -> list[Grant]:
    return [grant for grant in grants(deployed) if EVERYTHING in grant.resources]


def _wide(deployed: Deployed) -> dict[tuple[str, str], list[Grant]]:
    """By user and resource, what is granted on it."""
    found: dict[tuple[str, str], list[Grant]] = {}
    for grant in grants(deployed):
        for pattern in filter(used_rights.is_wide, grant.resources):
            found.setdefault((grant.user, pattern), []).append(grant)
    return found
