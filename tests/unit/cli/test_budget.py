"""`spendplane budget ls` and `plan`."""

from dataclasses import replace
from pathlib import Path

import pytest

from spendplane.contract import budgets_file
from spendplane.domain.producers import Producers
from tests.support.builders import budget
from tests.unit.cli.conftest import Shell

FILE = """\
version: 1
budgets:
  - id: staging
    match: {environment: staging}
    limit_usd: 500
    owner: a@example.com
  - id: fresh
    per: user_id
    limit_usd: 5
    period: daily
"""


@pytest.fixture
def deployed(shell: Shell) -> Shell:
    """`staging` with another limit and owner, and `old`, which the file does not name."""
    Path("budgets.yaml").write_text(FILE)
    staging = budgets_file.load(Path("budgets.yaml")).to_domain()[0]
    limits = replace(staging.limits, usd=staging.limits.usd and staging.limits.usd + 300)
    shell.deploy(replace(staging, limits=limits, owner="b@example.com", revision=3), budget("old", 7))
    return shell


def as_file_says(shell: Shell) -> None:
    Path("budgets.yaml").write_text(FILE)
    shell.deploy(*budgets_file.load(Path("budgets.yaml")).to_domain())


def test_ls_lists_definitions(deployed: Shell) -> None:
    assert [(item["id"], item["limit_usd"], item["revision"]) for item in deployed.json("budget", "ls")] == [
        ("old", 7, 1),
        ("staging", 800, 3),
    ]
    assert "environment=staging" in deployed("budget", "ls").stdout


def test_ls_of_nothing_is_an_empty_list_and_a_word_to_people(shell: Shell) -> None:
    assert shell.json("budget", "ls") == []
    assert "No budget is deployed" in shell("budget", "ls").stderr


def test_plan_shows_creations_changes_removals_and_revisions(deployed: Shell) -> None:
    text = deployed("budget", "plan").stdout
    assert "+ fresh" in text
    assert "~ staging  revision 3 → 4: its alerts may be raised again" in text
    assert "    limit_usd: 800 → 500" in text
    assert "    owner: b@example.com → a@example.com" in text
    assert "- old" in text
    assert "1 to create, 1 to change, 1 to remove, 0 unchanged" in text


def test_plan_json(deployed: Shell) -> None:
    found = deployed.json("budget", "plan")
    assert [item["id"] for item in found["created"]] == ["fresh"]
    assert [item["id"] for item in found["removed"]] == ["old"]
    assert found["changed"] == [
        {
            "id": "staging",
            "revision": 4,
            "revision_grows": True,
            "changes": {
                "limit_usd": {"from": 800, "to": 500},
                "owner": {"from": "b@example.com", "to": "a@example.com"},
            },
        }
    ]


def test_plan_shows_who_may_charge_what(shell: Shell) -> None:
    as_file_says(shell)
    shell.store.bound = Producers((("com.example.chat", ("chat",)), ("com.example.gone", ("*",))))
    Path("budgets.yaml").write_text(FILE + "producers: {com.example.chat: [chat, more], com.example.new: batch}\n")
    text = shell("budget", "plan", "--detailed-exitcode")
    assert text.exit_code == 3
    assert text.stdout.splitlines()[:3] == [
        "~ producer com.example.chat: may charge chat → chat, more",
        "~ producer com.example.gone: may charge every project → as any other",
        "~ producer com.example.new: may charge as any other → batch",
    ]
    assert shell.json("budget", "plan")["producers"] == {
        "com.example.chat": {"from": ["chat"], "to": ["chat", "more"]},
        "com.example.gone": {"from": ["*"], "to": None},
        "com.example.new": {"from": None, "to": ["batch"]},
    }


def test_plan_writes_nothing(deployed: Shell) -> None:
    before = dict(deployed.store.budgets)
    deployed("budget", "plan")
    assert deployed.store.budgets == before


def test_changes_end_with_3_only_when_asked(deployed: Shell) -> None:
    assert deployed("budget", "plan").exit_code == 0
    assert deployed("budget", "plan", "--detailed-exitcode").exit_code == 3


def test_no_changes(shell: Shell) -> None:
    as_file_says(shell)
    result = shell("budget", "plan", "--detailed-exitcode")
    assert result.exit_code == 0
    assert "No changes: 2 budgets" in result.stdout


def test_terms_that_stay_keep_the_revision(shell: Shell) -> None:
    as_file_says(shell)
    Path("budgets.yaml").write_text(FILE.replace("a@example.com", "c@example.com"))
    assert "stays revision 1" in shell("budget", "plan").stdout


def test_a_bad_file_is_told_with_its_line(shell: Shell) -> None:
    Path("mine.yaml").write_text("version: 1\nbudgets:\n  - id: a\n    limit_usd: -1\n")
    result = shell("budget", "plan", "--file", "mine.yaml")
    assert result.exit_code == 1
    assert "mine.yaml:4:" in result.stderr
    assert "Traceback" not in result.output


def test_no_file_at_all(shell: Shell) -> None:
    result = shell("budget", "plan")
    assert result.exit_code == 1
    assert "--file PATH" in result.stderr
