"""The account on this machine gets the same stacks: what may differ stands here, and nothing else does."""

from collections.abc import Iterator
from typing import Any

from tests.stacks.assembly import BUDGETS, CONTROL, STATE, Assembly

PROTECTION = {
    "AWS::DynamoDB::GlobalTable/DeletionPolicy",
    "AWS::DynamoDB::GlobalTable/UpdateReplacePolicy",
    "AWS::DynamoDB::GlobalTable/Properties/Replicas/0/DeletionProtectionEnabled",
    "AWS::KMS::Key/DeletionPolicy",
    "AWS::KMS::Key/UpdateReplacePolicy",
}
THIS_MACHINE = {
    "AWS::Lambda::Function/Properties/Architectures/0",
    "AWS::Lambda::Function/Properties/Runtime",
    "AWS::Lambda::LayerVersion/Properties/CompatibleArchitectures/0",
    "AWS::Lambda::LayerVersion/Properties/CompatibleRuntimes/0",
    "AWS::Lambda::LayerVersion/Properties/Content/S3Key",
}
"""Where the interpreter and the processor are those of AWS, these do not differ."""


def test_the_targets_differ_in_protection_and_machine_only(aws: Assembly, local: Assembly) -> None:
    found = set()
    assert aws.templates.keys() == local.templates.keys() == {STATE, CONTROL, BUDGETS, f"{BUDGETS}Part1"}
    for stack in aws.templates:
        here, there = local.templates[stack], aws.templates[stack]
        assert here["Resources"].keys() == there["Resources"].keys()
        for id_, resource in there["Resources"].items():
            paths = _differences(resource, here["Resources"][id_], resource["Type"])
            found |= {path for path in paths if "/Metadata/" not in path}
    assert found >= PROTECTION
    assert found <= PROTECTION | THIS_MACHINE


def test_outputs_are_the_same(aws: Assembly, local: Assembly) -> None:
    assert aws.outputs(STATE) == local.outputs(STATE)


def _differences(there: Any, here: Any, path: str) -> Iterator[str]:
    if isinstance(there, dict) and isinstance(here, dict):
        for key in there.keys() | here.keys():
            yield from _differences(there.get(key), here.get(key), f"{path}/{key}")
    elif isinstance(there, list) and isinstance(here, list) and len(there) == len(here):
        for index, (one, other) in enumerate(zip(there, here, strict=True)):
            yield from _differences(one, other, f"{path}/{index}")
    elif there != here:
        yield path
