"""cdk-nag's AwsSolutions pack and cfn-lint have nothing to say, and would say it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from aws_cdk import Stack, aws_sqs
from cfnlint.api import lint_file  # type: ignore[import-untyped]  # it carries no types

from app import build
from stacks.inputs import Inputs
from tests.stacks.assembly import BUDGETS, CONTROL, STATE, Assembly, new_app

IN_REGION = "<AWS::Region>:<AWS::AccountId>"
KILL_SWITCH = {
    f"AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:{resource}]"
    for resource in (
        f"lambda:{IN_REGION}:function:*",
        f"sagemaker:{IN_REGION}:endpoint/*",
        f"sagemaker:{IN_REGION}:endpoint-config/*",
        f"sagemaker:{IN_REGION}:inference-component/*",
        "apigateway:<AWS::Region>::/restapis/*/stages/*",
        "apigateway:<AWS::Region>::/apis/*/stages/*",
        "apigateway:<AWS::Region>::/usageplans/*",
        "apigateway:<AWS::Region>::/account",
        "iam::<AWS::AccountId>:role/*",
        f"ecs:{IN_REGION}:service/*",
        f"application-autoscaling:{IN_REGION}:scalable-target/*",
    )
}
"""On the enforce function's role, where test_kill_switch.py holds each to its conditions. Hours and idle read too."""
ACKNOWLEDGED = {
    *KILL_SWITCH,
    f"AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:sagemaker:{IN_REGION}:training-job/*]",
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
    found = {(path, rule): reason for path, rule, reason in _exceptions(aws)}
    assert {rule for _, rule in found} == ACKNOWLEDGED
    assert all(len(reason) > 40 for reason in found.values())
    changing = {rule for rule in KILL_SWITCH if "sagemaker" not in rule or "component" in rule}
    assert {path for path, rule in found if rule in changing} == {"/SpendplaneControl/Enforce/Enforce/Role"}
    reading = {f"/SpendplaneControl/{name}/{name}/Role" for name in ("Enforce", "Hours", "Idle")}
    assert {path for path, rule in found if rule in KILL_SWITCH - changing} == reading


def test_no_exception_has_two_reasons(aws: Assembly) -> None:
    found = [(path, rule) for path, rule, _ in _exceptions(aws)]
    assert len(found) == len(set(found))


@pytest.mark.parametrize("stack", [STATE, CONTROL, BUDGETS])
def test_cfn_lint_accepts_the_templates(aws: Assembly, local: Assembly, stack: str) -> None:
    for assembly in (aws, local):
        files = list(assembly.folder.glob(f"{stack}*.template.json"))
        assert len(files) == (2 if stack == BUDGETS else 1)
        for file in files:
            assert lint_file(file) == [], file.name


def _exceptions(assembly: Assembly) -> Iterator[tuple[str, str, str]]:
    """Path of the construct, rule, reason."""
    for stack in (STATE, CONTROL, BUDGETS):
        metadata = json.loads((assembly.folder / f"{stack}.metadata.json").read_text())
        for path, entries in metadata.items():
            for entry in entries:
                if entry["type"] == "aws:cdk:acknowledged-rules":
                    yield from ((path, rule.split("::", 1)[1], reason) for rule, reason in entry["data"].items())
