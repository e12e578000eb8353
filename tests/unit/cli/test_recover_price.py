"""`spendplane recover price`: rows by a wrong price are listed, and corrected when somebody says so and why."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.builders import budget, record
from tests.unit.cli.conftest import Shell
from tests.unit.cli.fakes import ANN

MILLION = {"input_uncached": 1_000_000, "output": 0}


def prices(rate: str) -> None:
    """The prices.yaml of this directory."""
    entry = f"{{provider: acme, model: writer, input: {rate}, output: {rate}, source: contract {rate}}}"
    Path("prices.yaml").write_text(f"version: 1\nentries:\n  - {entry}\n")


@pytest.fixture
def wrong(shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Shell:
    """Two rows, priced by $2; $20 are right."""
    monkeypatch.chdir(tmp_path)
    prices("2")
    shell.deploy(budget("all", 100))
    monkeypatch.setattr(type(shell), "ports", property(_with_prices(type(shell).ports)))
    shell.meter(*(record(name, provider="acme", model="writer", usage=MILLION) for name in ("a", "b")))
    prices("20")
    return shell


def _with_prices(ports: Any) -> Any:
    """The meter of this account has the file's prices, as one that was deployed with it."""
    from dataclasses import replace

    from tests.unit.cli.conftest import _no_price_file

    return lambda self: replace(ports.fget(self), prices=_no_price_file(Path("prices.yaml")))


WORDS = ("recover", "price", "--model", "writer")


def spent(shell: Shell) -> int:
    """Whole dollars."""
    (counter,) = shell.store.all_counters()
    assert counter.spend.usd == int(counter.spend.usd)
    return int(counter.spend.usd)


def test_without_a_word_it_lists_and_changes_nothing(wrong: Shell) -> None:
    told = wrong.json(*WORDS, code=3)
    (group,) = told["groups"]
    assert (group["provider"], group["model"], group["rows"]) == ("acme", "writer", 2)
    assert (group["usd_was"], group["usd_is"], group["difference_usd"]) == (4, 40, 36)
    assert (group["price_was"], group["price_is"]) == ("prices.yaml: contract 2", "prices.yaml: contract 20")
    assert (told["booked"], spent(wrong)) == (0, 4)


def test_people_read_what_differs_and_how_to_go_on(wrong: Shell) -> None:
    result = wrong(*WORDS)
    assert result.exit_code == 3
    assert "acme writer" in result.stdout
    assert "2 rows differ; nothing was changed." in result.stdout
    assert "--book --reason" in result.stdout


def test_with_a_reason_it_books_once_and_explain_says_so(wrong: Shell) -> None:
    told = wrong.json(*WORDS, "--book", "--reason", "a slip", "--yes")
    assert (told["booked"], told["booked_usd"], spent(wrong)) == (2, 36, 40)
    assert wrong.json(*WORDS, "--book", "--reason", "a slip", "--yes")["booked"] == 0
    assert "Nothing to correct" in wrong(*WORDS).stdout
    (amendment,) = wrong.json("explain", "a")["amendments"]
    assert (amendment["by"], amendment["reason"], amendment["usd"]) == (ANN, "a slip", 2)
    assert "a slip. It was $2 by prices.yaml: contract 2." in wrong("explain", "a").stdout


def test_what_people_read_when_it_is_booked(wrong: Shell) -> None:
    said = wrong(*WORDS, "--book", "--reason", "a slip", "--yes").stdout
    assert "Corrected 2 rows: $36 in all; 0 alerts raised." in said


@pytest.mark.parametrize("words", [("--book",), ("--book", "--reason", " ")])
def test_without_a_reason_nothing_is_booked(wrong: Shell, words: tuple[str, ...]) -> None:
    assert wrong(*WORDS, *words, "--yes").exit_code == 2
    assert spent(wrong) == 4


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_where_nobody_can_be_asked_it_wants_yes(wrong: Shell, words: tuple[str, ...]) -> None:
    result = wrong(*WORDS, "--book", "--reason", "a slip", *words)
    assert (result.exit_code, "say --yes" in result.stderr, spent(wrong)) == (2, True, 4)


@pytest.mark.parametrize(("answer", "booked"), [("y", 40), ("n", 4)])
def test_on_a_terminal_it_shows_and_asks(
    wrong: Shell, monkeypatch: pytest.MonkeyPatch, answer: str, booked: int
) -> None:
    monkeypatch.setattr("cli.commands.recover_price.answering", lambda: True)
    result = wrong(*WORDS, "--book", "--reason", "a slip", stdin=f"{answer}\n")
    assert "acme writer" in result.stdout
    assert (spent(wrong), result.exit_code) == (booked, 0 if answer == "y" else 3)


def test_rows_without_a_price_by_now_are_counted_and_left(wrong: Shell) -> None:
    Path("prices.yaml").write_text("version: 1\n")
    told = wrong.json(*WORDS)
    assert (told["groups"], told["without_price"]) == ([], 2)
    assert "2 rows without a price here: left as they are." in wrong(*WORDS).stdout


def test_a_scope_by_time_and_source(wrong: Shell) -> None:
    assert wrong.json(*WORDS, "--priced-by", "contract 3")["groups"] == []
    assert wrong.json(*WORDS, "--from", "2026-11-23")["groups"] == []
    assert len(wrong.json(*WORDS, "--from", "2026-11-22", "--to", "2026-11-23", code=3)["groups"]) == 1
