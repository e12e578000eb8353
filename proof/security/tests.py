"""Runs the tests that the section reports: the end-to-end folder, for the rights, and those of the threat table."""

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from proof.security.threats import ROOT

E2E = "tests/e2e"
_RIGHTS = "rights of "


@dataclass(frozen=True, slots=True)
class Outcome:
    """`failed`: by node id under `tests/`, the reason of each that failed, was skipped, or ended in an error.

    `rights`: by who takes a role on, the actions that were `proven` needed, and those `excused` with why and source.
    """

    ran: frozenset[str]
    failed: Mapping[str, str]
    rights: Mapping[str, Mapping[str, Any]]
    trouble: str = ""


def run(tests: Iterable[str], report: Path) -> Outcome:
    """The whole end-to-end folder, and these besides."""
    more = sorted({f"tests/{test}" for test in tests if not test.startswith("e2e/")})
    command = [sys.executable, "-m", "pytest", "-q", E2E, *more, f"--junitxml={report}"]
    report.unlink(missing_ok=True)
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    found = parsed(report.read_text(encoding="utf-8")) if report.exists() else Outcome(frozenset(), {}, {})
    if ran.returncode and not found.failed:
        trouble = f"pytest ended with {ran.returncode}: {ran.stdout[-400:]}{ran.stderr[-400:]}"
        return Outcome(found.ran, found.failed, found.rights, trouble)
    return found


def parsed(report: str) -> Outcome:
    """From pytest's JUnit file. A test with parameters stands under its own name, and fails when one of them does."""
    ran, failed, rights = set(), {}, {}
    for case in ElementTree.fromstring(report).iter("testcase"):  # noqa: S314  # pytest wrote it just now
        name = re.sub(r"\[.*", "", case.get("name", ""))
        node = f"{case.get('classname', '').removeprefix('tests.').replace('.', '/')}.py::{name}"
        ran.add(node)
        for tag in ("failure", "error", "skipped"):
            for item in case.iter(tag):
                failed[node] = str(item.get("message"))[:300]
        for item in case.iter("property"):
            if item.get("name", "").startswith(_RIGHTS):
                rights[item.get("name", "").removeprefix(_RIGHTS)] = json.loads(item.get("value", "{}"))
    return Outcome(frozenset(ran), failed, rights)
