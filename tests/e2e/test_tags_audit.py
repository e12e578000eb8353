"""Tags of a deployed account: what lacks them is found, what is sure is set, and then it is in order."""

import io
import zipfile
from typing import Any

import pytest

from tests.e2e.deployed import Deployed
from tests.e2e.fleet import Fleet

FULL = {"project": "audited", "environment": "staging", "cost_center": "CC-1", "workload_type": "inference"}

NOT_EMULATED = {"Bedrock inference profiles", "SageMaker inference components"}
"""The local account cannot list them, and the audit says so instead of leaving them out quietly."""


@pytest.fixture(scope="module")
def fleet(deployed: Deployed) -> Fleet:
    return Fleet(deployed.account, "audited")


def audited(deployed: Deployed) -> dict[str, dict[str, Any]]:
    """Findings by ARN. Something is always found: the account has no other tagged resources."""
    found = deployed.cli("tags", "audit", code=3)
    assert set(found["unread"]) <= NOT_EMULATED
    return {item["arn"]: item for item in found["findings"]}


def missing(finding: dict[str, Any]) -> list[str]:
    return [problem["tag"] for problem in finding["problems"]]


def test_every_kind_is_found_with_what_it_lacks(deployed: Deployed, fleet: Fleet) -> None:
    found = audited(deployed)
    for kind, arn in fleet.staging.arns.items():
        lacks = ["cost_center", "workload_type", *(["model"] if kind.startswith("sagemaker") else [])]
        assert (found[arn]["kind"], missing(found[arn])) == (kind, lacks)


def test_what_never_had_a_tag_is_found_too(deployed: Deployed, fleet: Fleet) -> None:
    untagged = fleet.twin(None)
    backend = untagged.function.replace(untagged.name, "audited-backend")
    assert missing(audited(deployed)[backend]) == list(FULL)


def test_spendplane_itself_is_no_ai_workload(deployed: Deployed) -> None:
    assert not [arn for arn in audited(deployed) if "function:spendplane-" in arn or "role/spendplane/" in arn]


def test_what_is_sure_is_set_and_a_guess_is_not(deployed: Deployed) -> None:
    sure = _function(deployed, "audited-sure", {**FULL, "environment": "Staging"})
    guess = _function(deployed, "audited-guess", {**FULL, "environment": "prod"})

    plan = deployed.cli("tags", "fix", "--only", "audited-*", "--dry-run", code=3)["proposals"]
    assert _tags(deployed, sure)["environment"] == "Staging"
    done = deployed.cli("tags", "fix", "--only", "audited-*", "--yes", code=3)["proposals"]

    assert {item["arn"]: item["value"] for item in plan if item["sure"]} == {sure: "staging"}
    assert {item["arn"]: item["error"] for item in done if item["set"]} == {sure: None}
    assert (_tags(deployed, sure), _tags(deployed, guess)["environment"]) == (FULL, "prod")
    found = audited(deployed)
    assert (sure in found, missing(found[guess])) == (False, ["environment"])


def _function(deployed: Deployed, name: str, tags: dict[str, str]) -> str:
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("index.py", "def handler(event, _context):\n    return event\n")
    made = deployed.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.12",
        Role="arn:aws:iam::000000000000:role/teams/audited-lambda",
        Handler="index.handler",
        Code={"ZipFile": code.getvalue()},
        Tags=tags,
    )
    arn: str = made["FunctionArn"]
    return arn


def _tags(deployed: Deployed, arn: str) -> dict[str, str]:
    tags: dict[str, str] = deployed.client("lambda").list_tags(Resource=arn)["Tags"]
    return tags
