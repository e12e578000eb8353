"""`-c table=NAME`: a restored table stands in for the stack's own, which stays as it is."""

from pathlib import Path

import pytest
from cfnlint.api import lint_file  # type: ignore[import-untyped]  # it carries no types

from stacks.inputs import Inputs
from stacks.target import InputError
from tests.stacks.assembly import CONTROL, STATE, Assembly, new_app, synthesise

NAME = "spendplane-2026-11-28"


@pytest.fixture(scope="module")
def restored(tmp_path_factory: pytest.TempPathFactory, empty_layers: None) -> Assembly:  # noqa: ARG001
    return synthesise(tmp_path_factory.mktemp("restored"), table=NAME)


def test_every_function_uses_the_restored_one(restored: Assembly, aws: Assembly) -> None:
    functions = restored.resources("AWS::Lambda::Function")
    tables = {name: it["Environment"]["Variables"]["TABLE_NAME"] for name, it in functions.items()}
    assert set(tables.values()) == {NAME}
    assert tables.keys() == aws.resources("AWS::Lambda::Function").keys()
    assert restored.outputs(STATE)["TableName"] == NAME


def test_rights_are_on_the_restored_one_alone(restored: Assembly, aws: Assembly) -> None:
    def granted(assembly: Assembly) -> set[str]:
        policies = assembly.resources("AWS::IAM::Policy").values()
        statements = [it for policy in policies for it in policy["PolicyDocument"]["Statement"]]
        of_table = [it["Resource"] for it in statements if "dynamodb:" in str(it["Action"])]
        return {resource for resource in of_table if isinstance(resource, str)}

    arn = f"arn:<AWS::Partition>:dynamodb:<AWS::Region>:<AWS::AccountId>:table/{NAME}"
    assert granted(restored) == {arn, f"{arn}/index/work"}
    assert {it.replace("GlobalTable:spendplane.Arn", arn) for it in granted(aws)} == granted(restored)


def test_the_budgets_are_written_into_it_anew(restored: Assembly, aws: Assembly) -> None:
    """It holds those of then; CloudFormation updates a custom resource only when a property differs."""
    before, after = (next(iter(it.resources("Custom::SpendplaneBudgets").values())) for it in (aws, restored))
    assert {key for key in after if after[key] != before[key]} == {"Table"}
    assert after["Table"] == NAME


def test_the_own_table_stays_as_it_is(restored: Assembly, aws: Assembly) -> None:
    assert restored.raw("AWS::DynamoDB::GlobalTable") == aws.raw("AWS::DynamoDB::GlobalTable")


def test_reviews_have_nothing_to_say(restored: Assembly) -> None:
    assert restored.report() == []
    for stack in (STATE, CONTROL):
        assert lint_file(restored.folder / f"{stack}.template.json") == []


def test_without_it_or_with_the_own_name_nothing_changes(tmp_path: Path) -> None:
    assert Inputs.of(new_app(tmp_path)).restored is None
    assert Inputs.of(new_app(tmp_path, table="spendplane")).restored is None


@pytest.mark.parametrize("name", ["", "ab", "a b c", "x" * 256, "arn:aws:dynamodb:::table/x"])
def test_what_is_no_name_of_a_table_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="is no name of a DynamoDB table"):
        Inputs.of(new_app(tmp_path, table=name))
