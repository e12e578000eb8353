"""What the synthesised policy answers: by an evaluator of IAM policies, and by AWS's own list of what it evaluates."""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import pytest
from ministack.core import iam_evaluator as evaluator

from tests.stacks.assembly import Assembly
from tests.stacks.policies import deployed, documents, function_statements

ACCOUNT, REGION = "000000000000", "us-east-1"
TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/spendplane"
ENDPOINT = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:endpoint/x"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:x"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/x"
SCALING = f"arn:aws:application-autoscaling:{REGION}:{ACCOUNT}:scalable-target/x"
CHANGES = [
    ("sagemaker:DeleteEndpoint", ENDPOINT),
    ("sagemaker:UpdateEndpointWeightsAndCapacities", ENDPOINT),
    ("sagemaker:UpdateInferenceComponentRuntimeConfig", ENDPOINT.replace(":endpoint/", ":inference-component/")),
    ("lambda:PutFunctionConcurrency", FUNCTION),
    ("lambda:DeleteFunctionConcurrency", FUNCTION),
    ("apigateway:PATCH", f"arn:aws:apigateway:{REGION}::/restapis/a1/stages/x"),
    ("apigateway:PATCH", f"arn:aws:apigateway:{REGION}::/apis/a1/stages/x"),
    ("apigateway:PATCH", f"arn:aws:apigateway:{REGION}::/usageplans/x"),
    ("iam:PutRolePolicy", ROLE),
    ("iam:DeleteRolePolicy", ROLE),
    ("ecs:UpdateService", f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/cluster/x"),
    ("application-autoscaling:RegisterScalableTarget", SCALING),
    ("application-autoscaling:PutScalingPolicy", SCALING),
    ("application-autoscaling:PutScheduledAction", SCALING),
    ("application-autoscaling:DeregisterScalableTarget", SCALING),
]
REFUSED: dict[str, dict[str, str]] = {
    "production": {"environment": "production", "project": "p"},
    "untagged": {},
    "other case": {"environment": "Production", "project": "p"},
    "other case of staging": {"environment": "Staging", "project": "p"},
    "space": {"environment": "staging ", "project": "p"},
    "unknown": {"environment": "prod", "project": "p"},
    "empty": {"environment": "", "project": "p"},
    "no project": {"environment": "staging"},
    "empty project": {"environment": "staging", "project": ""},
    "own": {"environment": "staging", "project": "p", "application": "Spendplane"},
}
STAGING = {"environment": "staging", "project": "p"}
KINDS = {
    "lambda": "function",
    "sagemaker:UpdateInferenceComponentRuntimeConfig": "inference-component",
    "sagemaker": "endpoint",
    "apigateway": "stage",
    "iam": "role",
    "ecs": "service",
    "application-autoscaling": "scalabletarget",
}
"""The type of resource that a change acts on, in the words of the Service Authorization Reference."""


def decision(
    assembly: Assembly,
    action: str,
    arn: str,
    *,
    tags: dict[str, str] | None = None,
    requested: dict[str, str] | None = None,
    keys: Mapping[str, Any] | None = None,
    capability: str = "enforce",
) -> str:
    """`Allow`, `Deny` (by a ban) or `ImplicitDeny`, for a function's role as these stacks make it.

    `tags` are the resource's, `requested` those that it would be given; `keys` are further keys of conditions.
    """
    function = assembly.resources("AWS::Lambda::Function")[f"Function:spendplane-{capability}"]
    text = json.dumps({"Version": "2012-10-17", "Statement": deployed(documents(assembly, function["Role"]))})
    policy = evaluator.parse_policy_document(text.replace("GlobalTable:spendplane.Arn", TABLE))
    context = {f"aws:resourcetag/{key}".lower(): value for key, value in (tags or {}).items()}
    context |= {key.lower(): value for key, value in (keys or {}).items()}
    request = evaluator.EvalContext(
        principal_arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/enforce/x",
        principal_type="AssumedRole",
        principal_account=ACCOUNT,
        action=action,
        resource_arn=arn,
        region=REGION,
        request_tags=requested or {},
        service_context=context,
    )
    return str(evaluator.evaluate(request, [policy]).decision)


@pytest.mark.parametrize(("action", "arn"), CHANGES)
def test_what_is_tagged_so_may_be_turned(aws: Assembly, action: str, arn: str) -> None:
    assert decision(aws, action, arn, tags=STAGING) == "Allow"


@pytest.mark.parametrize("case", REFUSED)
def test_nothing_else_may(aws: Assembly, case: str) -> None:
    answers = {action: decision(aws, action, arn, tags=REFUSED[case]) for action, arn in CHANGES}
    assert "Allow" not in answers.values(), answers


@pytest.mark.parametrize("case", ["production", "other case", "own"])
def test_what_is_banned_stays_so_whatever_else_is_granted(aws: Assembly, case: str) -> None:
    answers = {action: decision(aws, action, arn, tags=REFUSED[case]) for action, arn in CHANGES}
    assert set(answers.values()) == {"Deny"}


def test_its_own_functions_and_roles_are_banned_by_name_too(aws: Assembly) -> None:
    meter, own_role = FUNCTION.replace(":x", ":spendplane-meter"), ROLE.replace("/x", "/spendplane/x")
    for action, arn in (("lambda:PutFunctionConcurrency", meter), ("iam:PutRolePolicy", own_role)):
        assert decision(aws, action, arn, tags=STAGING) == "Deny"


def test_an_endpoint_comes_back_with_its_tags_and_no_other_endpoint_is_tagged(aws: Assembly) -> None:
    config = ENDPOINT.replace(":endpoint/", ":endpoint-config/")
    assert decision(aws, "sagemaker:CreateEndpoint", ENDPOINT, requested=STAGING) == "Allow"
    assert decision(aws, "sagemaker:CreateEndpoint", config, requested=STAGING, tags=REFUSED["production"]) == "Allow"
    assert decision(aws, "sagemaker:CreateEndpoint", ENDPOINT) == "ImplicitDeny"
    assert decision(aws, "sagemaker:CreateEndpoint", ENDPOINT, requested=REFUSED["production"]) == "Deny"
    creating = {"sagemaker:TaggingAction": "CreateEndpoint"}
    assert decision(aws, "sagemaker:AddTags", ENDPOINT, requested=STAGING, keys=creating) == "Allow"
    assert decision(aws, "sagemaker:AddTags", ENDPOINT, requested=STAGING) == "ImplicitDeny"
    production = REFUSED["production"]
    assert decision(aws, "sagemaker:AddTags", ENDPOINT, requested=STAGING, tags=production, keys=creating) == "Deny"


def test_scaling_comes_back_for_endpoints_and_takes_nobody_elses(aws: Assembly) -> None:
    register, tag = "application-autoscaling:RegisterScalableTarget", "application-autoscaling:TagResource"
    endpoints, tables = ({"application-autoscaling:service-namespace": name} for name in ("sagemaker", "dynamodb"))
    assert decision(aws, register, SCALING, requested=STAGING, keys=endpoints) == "Allow"
    assert decision(aws, register, SCALING, requested=STAGING, keys=tables) == "ImplicitDeny"
    assert decision(aws, register, SCALING, keys=endpoints) == "ImplicitDeny"
    assert decision(aws, tag, SCALING, requested=STAGING) == "Allow"
    for case in ("production", "unknown"):
        assert decision(aws, tag, SCALING, requested=STAGING, tags=REFUSED[case]) != "Allow"


@pytest.mark.parametrize("capability", ["meter", "notify", "sweep", "enforce", "hours", "idle", "define"])
def test_the_audit_trail_is_written_once(aws: Assembly, capability: str) -> None:
    def answer(action: str, *keys: str) -> str:
        leading = {"dynamodb:LeadingKeys": list(keys)}
        return decision(aws, f"dynamodb:{action}", TABLE, capability=capability, keys=leading)

    assert answer("UpdateItem", "A#1") == "Allow"
    assert answer("UpdateItem", "D#1") == "Deny"
    assert answer("UpdateItem", "A#1", "D#1") == "Deny"
    assert answer("DeleteItem", "D#1") == "Deny"
    assert answer("DeleteItem", "A#1") == "ImplicitDeny"


def test_the_switch_can_add_to_the_audit_trail(aws: Assembly) -> None:
    assert decision(aws, "dynamodb:PutItem", TABLE, keys={"dynamodb:LeadingKeys": ["D#1"]}) == "Allow"


def test_aws_evaluates_the_tags_on_every_kind_of_resource_that_is_turned(aws: Assembly) -> None:
    """Else the condition would never hold, and the switch could do nothing there."""
    reference = json.loads(files("cfnlint.data.AdditionalSpecs").joinpath("Policies.json").read_text())
    (turn,) = (statement for statement in function_statements(aws, "enforce") if statement.sid == "TurnTargets")
    for action in turn.actions:
        service, verb = action.split(":")
        kinds = {"usageplan", "stage"} if service == "apigateway" else {KINDS.get(action, KINDS[service])}
        known = {kind.casefold() for kind in reference[service]["Actions"][verb.casefold()]["Resources"]}
        assert kinds <= known, action
        for kind in kinds:
            assert "aws:ResourceTag/${TagKey}" in reference[service]["Resources"][kind]["ConditionKeys"], action


def test_every_action_exists(aws: Assembly) -> None:
    reference = json.loads(files("cfnlint.data.AdditionalSpecs").joinpath("Policies.json").read_text())
    for statement in function_statements(aws, "enforce"):
        for action in statement.actions:
            service, verb = action.split(":")
            assert verb.casefold() in reference[service]["Actions"], action
