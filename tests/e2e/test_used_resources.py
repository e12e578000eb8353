"""No right is on more resources than its work asks for, as far as a name can say it: conditions narrow further.

It reads what all other files of this folder made the functions do, so it stands at their end.
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources

import pytest

from local import used_rights
from tests.e2e.deployed import Deployed
from tests.e2e.granted import granted_besides, grants
from tests.e2e.not_asked_here import ON_EVERYTHING, excuses
from tests.support.workers import left_out

EVERYTHING = "*"


@dataclass(frozen=True)
class Wide:
    """A resource with a wildcard: by the actions that are granted on it, what was asked for under it."""

    user: str
    pattern: str
    used: dict[str, set[str]]

    @property
    def superfluous(self) -> bool:
        """Nothing used it, and not all that is granted on it is excused."""
        return not any(self.used.values()) and bool(self.used.keys() - excuses(self.user).keys())

    def __str__(self) -> str:
        return f"{self.user}: {self.pattern}: {', '.join(sorted(self.used))}"


def test_what_could_be_on_some_resources_is_not_on_all(deployed: Deployed) -> None:
    """By AWS's list of the actions that know resources."""
    found = _needlessly_on_everything(deployed)
    assert [line for line in found if line.partition(": ")[2] not in ON_EVERYTHING] == []
    spare = ON_EVERYTHING.keys() - {line.partition(": ")[2] for line in found}
    assert spare == set(), "nobody has these on everything: no excuse is needed"


def test_a_resource_with_a_wildcard_was_used(deployed: Deployed, request: pytest.FixtureRequest) -> None:
    if files := left_out(request.session.items):
        pytest.skip(f"a part of the folder uses a part of the rights: {files} did not run")
    wide = _wide(deployed)
    for each in wide:
        actions = sorted(action for action, arns in each.used.items() if arns)
        told = {"actions": actions, "used": len(set().union(*each.used.values()))}
        request.node.user_properties.append((f"resources of {each.user}: {each.pattern}", json.dumps(told)))
    unused = [str(each) for each in wide if each.superfluous]
    assert not unused, "wider than anything that was done here:\n" + "\n".join(unused)
    assert len(wide) > 20


def test_a_resource_that_is_too_wide_is_found(deployed: Deployed) -> None:
    elsewhere = "arn:aws:dynamodb:us-east-1:000000000000:table/elsewhere-*"
    with granted_besides(deployed, "sweep", actions=["dynamodb:GetItem"], resources=[EVERYTHING]):
        assert "spendplane-sweep: dynamodb:GetItem" in _needlessly_on_everything(deployed)
    with granted_besides(deployed, "sweep", actions=["dynamodb:GetItem"], resources=[elsewhere]):
        (found,) = (each for each in _wide(deployed) if each.pattern == elsewhere)
        assert found.superfluous
    assert "spendplane-sweep: dynamodb:GetItem" not in _needlessly_on_everything(deployed)


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


def _needlessly_on_everything(deployed: Deployed) -> list[str]:
    wide = {
        (grant.user, action) for grant in grants(deployed) if EVERYTHING in grant.resources for action in grant.actions
    }
    return sorted(f"{user}: {action}" for user, action in wide if can_be_narrowed(action))


def _wide(deployed: Deployed) -> list[Wide]:
    reached = used_rights.reached(used_rights.read(deployed.account.files.scratch / used_rights.FILE))
    found: dict[tuple[str, str], Wide] = {}
    for grant in grants(deployed):
        for pattern in filter(used_rights.is_wide, grant.resources):
            wide = found.setdefault((grant.user, pattern), Wide(grant.user, pattern, {}))
            wide.used.update((action, reached.get((grant.role, action, pattern), set())) for action in grant.actions)
    return [found[key] for key in sorted(found)]
