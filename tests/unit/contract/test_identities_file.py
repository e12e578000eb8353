"""identities.yaml: what is taken, and that every mistake is told with its line and its mend."""

from pathlib import Path

import pytest

from spendplane.contract import identities_file
from spendplane.contract.yaml_file import FileError
from spendplane.domain.identities import FIELDS, Identity

EXAMPLE = Path(__file__).parents[3] / "examples" / "identities.yaml"
TOP = "version: 1\nidentities:\n"


def load(folder: Path, text: str) -> identities_file.IdentitiesFile:
    path = folder / "identities.yaml"
    path.write_text(text)
    return identities_file.load(path)


def test_the_example_is_a_rule_for_each_kind_of_caller() -> None:
    rules = identities_file.load(EXAMPLE).to_domain()
    assert [(rule.kind, rule.pattern) for rule in rules.entries] == [
        ("role", "support-bot-*"),
        ("role", "AWSReservedSSO_DataScience_*"),
        ("role", "llm-gateway"),
        ("user", "nightly-evaluation"),
    ]
    assert rules.entries[2].from_metadata == {"project_id", "user_id", "team"}
    assert rules.trust_unlisted


def test_an_entry_becomes_a_rule(tmp_path: Path) -> None:
    text = TOP + "  - {role: a*, session: b, project_id: ' p ', environment: test, from_metadata: [team]}\n"
    read = load(tmp_path, text + "unlisted_metadata: ignore\n")
    fields = {"project_id": "p", "environment": "test"}
    assert read.to_domain().entries == (Identity("role", "a*", "b", fields, frozenset({"team"})),)
    assert not read.to_domain().trust_unlisted


def test_a_file_without_rules_is_one() -> None:
    assert identities_file.IdentitiesFile(version=1).to_domain().entries == ()


def test_an_entry_says_what_the_rules_know(tmp_path: Path) -> None:
    every = "".join(f", {name}: {'test' if name == 'environment' else name}" for name in FIELDS)
    assert set(load(tmp_path, f"{TOP}  - {{role: a{every}}}\n").identities[0].fields) == set(FIELDS)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("- a\n", 1, "not an identities file; begin it with `version: 1`"),
        ("identities: []\n", 1, "version: Field required; begin the file with `version: 1`"),
        (TOP + "  - {project_id: p}\n", 3, "needs one of `role`, `user` and `arn`, has none"),
        (TOP + "  - {role: a, user: b, project_id: p}\n", 3, "has role and user"),
        (TOP + "  - {role: a}\n", 3, "says nothing of the calls; add `project_id`"),
        (TOP + "  - {user: a, session: b, team: t}\n", 3, "`session` is of roles"),
        (TOP + "  - {role: a, team: t, from_metadata: [team]}\n", 3, "`team` is given here and in `from_metadata`"),
        (TOP + "  - role: a\n    enviroment: test\n", 4, "unknown key; remove it, or correct its spelling"),
        (TOP + "  - role: a\n    environment: prod\n", 4, "Input should be 'production'"),
        (TOP + "  - role: teams/a\n    team: t\n", 3, "write the role's name without its path"),
        (TOP + "  - arn: chat\n    team: t\n", 3, "write one such as arn:aws:sts::123456789012:assumed-role/chat-*/*"),
        (TOP + "  - role: a\n    project_id: x#y\n", 4, "project_id"),
        (TOP + "  - role: a\n    from_metadata: [model]\n", 4, "from_metadata"),
        (TOP + "  - {role: a*, team: t}\n  - {role: ab, team: u}\n", 4, "`ab` is never reached: identities[0] (`a*`)"),
        (TOP + "  - {role: a, team: t}\n  - {role: a, team: u}\n", 4, "never reached"),
        (TOP + "  - {role: '*', team: t}\n  - {role: b, session: c, team: u}\n", 4, "never reached"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_its_mend(text: str, line: int, message: str, tmp_path: Path) -> None:
    with pytest.raises(FileError) as raised:
        load(tmp_path, text)
    assert f"identities.yaml:{line}:" in str(raised.value)
    assert message in str(raised.value)


@pytest.mark.parametrize(
    "rules",
    [
        "  - {role: ab, team: t}\n  - {role: a*, team: u}\n",
        "  - {role: 'a?', team: t}\n  - {role: a*, team: u}\n",
        "  - {role: a*, session: s, team: t}\n  - {role: ab, team: u}\n",
        "  - {role: a*, team: t}\n  - {user: ab, team: u}\n",
    ],
)
def test_rules_that_narrow_one_another_are_taken(rules: str, tmp_path: Path) -> None:
    assert len(load(tmp_path, TOP + rules).identities) == 2
