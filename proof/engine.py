"""The stories of the tests once more: over the official DynamoDB engine, with conflicts and throttles on the way."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from proof.section import Section, Settings, Table

ROOT = Path(__file__).parents[1]
QUICK = "tests/scenarios/test_wrong_figures.py"
TEXT = """`make test` runs the stories of `tests/scenarios` in memory. Here the same ones run over DynamoDB Local, the
engine that AWS gives away. It never conflicts and never throttles, so the client does: every tenth attempt is answered
as DynamoDB answers a conflict or a throttle, before it reaches the engine (by chance, seeded, two in a row at most)."""


@dataclass(frozen=True, slots=True)
class Story:
    """One test, with the faults that it met; `failed` says how it ended, and is empty when it held."""

    file: str
    name: str
    faults: int
    failed: str = ""


def run(settings: Settings) -> Section:
    """All stories, or those of one file in a smoke run."""
    settings.progress("the stories over DynamoDB Local")
    report = settings.scratch / "stories.xml"
    chosen = QUICK if settings.quick else "tests/scenarios"
    command = [sys.executable, "-m", "pytest", "-q", chosen, "--place", "dynamodb-local", f"--junitxml={report}"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    stories = _stories(report) if report.exists() else []
    failures = [f"{item.file}::{item.name}: {item.failed}" for item in stories if item.failed]
    if ran.returncode and not failures:
        failures = [f"pytest ended with {ran.returncode}: {ran.stdout[-400:]}{ran.stderr[-400:]}"]
    faults = sum(item.faults for item in stories)
    if not faults:
        failures.append("no fault was injected: the run proves nothing")
    files = sorted({item.file for item in stories})
    rows = [
        (file, sum(item.file == file for item in stories), sum(item.faults for item in stories if item.file == file))
        for file in files
    ]
    return Section(
        summary=f"{len(stories) - len(failures)} of {len(stories)} stories held, through {faults:,} injected faults",
        data={"stories": len(stories), "faults": faults},
        text=TEXT,
        tables=[Table("Stories over DynamoDB Local", ("file", "stories", "faults met"), rows)],
        failures=failures,
    )


def _stories(report: Path) -> list[Story]:
    cases = ElementTree.parse(report).iter("testcase")  # noqa: S314  # pytest wrote it just now
    return [
        Story(
            file=case.get("classname", "").rpartition(".")[2],
            name=case.get("name", ""),
            faults=sum(int(item.get("value", 0)) for item in case.iter("property") if item.get("name") == "faults"),
            failed=next(
                (str(item.get("message")) for tag in ("failure", "error", "skipped") for item in case.iter(tag)), ""
            ),
        )
        for case in cases
    ]
