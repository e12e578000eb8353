"""No right is superfluous: without each of them, something that was done in this account would have been refused.

It reads what all other files of this folder made the functions do, so it stands last.
"""

import json

import pytest

from local import used_rights
from tests.e2e.deployed import Deployed
from tests.e2e.granted import granted_besides, grants
from tests.e2e.not_asked_here import excuses, nobody
from tests.support.workers import left_out


def test_every_right_of_every_role_was_needed(deployed: Deployed, request: pytest.FixtureRequest) -> None:
    if files := left_out(request.session.items):
        pytest.skip(f"a part of the folder uses a part of the rights: {files} did not run")
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
    with granted_besides(deployed, "sweep", actions=["dynamodb:Scan"], resources=["*"]):
        assert "spendplane-sweep: dynamodb:Scan" in _unused(_rights(deployed))
    assert "spendplane-sweep: dynamodb:Scan" not in _unused(_rights(deployed))


def _rights(deployed: Deployed) -> dict[str, tuple[set[str], set[str]]]:
    """By who takes a role on: what it may do, and what of that was needed so far."""
    needed = used_rights.needed(used_rights.read(deployed.account.files.scratch / used_rights.FILE))
    found: dict[str, tuple[set[str], set[str]]] = {}
    for grant in grants(deployed):
        found.setdefault(grant.user, (set(), needed.get(grant.role, set())))[0].update(grant.actions)
    return found


def _unused(rights: dict[str, tuple[set[str], set[str]]]) -> list[str]:
    return [
        f"{user}: {action}"
        for user, (granted, proven) in sorted(rights.items())
        for action in sorted(granted - proven - excuses(user).keys())
    ]
