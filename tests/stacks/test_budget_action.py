"""What AWS Budgets may do by itself: only where the file asks for it, only these roles, only this one denial.

Rules of the AWS Budgets API reference (CreateBudgetAction, IamActionDefinition) and of "Setting up a role for AWS
Budgets to run budget actions" in the AWS Cost Management User Guide.
"""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from cfnlint.api import lint_file  # type: ignore[import-untyped]  # it carries no types
from ministack.core import iam_evaluator as evaluator

from spendplane.adapters.fleet.deny_policy import ACTIONS
from stacks.budgets import PER_PART, parts
from stacks.constructs.budget_action import DENIED
from stacks.second_line import AwsBudget, DenyAction
from tests.stacks.assembly import BUDGETS, Assembly, Json, synthesise
from tests.stacks.endpoints_app import only

FILE = """\
version: 1
mode: enforce
budgets:
  - id: acting
    match: {project_id: [chat, search], environment: [staging, test]}
    limit_usd: 500
    aws_budget_action: {deny_roles: [writer, teams/reader], approval: automatic}
  - {id: quiet, match: {project_id: chat}, limit_usd: 5}
  - id: observing
    match: {team: growth, environment: staging}
    limit_usd: 5
    mode: observe
    aws_budget_action: {deny_roles: [other]}
"""
ACTION, ROLE, POLICY = "AWS::Budgets::BudgetsAction", "AWS::IAM::Role", "AWS::IAM::ManagedPolicy"
ACCOUNT = "000000000000"
DENIAL = f"arn:aws:iam::{ACCOUNT}:policy/denial"
WRITER, READER = f"arn:aws:iam::{ACCOUNT}:role/writer", f"arn:aws:iam::{ACCOUNT}:role/teams/reader"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, empty_layers: None) -> Assembly:  # noqa: ARG001
    folder = tmp_path_factory.mktemp("actions")
    (folder / "budgets.yaml").write_text(FILE)
    whole = synthesise(folder / "out", budgets=str(folder / "budgets.yaml"))
    assert whole.report() == []
    return Assembly(whole.folder, {name: it for name, it in whole.templates.items() if name.startswith(BUDGETS)})


def test_there_is_none_where_the_file_does_not_ask_for_one(aws: Assembly) -> None:
    assert aws.resources(ACTION) == {}
    assert aws.resources(POLICY) == {}


def test_it_denies_the_roles_of_the_file_at_100_percent_of_the_bill(made: Assembly) -> None:
    action = only(made, ACTION)
    assert action["ActionThreshold"] == {"Type": "PERCENTAGE", "Value": 100}
    assert (action["NotificationType"], action["ActionType"]) == ("ACTUAL", "APPLY_IAM_POLICY")
    assert action["ApprovalModel"] == "AUTOMATIC"
    assert action["Definition"]["IamActionDefinition"]["Roles"] == ["teams/reader", "writer"]
    assert action["Subscribers"] == [{"Type": "SNS", "Address": "<TopicArn>"}]
    assert "spendplane-acting-" in action["BudgetName"] or action["BudgetName"].startswith("Budget:")


def test_what_it_denies_is_what_the_kill_switch_denies(made: Assembly) -> None:
    assert DENIED == ACTIONS
    (statement,) = only(made, POLICY)["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Resource"]) == ("Deny", "*")
    assert set(statement["Action"]) == set(ACTIONS)


def test_only_aws_budgets_may_take_its_role_and_only_for_this_budget(made: Assembly) -> None:
    (trust,) = only(made, ROLE)["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "budgets.amazonaws.com"}
    assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": "<AWS::AccountId>"}
    source = trust["Condition"]["ArnLike"]["aws:SourceArn"]
    assert source.startswith("arn:<AWS::Partition>:budgets::<AWS::AccountId>:budget/spendplane-acting-")


STAGING = {"environment": "staging", "project": "chat"}


@pytest.mark.parametrize(
    ("action", "role", "tags", "policy", "expected"),
    [
        ("iam:AttachRolePolicy", WRITER, STAGING, DENIAL, "Allow"),
        ("iam:DetachRolePolicy", READER, {"environment": "test", "project": "search"}, DENIAL, "Allow"),
        ("iam:AttachRolePolicy", WRITER, STAGING, "arn:aws:iam::aws:policy/AdministratorAccess", "ImplicitDeny"),
        ("iam:DetachRolePolicy", WRITER, STAGING, "arn:aws:iam::aws:policy/AdministratorAccess", "ImplicitDeny"),
        ("iam:AttachRolePolicy", f"{WRITER}-2", STAGING, DENIAL, "ImplicitDeny"),
        ("iam:AttachRolePolicy", WRITER, {**STAGING, "environment": "production"}, DENIAL, "ImplicitDeny"),
        ("iam:AttachRolePolicy", WRITER, {**STAGING, "project": "other"}, DENIAL, "ImplicitDeny"),
        ("iam:AttachRolePolicy", WRITER, {}, DENIAL, "ImplicitDeny"),
        ("iam:PutRolePolicy", WRITER, STAGING, DENIAL, "ImplicitDeny"),
    ],
)
def test_its_role_may_do_this_and_nothing_else(
    made: Assembly, action: str, role: str, tags: dict[str, str], policy: str, expected: str
) -> None:
    (inline,) = only(made, ROLE)["Policies"]
    assert decision(inline["PolicyDocument"], action, role, tags, policy) == expected


def decision(document: Json, action: str, role: str, tags: dict[str, str], policy: str) -> str:
    """What an evaluator of IAM policies answers."""
    text = json.dumps(document).replace("<AWS::Partition>", "aws").replace("<AWS::AccountId>", ACCOUNT)
    (denial,) = set(_arns(document))
    context: dict[str, Any] = {f"aws:resourcetag/{key}": value for key, value in tags.items()}
    request = evaluator.EvalContext(
        principal_arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/action/x",
        principal_type="AssumedRole",
        principal_account=ACCOUNT,
        action=action,
        resource_arn=role,
        region="us-east-1",
        service_context={**context, "iam:policyarn": policy},
    )
    policies = [evaluator.parse_policy_document(text.replace(denial, DENIAL))]
    return str(evaluator.evaluate(request, policies).decision)


def _arns(document: Json) -> list[str]:
    return [item["Condition"]["ArnEquals"]["iam:PolicyARN"] for item in document["Statement"]]


def test_in_mode_observe_there_is_none_and_the_synthesis_says_so(made: Assembly) -> None:
    assert len(made.resources(ACTION)) == 1
    metadata = json.loads((made.folder / f"{BUDGETS}.metadata.json").read_text())[f"/{BUDGETS}"]
    said = [entry["data"] for entry in metadata if entry["type"] == "aws:cdk:info"]
    assert "No AWS budget action for `observing`: mode is observe." in said


def test_actions_count_where_budgets_are_shared_out(made: Assembly) -> None:
    """A stack holds 500 resources; a budget with an action is three of them."""
    act = DenyAction(("r",), automatic=True, environments=("test",), projects=())
    budget = AwsBudget("x", Decimal(1), daily=False, tags=(), regions=(), owner=None)
    plain = [replace(budget, id=f"b{number}") for number in range(PER_PART)]
    acting = [replace(each, action=act) for each in plain]
    assert len(parts(plain)) == 1
    assert len(parts(acting)) == 8
    assert max(3 * len(held) + 1 for held in parts(acting).values()) <= 500
    assert len(made.resources(POLICY)) == 1


def test_reviews_have_nothing_to_say(made: Assembly) -> None:
    for file in made.folder.glob(f"{BUDGETS}*.template.json"):
        assert lint_file(file) == [], file.name
