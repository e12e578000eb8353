"""Mandatory tags: their values, and how each kind of resource has them."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Aspects, CfnParameter, CfnResource, CfnTag, Stack, Tags
from aws_cdk import aws_bedrock as bedrock
from aws_cdk import aws_iam as iam
from aws_cdk.cx_api import SynthesisMessageLevel

from app import build
from stacks.inputs import Inputs
from stacks.tagging import MANDATORY, AiTags, RequireTags, TagRules, not_ai
from stacks.tagging.rules import nearest
from tests.stacks.assembly import new_app
from tests.stacks.tagging.tagged import GOOD, LAMBDA, errors, function, notes, role


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("prod", "did you mean `production`?"),
        ("Staging", "did you mean `staging`?"),
        ("develpoment", "did you mean `development`?"),
        ("\uff54est", "did you mean `test`?"),
        ("blue", "one of production, staging, development, sandbox, test"),
    ],
)
def test_an_unknown_value_is_refused_with_the_one_that_was_probably_meant(
    app: App, stack: Stack, value: str, hint: str
) -> None:
    function(stack)
    GOOD.apply(stack)
    Tags.of(stack).add("environment", value)
    (found,) = errors(app)
    assert f"of unknown value {value!a}" in found
    assert hint in found


def test_a_tag_that_is_spelt_otherwise_is_recognised(app: App, stack: Stack) -> None:
    function(stack, tags=[CfnTag(key="Cost-Center", value="CC-7")])
    found = next(line for line in errors(app) if "cost_center" in line)
    assert (
        'has a tag `Cost-Center`: did you mean `cost_center`? Mend: Tags.of(summarise).add("cost_center", "CC-7")'
        in found
    )


@pytest.mark.parametrize("value", ["", "  "])
def test_an_empty_value_is_none(app: App, stack: Stack, value: str) -> None:
    function(stack)
    GOOD.apply(stack)
    Tags.of(stack).add("project", value)
    assert ["no tag `project`" in found for found in errors(app)] == [True]


def test_projects_and_cost_centers_are_held_to_a_list_or_a_pattern(app: App) -> None:
    rules = TagRules({"project": ["marketing-gen", "search"], "cost_center": re.compile(r"CC-\d{4}")})
    Aspects.of(app).add(RequireTags(rules))
    stack = Stack(app, "Team")
    function(stack)
    for key, value in {
        "project": "serch",
        "environment": "test",
        "cost_center": "4",
        "workload_type": "training",
    }.items():
        Tags.of(stack).add(key, value)
    project, cost_center = errors(app)
    assert "did you mean `search`?" in project
    assert r"its form: CC-\d{4}" in cost_center


def test_rules_cannot_add_an_environment() -> None:
    assert TagRules({"environment": ["production", "test"]}).values("environment") == ["production", "test"]
    for given in (["qa"], re.compile(".*"), "production"):
        with pytest.raises(ValueError, match="can only be one of production, staging"):
            TagRules({"environment": given})


def test_roles_need_tags_only_where_they_may_call_models(app: App, stack: Stack) -> None:
    role(stack, "s3:GetObject", id_="Plain")
    role(stack, "bedrock:InvokeModel*", id_="Own")
    role(stack, "bedrock:ListFoundationModels", id_="Reader")
    managed = iam.ManagedPolicy.from_aws_managed_policy_name
    iam.Role(stack, "Full", assumed_by=LAMBDA, managed_policies=[managed("AmazonBedrockFullAccess")])
    iam.Role(stack, "ReadOnly", assumed_by=LAMBDA, managed_policies=[managed("AmazonBedrockReadOnly")])
    statement = iam.PolicyStatement(not_actions=["s3:*"], resources=["*"])
    inline = {"p": iam.PolicyDocument(statements=[statement])}
    iam.Role(stack, "Inline", assumed_by=LAMBDA, inline_policies=inline)
    policy = iam.ManagedPolicy(stack, "Calls", statements=[iam.PolicyStatement(actions=["bedrock:*"], resources=["*"])])
    iam.Role(stack, "Attached", assumed_by=LAMBDA, managed_policies=[policy])
    denied = iam.Role(stack, "Denied", assumed_by=LAMBDA)
    denied.add_to_policy(iam.PolicyStatement(effect=iam.Effect.DENY, actions=["bedrock:*"], resources=["*"]))
    paths = {found.partition("]")[0] for found in errors(app)}
    assert paths == {f"[Team/{name}/Resource" for name in ("Own", "Full", "Inline", "Attached")}


def test_the_line_for_a_construct_of_a_higher_level_names_that(app: App, stack: Stack) -> None:
    role(stack, "bedrock:InvokeModel", id_="CopyAgent")
    assert 'Tags.of(copy_agent).add("project", "…")' in errors(app)[0]


@pytest.mark.parametrize(
    ("kind", "tags", "line"),
    [
        ("AWS::SageMaker::Endpoint", [], 'CfnResource(…, properties={…, "Tags": [{"Key": "project", "Value": "…"}]})'),
        ("AWS::ApiGatewayV2::Stage", {}, 'CfnResource(…, properties={…, "Tags": {"project": "…"}})'),
    ],
)
def test_plain_resources_are_told_how_they_take_tags(app: App, stack: Stack, kind: str, tags: Any, line: str) -> None:
    CfnResource(stack, "Plain", type=kind, properties={"Tags": tags})
    GOOD.apply(app.node.find_child("Team").node.find_child("Plain"))  # does not reach it
    assert errors(app)[0].endswith(line)


@pytest.mark.parametrize("kind", ["AWS::SageMaker::Endpoint", "AWS::ApiGatewayV2::Stage"])
def test_tags_of_plain_resources_are_read_in_either_shape(app: App, stack: Stack, kind: str) -> None:
    tags = {"project": "a", "environment": "test", "cost_center": "b", "workload_type": "training", "model": "m"}
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    CfnResource(stack, "Plain", type=kind, properties={"Tags": tags if "Stage" in kind else listed})
    assert errors(app) == []


def test_a_value_that_is_known_at_deployment_only_is_a_warning(app: App, stack: Stack) -> None:
    function(stack)
    GOOD.apply(stack)
    Tags.of(stack).add("environment", CfnParameter(stack, "Environment").value_as_string)
    Tags.of(stack).add("project", CfnParameter(stack, "Project").value_as_string)
    (warning,) = notes(app, SynthesisMessageLevel.WARNING)
    assert "`environment` is known only at deployment" in warning


def test_a_parameter_with_one_value_is_that_value(app: App, stack: Stack) -> None:
    function(stack)
    GOOD.apply(stack)
    parameter = CfnParameter(stack, "Environment", allowed_values=["qa"])
    Tags.of(stack).add("environment", parameter.value_as_string)
    assert ["unknown value 'qa'" in found for found in errors(app)] == [True]


def test_recommended_tags_are_one_line_of_information_a_stack(app: App, stack: Stack) -> None:
    function(stack, "One", tags=[CfnTag(key="team", value="growth")])
    function(stack, "Two")
    GOOD.apply(stack)
    (line,) = notes(app, SynthesisMessageLevel.INFO)
    assert "`team` (1 of 2 AI resources), `owner` (2 of 2 AI resources), `budget_code` (2 of 2" in line


def test_what_is_no_ai_workload_says_why(app: App, stack: Stack) -> None:
    not_ai(function(stack), "rotates logs")
    assert errors(app) == []
    metadata = json.loads((Path(app.outdir) / "Team.metadata.json").read_text())
    assert any(entry["data"] == "rotates logs" for entry in metadata["/Team/Summarise"])
    with pytest.raises(ValueError, match="say why"):
        not_ai(stack, " ")


def test_tags_are_checked_where_they_are_set(stack: Stack) -> None:
    tags = AiTags(project="", environment="prod", cost_center="CC-1", workload_type="inference")
    with pytest.raises(ValueError, match=r"AiTags for Team has no tag `project`.*did you mean `production`\?"):
        tags.apply(stack)


def test_ai_tags_reach_every_kind_of_resource(app: App, stack: Stack) -> None:
    function(stack)
    bedrock.CfnAgent(stack, "A", agent_name="x")
    AiTags(project="s", environment="test", cost_center="1", workload_type="training", team="growth").apply(stack)
    app.synth()
    resources = json.loads((Path(app.outdir) / "Team.template.json").read_text())["Resources"]
    assert {"Key": "team", "Value": "growth"} in resources["Summarise"]["Properties"]["Tags"]
    assert resources["A"]["Properties"]["Tags"]["workload_type"] == "training"


def test_spendplanes_own_stacks_are_no_ai_workload(tmp_path: Path, empty_layers: None) -> None:  # noqa: ARG001
    app = new_app(tmp_path)
    build(app, Inputs.of(app))
    Aspects.of(app).add(RequireTags())
    assert errors(app) == []


@pytest.mark.parametrize(("application", "number"), [("spendplane", 0), ("shop", len(MANDATORY))])
def test_they_are_told_by_their_tag(app: App, stack: Stack, application: str, number: int) -> None:
    function(stack)
    Tags.of(stack).add("application", application)
    assert len(errors(app)) == number


def test_nearest_leaves_what_is_near_to_nothing() -> None:
    assert nearest("qa", ["production", "test"]) is None
    assert nearest("st", ["staging", "standby"]) is None
    assert nearest("cc-1", re.compile(r"cc-\d")) == "cc-1"
