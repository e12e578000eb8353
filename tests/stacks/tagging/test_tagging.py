"""Mandatory tags: what lacks them is not synthesised, and the message mends it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from aws_cdk import App, Aspects, CfnResource, Stack, Tags
from aws_cdk import aws_apigatewayv2 as http_apis
from aws_cdk import aws_bedrock as bedrock
from aws_cdk import aws_sagemaker as sagemaker

from stacks.tagging import MANDATORY, AiTags, RequireTags
from tests.stacks.tagging.tagged import GOOD, endpoint, errors, function


def test_what_lacks_the_tags_stops_the_synthesis_with_its_path_and_the_line_that_mends_it(
    app: App, stack: Stack
) -> None:
    function(stack)
    found = errors(app)
    assert len(found) == len(MANDATORY)
    assert found[0] == (
        '[Team/Summarise] AWS::Lambda::Function has no tag `project`. Mend: Tags.of(summarise).add("project", "…")'
    )
    assert "(one of production, staging, development, sandbox, test)" in found[1]


def test_the_line_of_the_message_mends_it(tmp_path: Path) -> None:
    def team(folder: str, mend: str) -> list[str]:
        app = App(outdir=str(tmp_path / folder), analytics_reporting=False)
        Aspects.of(app).add(RequireTags())
        stack = Stack(app, "Team")
        summarise = function(stack)
        GOOD.apply(stack)
        Tags.of(summarise).add("environment", "prod")
        exec(mend, {"Tags": Tags, "summarise": summarise})
        return errors(app)

    (line,) = (found.partition("Mend: ")[2] for found in team("before", ""))
    assert line == 'Tags.of(summarise).add("environment", "production")'
    assert team("after", line) == []


def test_everything_wrong_is_told_at_once(app: App, stack: Stack) -> None:
    function(stack, "One")
    function(stack, "Two")
    assert len(errors(app)) == 2 * len(MANDATORY)


def test_tags_of_a_whole_app_are_enough(app: App, stack: Stack) -> None:
    function(stack)
    endpoint(stack)
    GOOD.apply(app)
    assert errors(app) == []


def test_tags_of_a_stack_count_because_cloudformation_hands_them_down(app: App) -> None:
    Aspects.of(app).add(RequireTags())
    tags = {"project": "search", "environment": "staging", "cost_center": "1", "workload_type": "training"}
    function(Stack(app, "Team", tags=tags))
    assert errors(app) == []


@pytest.mark.parametrize("priority", [1, 200, 500, 1000, 5000])
def test_the_order_of_aspects_does_not_matter(app: App, stack: Stack, priority: int) -> None:
    function(stack)
    for key, value in (("project", "a"), ("environment", "test"), ("cost_center", "b"), ("workload_type", "training")):
        Tags.of(stack).add(key, value, priority=priority)
    assert errors(app) == []


def test_a_tag_that_is_taken_away_again_is_missed(app: App, stack: Stack) -> None:
    summarise = function(stack)
    GOOD.apply(stack)
    Tags.of(summarise).remove("cost_center", priority=900)
    (found,) = errors(app)
    assert "has no tag `cost_center`" in found


@pytest.mark.parametrize(
    ("make", "mandatory"),
    [
        (function, False),
        (endpoint, True),
        (lambda s: sagemaker.CfnModel(s, "M", execution_role_arn="r"), True),
        (lambda s: bedrock.CfnApplicationInferenceProfile(s, "P", inference_profile_name="x"), True),
        (lambda s: bedrock.CfnAgent(s, "A", agent_name="x"), False),
        (lambda s: http_apis.CfnStage(s, "S", api_id="x", stage_name="y"), False),
    ],
)
def test_a_model_is_named_where_one_is_served(
    app: App, stack: Stack, make: Callable[[Stack], CfnResource], mandatory: bool
) -> None:
    make(stack)
    AiTags(project="search", environment="test", cost_center="CC-1", workload_type="embedding").apply(stack)
    assert [("`model`" in found) for found in errors(app)] == [True] * mandatory
