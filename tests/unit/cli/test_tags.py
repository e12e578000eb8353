"""`spendplane tags`."""

from decimal import Decimal

import pytest

from spendplane.application.ports.fleet import RefusedError
from spendplane.domain.tagging import STACK_TAG, Resource
from tests.unit.cli.conftest import Shell

FULL = {"project": "search", "environment": "staging", "cost_center": "CC-1", "workload_type": "inference"}


def resource(name: str, **tags: str) -> Resource:
    return Resource("lambda-function", f"arn:aws:lambda:eu-west-1:1:function:{name}", name, tags)


@pytest.fixture
def untidy(shell: Shell) -> Shell:
    """One in order; one from a stack that knows more; one misspelt, by a guess; one of which nobody knows anything."""
    shell.tagged.add(
        resource("good", **FULL),
        resource("stacked", **{**FULL, "environment": "", STACK_TAG: "shop"}),
        resource("guess", **{**FULL, "environment": "prod"}),
        resource("bare", **{**FULL, "project": ""}),
    )
    shell.tagged.stacks["shop"] = {"environment": "test"}
    return shell


def environment(shell: Shell, name: str) -> str:
    return next(item.tags["environment"] for item in shell.tagged.resources.values() if item.name == name)


def test_audit_lists_what_lacks_tags(untidy: Shell) -> None:
    assert untidy.lines("tags", "audit", code=3) == [
        "Resource                 Problem",
        "lambda-function bare     has no tag `project`",
        "lambda-function guess    has a tag `environment` of unknown value 'prod': did you mean `production`?",
        "lambda-function stacked  has no tag `environment` (one of production, staging, development, sandbox, test)",
        "",
        "3 of 4 AI resources lack tags. What can be mended: spendplane tags fix --dry-run",
    ]


def test_audit_puts_the_dearest_first_where_costs_are_known(untidy: Shell) -> None:
    untidy.monthly_cost = lambda item: {"stacked": Decimal("1234.5"), "guess": Decimal(2)}.get(item.name)
    found = untidy.lines("tags", "audit", code=3)
    assert found[0].split() == ["Resource", "$", "a", "month", "Problem"]
    assert [line.split()[1:3] for line in found[1:4]] == [["stacked", "$1,234.50"], ["guess", "$2.00"], ["bare", "?"]]
    objects = untidy.json("tags", "audit", code=3)["findings"]
    assert [item["monthly_usd"] for item in objects] == [Decimal("1234.5"), 2, None]


def test_audit_as_json(untidy: Shell) -> None:
    found = untidy.json("tags", "audit", code=3)
    assert (found["resources"], found["unread"]) == (4, {})
    assert found["findings"][1] == {
        "kind": "lambda-function",
        "name": "guess",
        "arn": "arn:aws:lambda:eu-west-1:1:function:guess",
        "problems": [
            {
                "tag": "environment",
                "problem": "has a tag `environment` of unknown value 'prod': did you mean `production`?",
                "suggestion": "production",
            }
        ],
    }


def test_audit_of_a_tidy_account(shell: Shell) -> None:
    shell.tagged.add(resource("good", **FULL))
    assert shell.lines("tags", "audit") == ["1 AI resource read: all carry the mandatory tags."]


@pytest.mark.parametrize(
    ("pattern", "names"),
    [("*e*", ["bare", "guess", "stacked"]), ("stack*", ["stacked"]), ("*:function:bare", ["bare"]), ("good", [])],
)
def test_only_some_are_judged_and_all_are_read(untidy: Shell, pattern: str, names: list[str]) -> None:
    found = untidy.json("tags", "audit", "--only", pattern, code=3 if names else 0)
    assert ([item["name"] for item in found["findings"]], found["resources"]) == (names, 4)


def test_fix_touches_only_these(untidy: Shell) -> None:
    assert untidy.json("tags", "fix", "--yes", "--only", "guess", code=3)["proposals"][0]["set"] is False
    assert environment(untidy, "stacked") == ""


