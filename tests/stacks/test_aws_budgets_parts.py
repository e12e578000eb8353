"""How AWS Budgets are named and shared out, so that any change of the file can be deployed over any other."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import cfnlint  # type: ignore[import-untyped]  # it carries no types
import pytest

from stacks.budgets import GROWTH, PER_PART, parts
from stacks.constructs.aws_budgets import name_of
from stacks.constructs.budget_regions import REGIONS
from stacks.second_line import AwsBudget
from tests.stacks.assembly import BUDGETS, Assembly, synthesise

A_BUDGET = AwsBudget("chat", Decimal(5), daily=False, tags=(), regions=(), owner="owner@example.com")


def numbered(count: int) -> list[AwsBudget]:
    """So many budgets with ids of their own."""
    return [replace(A_BUDGET, id=f"project-{number}") for number in range(count)]


def test_a_new_owner_a_new_kind_of_period_or_another_part_is_another_name() -> None:
    """CloudFormation replaces the budget then, and makes the new one while the old one still has its name.

    `createOnlyProperties` of the CloudFormation schema; aws-cloudformation/cloudformation-coverage-roadmap#365.
    """
    before = name_of(A_BUDGET, "Part1")
    for other in (
        replace(A_BUDGET, owner="other@example.com"),
        replace(A_BUDGET, owner=None),
        replace(A_BUDGET, daily=True),
    ):
        assert name_of(other, "Part1") != before
    assert name_of(A_BUDGET, "Part2") != before


def test_what_changes_in_place_leaves_the_name() -> None:
    changed = replace(A_BUDGET, usd=Decimal(6), tags=(("team", ("a",)),), regions=("us-east-1",))
    assert name_of(changed, "Part1") == name_of(A_BUDGET, "Part1")
    assert name_of(replace(A_BUDGET, owner="Team A"), "Part1") == name_of(replace(A_BUDGET, owner=None), "Part1")


@pytest.mark.parametrize(
    ("count", "expected"), [(0, 0), (1, 1), (10, 1), (PER_PART, 1), (500, 8), (1600, 8), (1601, 64)]
)
def test_budgets_share_as_few_parts_as_hold_them(count: int, expected: int) -> None:
    assert len(parts(numbered(count))) == expected


@pytest.mark.parametrize("count", [PER_PART, PER_PART * GROWTH, PER_PART * GROWTH**2])
def test_no_part_is_larger_than_a_stack_even_when_all_are_full(count: int) -> None:
    """A stack holds 500 resources ("AWS CloudFormation quotas")."""
    found = parts(numbered(count))
    assert sum(map(len, found.values())) == count
    assert max(map(len, found.values())) <= 500


def test_another_budget_moves_no_other_one() -> None:
    budgets = numbered(500)
    before, after = parts(budgets), parts([*budgets, replace(A_BUDGET, id="another")])
    without = parts(budgets[1:])
    for name, held in before.items():
        assert [each for each in after[name] if each.id != "another"] == held
        assert without[name] == [each for each in held if each.id != budgets[0].id]


def test_the_order_of_the_file_does_not_matter() -> None:
    assert parts(numbered(300)) == parts(reversed(numbered(300)))


@pytest.mark.parametrize(
    "budgets", ["aws_budgets: false\nbudgets: [{id: a, match: {team: a}, limit_usd: 5}]", "budgets: []"]
)
def test_without_any_the_stack_stays_so_that_those_of_before_go(
    budgets: str,
    tmp_path: Path,
    empty_layers: None,  # noqa: ARG001
) -> None:
    """A stack that the app leaves out stays in the account; one without resources is no template."""
    (tmp_path / "budgets.yaml").write_text(f"version: 1\n{budgets}\n")
    assembly = synthesise(tmp_path / "out", budgets=str(tmp_path / "budgets.yaml"))
    (resource,) = assembly.templates[BUDGETS]["Resources"].values()
    assert resource["Type"] == "AWS::CloudFormation::WaitConditionHandle"
    assert assembly.report() == []


def test_parts_are_made_only_where_cloudformation_can_and_the_deployment_says_so(aws: Assembly) -> None:
    """Elsewhere: "Unrecognized resource types" (aws-cloudformation/cloudformation-coverage-roadmap#2177)."""
    template = aws.templates[BUDGETS]
    found = [item for item in template["Resources"].values() if item["Type"] == "AWS::CloudFormation::Stack"]
    assert {part["Condition"] for part in found} == {"AwsBudgetsKnown"}
    condition, here, elsewhere = template["Outputs"]["AwsBudgets"]["Value"]["Fn::If"]
    assert (condition, here) == ("AwsBudgetsKnown", str(len(aws.resources("AWS::Budgets::Budget"))))
    assert "none" in elsewhere
    assert "live counters hold" in elsewhere


def test_the_condition_holds_in_exactly_these_regions(aws: Assembly) -> None:
    terms = aws.templates[BUDGETS]["Conditions"]["AwsBudgetsKnown"]["Fn::Or"]
    assert all(len(group["Fn::Or"]) <= 10 for group in terms), "as many as CloudFormation takes"
    equal = [term["Fn::Equals"] for group in terms for term in group["Fn::Or"]]
    assert [one for one, _ in equal] == [{"Ref": "AWS::Region"}] * len(REGIONS)
    assert tuple(region for _, region in equal) == REGIONS


def test_the_regions_are_those_whose_cloudformation_knows_the_type() -> None:
    """By the schemas that cfn-lint carries, a file for each region; isolated partitions are none of ours."""
    files = (Path(cfnlint.__file__).parent / "data" / "schemas" / "providers").glob("*-*.json")
    known = {file.stem for file in files if "AWS::Budgets::Budget" in json.loads(file.read_text())}
    assert set(REGIONS) == {region for region in known if "-iso" not in region}
