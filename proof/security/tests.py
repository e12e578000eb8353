"""Runs the tests that the section reports: the end-to-end folder, for the rights, and those of the threat table."""

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from proof.security.threats import ROOT

E2E = "tests/e2e"
WORKERS = "2"
"""One has the account that most of the folder shares, the other those that some files have for themselves."""
_RIGHTS, _RESOURCES = "rights of ", "resources of "


@dataclass(frozen=True, slots=True)
class Outcome:
    """`failed`: by node id under `tests/`, the reason of each that failed, was skipped, or ended in an error.

    `rights`: by who takes a role on, the actions that were `proven` needed, and those `excused` with why and source.
    `resources`: by who takes a role on and a resource with a wildcard, the `actions` that used it, and how many
    resources they `used` under it.
    """

    ran: frozenset[str]
    failed: Mapping[str, str]
    rights: Mapping[str, Mapping[str, Any]]
    resources: Mapping[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)
    trouble: str = ""


def run(tests: Iterable[str], report: Path) -> Outcome:
    """The whole end-to-end folder, and these besides."""
    more = sorted({f"tests/{test}" for test in tests if not test.startswith("e2e/")})
    command = [sys.executable, "-m", "pytest", "-q", "--numprocesses", WORKERS, "--no-loadscope-reorder"]
    command += [E2E, *more, f"--junitxml={report}"]
    report.unlink(missing_ok=True)
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    found = parsed(report.read_text(encoding="utf-8")) if report.exists() else Outcome(frozenset(), {}, {})
    if ran.returncode and not found.failed:
        trouble = f"pytest ended with {ran.returncode}: {ran.stdout[-400:]}{ran.stderr[-400:]}"
        return replace(found, trouble=trouble)
    return found


def parsed(report: str) -> Outcome:
    """From pytest's JUnit file. A test with parameters stands under its own name, and fails when one of them does."""
    ran, failed, rights, resources = set(), {}, {}, {}
    for case in ElementTree.fromstring(report).iter("testcase"):  # noqa: S314  # pytest wrote it just now
        name = re.sub(r"\[.*", "", case.get("name", ""))
        node = f"{case.get('classname', '').removeprefix('tests.').replace('.', '/')}.py::{name}"
        ran.add(node)
        for tag in ("failure", "error", "skipped"):
            for item in case.iter(tag):
                failed[node] = str(item.get("message"))[:300]
        for item in case.iter("property"):
            named, value = item.get("name", ""), item.get("value", "{}")
            if named.startswith(_RIGHTS):
                rights[named.removeprefix(_RIGHTS)] = json.loads(value)
            elif named.startswith(_RESOURCES):
                user, _, pattern = named.removeprefix(_RESOURCES).partition(": ")
                resources[user, pattern] = json.loads(value)
    return Outcome(frozenset(ran), failed, rights, resources)