def test_what_could_not_be_listed_is_told_and_is_no_clean_result(shell: Shell) -> None:
    shell.tagged.unread["ECS services"] = "ECS services: ListClusters was answered with AccessDenied"
    result = shell("tags", "audit")
    assert result.exit_code == 1
    assert "not listed: ECS services: ListClusters was answered with AccessDenied" in result.stderr


def test_values_are_held_to_lists_and_patterns(shell: Shell) -> None:
    shell.tagged.add(resource("f", **FULL))
    allow = ["--allow", "project=ads, search-eu", "--allow", "cost_center=/CC-[0-9]{4}/"]
    found = shell.json("tags", "audit", *allow, code=3)["findings"]
    assert [item["tag"] for item in found[0]["problems"]] == ["project", "cost_center"]


@pytest.mark.parametrize("given", ["project", "=x", "project=", "environment=qa", "project=/(/", "environment=/.*/"])
def test_values_that_make_no_sense_are_refused(shell: Shell, given: str) -> None:
    result = shell("tags", "audit", "--allow", given)
    assert (result.exit_code, "--allow" in result.stderr) == (2, True)


def test_a_missing_permission_is_a_sentence(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> None:
        raise RefusedError("The search by tags: GetResources was answered with AccessDenied")

    monkeypatch.setattr(shell.tagged, "read", refuse)
    result = shell("tags", "audit")
    assert result.exit_code == 1
    assert "error: The search by tags: GetResources was answered with AccessDenied" in result.stderr
    assert "mend: give these credentials the permission" in result.stderr


def test_a_dry_run_says_why_and_changes_nothing(untidy: Shell) -> None:
    assert untidy.lines("tags", "fix", "--dry-run", code=3) == [
        "Resource                 Tag          Value       Sure  Because",
        "lambda-function stacked  environment  test        yes   its stack shop carries it",
        "lambda-function guess    environment  production  no    its tag `environment` says 'prod'",
        "Of 1 more tag the account says nothing: see spendplane tags audit",
        "",
        "Nothing was changed. 1 tag would be set.",
    ]
    assert environment(untidy, "stacked") == ""


def test_fix_sets_what_is_sure_and_no_guess(untidy: Shell) -> None:
    assert untidy.lines("tags", "fix", "--yes", code=3)[-1] == "1 tag set."
    assert (environment(untidy, "stacked"), environment(untidy, "guess")) == ("test", "prod")


def test_fix_ends_well_when_nothing_is_left(shell: Shell) -> None:
    shell.tagged.add(resource("f", **{**FULL, "environment": "Test"}))
    assert shell.json("tags", "fix", "--yes")["proposals"][0] == {
        "arn": "arn:aws:lambda:eu-west-1:1:function:f",
        "tag": "environment",
        "value": "test",
        "sure": True,
        "because": "its tag `environment` says 'Test'",
        "set": True,
        "error": None,
    }
    assert shell.lines("tags", "fix", "--yes")[0] == "Nothing to mend: all AI resources carry the mandatory tags."


def test_fix_tells_what_took_no_tags(untidy: Shell) -> None:
    arn = "arn:aws:lambda:eu-west-1:1:function:stacked"
    untidy.tagged.failing[arn] = "AccessDenied"
    assert untidy.lines("tags", "fix", "--yes", code=3)[-2:] == ["0 tags set.", f"failed: {arn}: AccessDenied"]


@pytest.mark.parametrize(("answer", "code", "value"), [("y\n", 3, "test"), ("n\n", 1, ""), ("\n", 1, "")])
def test_on_a_terminal_a_person_is_asked(
    untidy: Shell, monkeypatch: pytest.MonkeyPatch, answer: str, code: int, value: str
) -> None:
    monkeypatch.setattr("cli.commands.tags.answering", lambda: True)
    result = untidy("tags", "fix", stdin=answer)
    assert (result.exit_code, environment(untidy, "stacked")) == (code, value)
    assert "Set 1 tag?" in result.stderr


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_elsewhere_nothing_is_set_without_a_word(untidy: Shell, options: list[str]) -> None:
    result = untidy("tags", "fix", *options)
    assert (result.exit_code, environment(untidy, "stacked")) == (2, "")
    assert "--yes" in result.stderr
