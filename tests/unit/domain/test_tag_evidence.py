"""What evidence supports is proposed; what is a guess is never sure; what contradicts itself has no value."""

from collections.abc import Mapping

import pytest

from spendplane.domain.tag_evidence import Evidence, Proposal
from spendplane.domain.tagging import STACK_TAG, Resource, TagRules

FULL = {"project": "search", "environment": "staging", "cost_center": "CC-1", "workload_type": "inference"}
ARN = "arn:aws:lambda:eu-west-1:123456789012:function:"


def function(name: str, tags: Mapping[str, str], stack: str | None = None, **settings: str) -> Resource:
    return Resource("lambda-function", ARN + name, name, {**tags, **({STACK_TAG: stack} if stack else {})}, settings)


def without(*keys: str) -> dict[str, str]:
    return {key: value for key, value in FULL.items() if key not in keys}


def proposals(
    resource: Resource, *others: Resource, stacks: Mapping[str, Mapping[str, str]] | None = None
) -> dict[str, Proposal]:
    evidence = Evidence([resource, *others], stacks or {}, TagRules())
    return {made.key: made for made in evidence.proposals(resource)}


def test_nothing_is_proposed_for_what_is_in_order() -> None:
    assert proposals(function("f", FULL), function("g", without("project"), PROJECT="other")) == {}


def test_nothing_is_proposed_without_evidence() -> None:
    assert proposals(function("f", {}), function("g", FULL)) == {}


@pytest.mark.parametrize(("value", "sure"), [("Staging", True), (" staging ", True), ("stage", False), ("stag", False)])
def test_a_value_is_sure_where_only_its_spelling_differs(value: str, sure: bool) -> None:
    (made,) = proposals(function("f", {**FULL, "environment": value})).values()
    assert (made.value, made.sure) == ("staging", sure)
    assert made.because == f"its tag `environment` says {value!a}"


def test_a_tag_of_another_spelling_says_the_value() -> None:
    (made,) = proposals(function("f", {**without("cost_center"), "CostCenter": "CC-9"})).values()
    assert (made.key, made.value, made.sure) == ("cost_center", "CC-9", True)


def test_the_tags_of_the_stack_are_sure() -> None:
    found = proposals(function("f", {}, "shop"), stacks={"shop": {**FULL, "environment": "qa"}})
    assert {key: made.value for key, made in found.items()} == without("environment")
    assert all(made.sure for made in found.values())


def test_one_sibling_is_a_guess_and_two_that_agree_are_sure() -> None:
    bare, one, two = function("f", {}, "shop"), function("g", FULL, "shop"), function("h", FULL, "shop")
    assert [made.sure for made in proposals(bare, one).values()] == [False] * len(FULL)
    assert [made.sure for made in proposals(bare, one, two).values()] == [True] * len(FULL)
    assert proposals(bare, one, two)["project"].because == "2 of 2 tagged resources of its stack shop"


def test_siblings_that_disagree_say_nothing() -> None:
    others = [function(name, {**FULL, "environment": name}, "shop") for name in ("staging", "production")]
    made = proposals(function("f", without("environment"), "shop"), *others)["environment"]
    assert (made.value, made.sure) == (None, False)
    assert made.because.startswith("contradictory: production: 1 of 2")


def test_resources_of_other_stacks_are_no_siblings() -> None:
    others = [function(name, FULL, "shop") for name in "gh"]
    assert proposals(function("f", {}, "bank"), *others) == {}


def test_a_model_is_not_taken_from_siblings() -> None:
    served = Resource("sagemaker-model", "arn:model", "m", {**FULL, STACK_TAG: "shop"}, serves_model=True)
    others = [function(name, {**FULL, "model": "titan"}, "shop") for name in "gh"]
    assert proposals(served, *others) == {}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"ENVIRONMENT": "test"}, ("test", True)),
        ({"ENVIRONMENT": "prod"}, None),
        ({"ENV": "test"}, None),
    ],
)
def test_an_environment_variable_counts_when_its_value_is_exact(
    settings: dict[str, str], expected: tuple[str, bool] | None
) -> None:
    found = proposals(function("f", without("environment"), **settings)).get("environment")
    assert (found and (found.value, found.sure)) == expected


@pytest.mark.parametrize(("project", "sure"), [("search", True), ("somewhere", False)])
def test_a_variable_of_free_text_is_sure_where_the_value_is_known(project: str, sure: bool) -> None:
    made = proposals(function("f", without("project"), PROJECT_ID=project), function("g", FULL))["project"]
    assert (made.value, made.sure) == (project, sure)


def test_variables_that_contradict_the_stack_leave_it_open() -> None:
    resource = function("f", without("environment"), "shop", ENVIRONMENT="production")
    made = proposals(resource, stacks={"shop": FULL})["environment"]
    assert (made.value, made.sure) == (None, False)


def test_a_name_that_begins_with_a_project_is_a_guess_and_the_longest_counts() -> None:
    others = [function("a", {**FULL, "project": "ads"}), function("b", {**FULL, "project": "ads-eu"})]
    made = proposals(function("ads-eu-copy", without("project")), *others)["project"]
    assert (made.value, made.sure) == ("ads-eu", False)
    assert "project" not in proposals(function("adsense", without("project")), *others)


def test_a_cost_center_is_guessed_where_a_project_has_one() -> None:
    bare = function("f", without("cost_center"))
    assert (proposals(bare, function("g", FULL))["cost_center"].sure) is False
    assert proposals(bare, function("g", FULL), function("h", {**FULL, "cost_center": "CC-2"})) == {}
