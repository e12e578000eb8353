"""The frame of the proof: sections run in order, and those that did not run keep their figures."""

import json
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest

from proof.__main__ import main
from proof.origin import UNKNOWN, Origin
from proof.plots import round_end
from proof.section import Listed
from tests.unit.proof import a_section

GOOD = Listed("good", "A good one, of two", "tests.unit.proof.a_section", "What is good.")
BAD = Listed("bad", "A bad one", "tests.unit.proof.a_failing_section", "What is bad.")
BROKEN = Listed("broken", "A broken one", "tests.unit.proof.a_broken_section", "What breaks.")


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
    assert text.index("## A good one, of two") < text.index("## A bad one")
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


@pytest.mark.parametrize(
    ("most", "end"), [(0, 1), (1, 1), (1.01, 1.2), (640, 800), (800, 800), (183_195, 200_000), (0.3, 0.32)]
)
def test_an_axis_ends_at_a_round_figure_that_is_no_less(most: float, end: float) -> None:
    assert round_end(most) == pytest.approx(end)


def test_a_section_that_did_not_run_keeps_its_figures_and_its_place(tmp_path: Path) -> None:
    main([], [GOOD, BAD], tmp_path)
    before = page(tmp_path)
    assert main(["bad"], [GOOD, BAD], tmp_path) == 1
    assert page(tmp_path) == before
    assert set(results(tmp_path)) == {"good", "bad"}


def test_the_page_says_at_its_top_what_held(tmp_path: Path) -> None:
    """Each line with its own run: what was not run again keeps it."""
    assert main(["good"], [GOOD, BAD], tmp_path) == 0
    first = page(tmp_path)
    assert "**1 of 2 sections held.** They took 0 minutes." in first
    assert re.search(
        rf"^\| \[good\]\(#a-good-one-of-two\) \| What is good. \| \*\*held\*\*: 1,200 tried, 0 broke \| \d+ \| "
        rf"\d{{4}}-\d\d-\d\d, {UNKNOWN} \|$",
        first, re.MULTILINE,
    )  # fmt: skip
    assert "| bad | What is bad. | not run |  |  |" in first
    text = first.replace(f", {UNKNOWN} |", ", abc1234 |")
    (tmp_path / "docs/proof.md").write_text(text)
    main(["bad"], [GOOD, BAD], tmp_path)
    assert "abc1234 |\n| [bad](#a-bad-one) | What is bad. | **DID NOT HOLD**: 1 broke |" in page(tmp_path)
    main([], [GOOD], tmp_path)
    assert "**1 of 1 sections held.**" in page(tmp_path)
    assert {"held": True, "commit": UNKNOWN}.items() <= results(tmp_path)["good"].items()


def test_a_section_that_breaks_off_has_failed_and_takes_no_other_along(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([], [BROKEN, GOOD], tmp_path) == 1
    assert results(tmp_path)["good"]["held"] is True
    assert results(tmp_path)["broken"]["failures"] == ["broke off: KeyError: 'no such thing'"]
    assert "- broke off: KeyError" in page(tmp_path)
    said = capsys.readouterr().err
    assert "FAILED broken: broke off: KeyError: 'no such thing'" in said
    assert "a_broken_section.py" in said


def test_the_commit_is_named_and_whether_files_differ_from_it(tmp_path: Path) -> None:
    def git(*arguments: str) -> str:
        name = ["-c", "user.name=x", "-c", "user.email=x@example.com"]
        return subprocess.run(
            ["git", "-C", str(tmp_path), *name, *arguments], check=True, capture_output=True, text=True
        ).stdout.strip()

    def origin() -> str:
        return Origin.of(tmp_path, datetime(2026, 11, 28, tzinfo=UTC)).words

    assert origin() == f"2026-11-28, {UNKNOWN}"
    git("init")
    (tmp_path / "code.py").write_text("a = 1\n")
    (tmp_path / ".gitignore").write_text("build/\n")
    git("add", ".")
    git("commit", "-m", "x")
    name = git("rev-parse", "--short", "HEAD")
    main([], [GOOD], tmp_path)
    assert origin() == f"2026-11-28, {name}"  # the page itself does not count
    (tmp_path / "code.py").write_text("a = 2\n")
    assert origin() == f"2026-11-28, {name} with changes"


def test_a_quick_run_leaves_the_page_alone(tmp_path: Path) -> None:
    assert main(["--quick", "good"], [GOOD, BAD], tmp_path) == 0
    assert not (tmp_path / "docs").exists()
    assert "## A good one, of two" in (tmp_path / "build/proof-quick/proof.md").read_text()


def test_a_section_has_options_of_its_own(tmp_path: Path) -> None:
    a_section.ARGUMENTS.clear()
    assert main(["good", "--seed", "7"], [GOOD], tmp_path) == 7
    assert a_section.ARGUMENTS == ["--seed", "7"]


def test_misuse_says_what_there_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nonsense"], [GOOD, BAD], tmp_path) == 2
    assert "sections: good, bad" in capsys.readouterr().err
