"""What `make up` understands."""

from pathlib import Path

import pytest

from local.__main__ import budgets_file, context_of, main, port_number
from local.errors import LocalAccountError


def test_no_budgets_given_means_the_apps_own() -> None:
    assert budgets_file({"BUDGETS": ""}) is None


def test_a_relative_budgets_file_is_looked_up_where_make_was_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller, project = tmp_path / "caller", tmp_path / "my project"
    for folder in (caller, project):
        folder.mkdir()
        (folder / "mine.yaml").touch()
    (project / "ours.yaml").touch()
    monkeypatch.chdir(project)

    assert budgets_file({"BUDGETS": "mine.yaml", "CALLER": str(caller)}) == caller / "mine.yaml"
    assert budgets_file({"BUDGETS": "ours.yaml", "CALLER": str(caller)}) == project / "ours.yaml"
    assert budgets_file({"BUDGETS": str(project / "mine.yaml"), "CALLER": str(caller)}) == project / "mine.yaml"


def test_a_missing_budgets_file_is_named_with_the_places_looked_at(tmp_path: Path) -> None:
    with pytest.raises(LocalAccountError, match=rf"no budgets file nope\.yaml: looked for {tmp_path}/nope\.yaml"):
        budgets_file({"BUDGETS": "nope.yaml", "CALLER": str(tmp_path)})


def test_a_port_is_a_number() -> None:
    assert port_number("") is None
    assert port_number("4566") == 4566


@pytest.mark.parametrize("text", ["http", "0", "65536", "-1", "1.5"])
def test_what_is_no_port_is_refused(text: str) -> None:
    with pytest.raises(LocalAccountError, match="is no port"):
        port_number(text)


@pytest.mark.parametrize("arguments", [[], ["sideways"], ["up", "down"], ["down", "-c", "http=true"]])
def test_an_unknown_word_gets_the_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert "up|down" in capsys.readouterr().err


def test_an_option_without_its_value_gets_the_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["up", "-c"]) == 2
    assert "[-c NAME=VALUE]" in capsys.readouterr().err


def test_context_goes_to_the_synthesis() -> None:
    assert context_of([]) == {}
    assert context_of(["http=true", "endpoints=a=b.yaml", "runbook="]) == {
        "http": "true",
        "endpoints": "a=b.yaml",
        "runbook": "",
    }


@pytest.mark.parametrize("option", ["http", "=true", "", "target=aws", "target=local"])
def test_what_is_no_context_for_it_is_refused(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["up", "-c", option]) == 1
    assert f"up: -c {option.partition('=')[0]}" in capsys.readouterr().err
