"""cdk-nag's AwsSolutions pack and cfn-lint have nothing to say, and would say it."""

import json
from itertools import chain
from pathlib import Path

import pytest
from aws_cdk import Stack, aws_sqs
from cfnlint.api import lint_file  # type: ignore[import-untyped]  # it carries no types

from app import Inputs, build
from tests.stacks.assembly import CONTROL, STATE, Assembly, new_app

ACKNOWLEDGED = {
    "AwsSolutions-IAM5[Resource::*]",
    "AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:bedrock:*:<AWS::AccountId>:application-inference-profile/*]",
    "AwsSolutions-L1",
    "AwsSolutions-SQS3",
}
"""The exceptions, each with its reason beside the resource. A new one is a decision, so it fails here first."""


def test_the_security_review_finds_nothing(aws: Assembly, local: Assembly) -> None:
    assert aws.report() == []
    assert local.report() == []


def test_the_security_review_is_awake(tmp_path: Path, empty_layers: None) -> None:  # noqa: ARG001
    app = new_app(tmp_path)
    build(app, Inputs.of(app))
    state = app.node.find_child(STATE)
    assert isinstance(state, Stack)
    aws_sqs.CfnQueue(state, "Careless")
    with pytest.raises(RuntimeError, match="AwsSolutions-SQS4"):
        app.synth()


def test_exceptions_are_the_known_ones_and_say_why(aws: Assembly) -> None:
    found: dict[str, str] = {}
    for stack in (STATE, CONTROL):
        metadata = json.loads((aws.folder / f"{stack}.metadata.json").read_text())
        for entry in chain.from_iterable(metadata.values()):
            if entry["type"] == "aws:cdk:acknowledged-rules":
                found |= {rule.split("::", 1)[1]: reason for rule, reason in entry["data"].items()}
    assert set(found) == ACKNOWLEDGED
    assert all(len(reason) > 40 for reason in found.values())


@pytest.mark.parametrize("stack", [STATE, CONTROL])
def test_cfn_lint_accepts_the_templates(aws: Assembly, local: Assembly, stack: str) -> None:
    for assembly in (aws, local):
        assert lint_file(assembly.folder / f"{stack}.template.json") == []
