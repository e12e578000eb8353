"""The frame of the proof: sections run in order, and those that did not run keep their figures."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from proof.__main__ import main
from proof.section import Listed
from tests.unit.proof import a_section

GOOD = Listed("good", "A good one", "tests.unit.proof.a_section")
BAD = Listed("bad", "A bad one", "tests.unit.proof.a_failing_section")


def page(root: Path) -> str:
    return (root / "docs/proof.md").read_text()


def results(root: Path) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = json.loads((root / "build/proof.json").read_text())
    return found


def test_every_section_is_in_the_results_and_on_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([], [GOOD, BAD], tmp_path) == 1
    assert results(tmp_path)["good"]["tried"] == 1200
    assert results(tmp_path)["bad"]["failures"] == ["seed 7: I1"]
    text = page(tmp_path)
    assert text.index("## A good one") < text.index("## A bad one")
    assert "| what | how often |\n| --- | --: |\n| this \\| that | 1,200 |\n| more | 1.50 |\n\nNo more." in text
    assert "![Bars & more](proof/good-bars.svg)" in text
    assert "- seed 7: I1" in text
    said = capsys.readouterr()
    assert "FAILED bad: seed 7: I1" in said.err
    assert "1,200 tried, 0 broke" in said.out


def test_pictures_are_well_formed(tmp_path: Path) -> None:
    assert main(["good"], [GOOD], tmp_path) == 0
    pictures = sorted((tmp_path / "docs/proof").glob("*.svg"))
    assert [item.name for item in pictures] == ["good-bars.svg", "good-lines.svg"]
    for picture in pictures:
        assert ElementTree.parse(picture).getroot().tag.endswith("svg")  # our own


def test_a_section_that_did_not_run_keeps_its_figures_and_its_place(tmp_path: Path) -> None:
    main([], [GOOD, BAD], tmp_path)
    before = page(tmp_path)
    assert main(["bad"], [GOOD, BAD], tmp_path) == 1
    assert page(tmp_path) == before
    assert set(results(tmp_path)) == {"good", "bad"}


def test_a_quick_run_leaves_the_page_alone(tmp_path: Path) -> None:
    assert main(["--quick", "good"], [GOOD, BAD], tmp_path) == 0
    assert not (tmp_path / "docs").exists()
    assert "A good one" in (tmp_path / "build/proof-quick/proof.md").read_text()


def test_a_section_has_options_of_its_own(tmp_path: Path) -> None:
    a_section.ARGUMENTS.clear()
    assert main(["good", "--seed", "7"], [GOOD], tmp_path) == 7
    assert a_section.ARGUMENTS == ["--seed", "7"]


def test_misuse_says_what_there_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nonsense"], [GOOD, BAD], tmp_path) == 2
    assert "sections: good, bad" in capsys.readouterr().err
