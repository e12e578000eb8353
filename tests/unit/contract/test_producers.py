"""`producers` in budgets.yaml: read, refused with line and mend, and carried to the deployment."""

from pathlib import Path

import pytest

from spendplane.contract.budgets_file import BudgetsFile, load
from spendplane.contract.producers import MAX_BYTES
from spendplane.contract.yaml_file import FileError
from spendplane.domain.producers import ANYBODY, Producers

GOOD = """\
version: 1
producers:
  com.example.chat: [chat-staging, chat-prod, chat-prod]
  com.example.batch: "Zoe\u0308"
  com.example.gateway: "*"
  spendplane.http/arn:aws:sts::123456789012:assumed-role/search: search
"""
HEAD = "version: 1\nproducers:\n"
BAD = {
    "a list": ("version: 1\nproducers: [a]\n", 2, "a mapping, such as `com.example.chat: [chat-prod, chat-staging]`"),
    "nothing": ("version: 1\nproducers:\n", 2, "a mapping, such as"),
    "no project": (HEAD + "  com.example.chat: []\n", 3, "name at least one, or remove it"),
    "an empty project": (HEAD + "  com.example.chat: ['']\n", 3, "producers.com.example.chat"),
    "a number": (HEAD + "  com.example.chat: [7]\n", 3, "write the value in quotes"),
    "a separator in a project": (HEAD + "  a: b\n  com.example.chat: ['a#b']\n", 4, "producers.com.example.chat"),
    "a name with a space": (HEAD + "  com.example chat: [a]\n", 3, "'com.example chat' is no source of events; write"),
    "a name beyond ASCII": (HEAD + "  com.exämple: [a]\n", 3, "'com.exämple' is no source of events"),
    "no name": (HEAD + "  '': [a]\n", 3, "'' is no source of events"),
    "a name too long": (HEAD + f"  {'a' * 257}: [a]\n", 3, "is no source of events; write 1 to 256"),
    "a name twice": (HEAD + "  a: [b]\n  a: [c]\n", 4, "stands here twice (first in line 3)"),
    "Spendplane's hours": (HEAD + "  spendplane.hours: [a]\n", 3, "is Spendplane itself, which is never bound; remove"),
    "Spendplane": (HEAD + "  spendplane: ['*']\n", 3, "is Spendplane itself"),
    "every project and one": (HEAD + "  a: ['*', b]\n", 3, '"*" is every project; remove the others, or remove it'),
    "too much": (HEAD + f"  a: {[f'project-{n}' for n in range(9000)]}\n", 2, "at most 100,000 are kept"),
}


def loaded(tmp_path: Path, text: str) -> BudgetsFile:
    path = tmp_path / "budgets.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def test_it_is_in_a_fixed_order_and_in_normal_form(tmp_path: Path) -> None:
    file = loaded(tmp_path, GOOD)
    assert file.bound() == Producers(
        (
            ("com.example.batch", ("Zo\u00eb",)),
            ("com.example.chat", ("chat-prod", "chat-staging")),
            ("com.example.gateway", ("*",)),
            ("spendplane.http/arn:aws:sts::123456789012:assumed-role/search", ("search",)),
        )
    )
    assert BudgetsFile.model_validate_json(file.model_dump_json()).bound() == file.bound()


def test_without_it_nothing_is_bound(tmp_path: Path) -> None:
    assert (
        loaded(tmp_path, "version: 1\n").bound() == loaded(tmp_path, "version: 1\nproducers: {}\n").bound() == ANYBODY
    )


@pytest.mark.parametrize(("text", "line", "mend"), BAD.values(), ids=BAD)
def test_what_is_wrong_is_said_with_line_and_mend(tmp_path: Path, text: str, line: int, mend: str) -> None:
    with pytest.raises(FileError) as caught:
        loaded(tmp_path, text)
    said = str(caught.value)
    assert mend in said
    assert said.startswith(f"{tmp_path / 'budgets.yaml'}:{line}: ")


def test_as_much_as_fits_is_taken(tmp_path: Path) -> None:
    """With room for the counter's version beside it in one item of 400 KB."""
    names = [f"{n:04d}" + "x" * 96 for n in range(900)]
    assert len(loaded(tmp_path, HEAD + f"  a: {names}\n").bound().named[0][1]) == 900
    assert MAX_BYTES < 400_000
