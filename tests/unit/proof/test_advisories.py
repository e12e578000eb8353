"""Pinned versions against the extract of advisories: what it knows, what it does not, and up to when."""

import json
from datetime import date
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from proof.security import advisories, audit, supply
from proof.security.advisories import Comparison, Extract
from proof.security.audit import Findings
from proof.security.threats import ROOT

LOCKS = [
    "requirements.txt",
    *sorted(f"requirements/{file.name}" for file in (ROOT / "requirements").glob("*.txt")),
]
SEVERAL = [
    {"introduced": "0", "fixed": "1.10.13"},
    {"introduced": "2.0.0", "fixed": "2.4.0"},
    {"introduced": "3.0rc1", "last_affected": "3.2"},
    {"introduced": "5"},
]


@pytest.fixture
def extract(tmp_path: Path) -> Extract:
    """Of three packages, one of them with nothing but a withdrawn advisory."""
    file = tmp_path / "advisories.json"
    several = {"package": "several-ranges", "id": "PYSEC-1", "aliases": ["CVE-1"], "ranges": SEVERAL}
    withdrawn = {"package": "innocent", "id": "PYSEC-2", "aliases": [], "ranges": [{"introduced": "0"}]}
    known = [several, {**withdrawn, "withdrawn": "2026-06-09"}]
    names = ["several-ranges", "innocent", "unnamed"]
    file.write_text(json.dumps({"as_of": "2026-09-10", "links": "https://x/", "looked_up": names, "advisories": known}))
    return advisories.load(file)


def hits(extract: Extract, *pins: str) -> tuple[str, ...]:
    return extract.compare(map(Requirement, pins)).affected


@pytest.mark.parametrize(
    "version", ["0.0.dev1", "1.10.12", "1.10.13rc1", "2.0.0", "2.3.9", "3.0", "3.2", "5", "6.1.post2"]
)
def test_a_version_within_any_range_is_a_hit(extract: Extract, version: str) -> None:
    (hit,) = hits(extract, f"several-ranges=={version}")
    assert hit.startswith(f"several-ranges {version}: PYSEC-1, CVE-1, mended in ")
    assert hit.endswith(": https://x/PYSEC-1")


@pytest.mark.parametrize(
    "version", ["1.10.13", "1.11", "2.0.0rc1", "2.4.0", "2.4.0.post1", "3.0b1", "3.2.1", "4.9", "5rc1"]
)
def test_a_version_between_the_ranges_is_none(extract: Extract, version: str) -> None:
    assert hits(extract, f"several-ranges=={version}") == ()


@pytest.mark.parametrize(
    ("version", "mend"),
    [("1.9", "1.10.13"), ("2.1", "2.4.0"), ("3.1", "what came after 3.2"), ("5.0", "no version")],
)
def test_a_hit_names_the_mend_of_its_own_range(extract: Extract, version: str, mend: str) -> None:
    (hit,) = hits(extract, f"several-ranges=={version}")
    assert f", mended in {mend}: " in hit


def test_names_are_the_same_however_they_are_written(extract: Extract) -> None:
    assert len(hits(extract, "Several_Ranges==1.0", "several.ranges[extra]==1.0 ; python_version >= '3'")) == 2


def test_what_was_withdrawn_is_no_advisory(extract: Extract) -> None:
    found = extract.compare([Requirement("innocent==1.0")])
    assert found == Comparison(date(2026, 9, 10), 1, 0, (), ())


def test_what_nobody_looked_up_is_named_and_not_counted(extract: Extract) -> None:
    found = extract.compare(map(Requirement, ["unnamed==1", "pinned-later==2.0", "several-ranges==4"]))
    assert found == Comparison(date(2026, 9, 10), 2, 1, (), ("pinned-later 2.0",))


@pytest.mark.parametrize("pin", ["unnamed", "unnamed>=1", "unnamed==1,==2"])
def test_what_is_not_pinned_is_refused(extract: Extract, pin: str) -> None:
    with pytest.raises(ValueError, match="is not pinned to one version"):
        extract.compare([Requirement(pin)])


def test_the_extract_of_the_repository_is_whole() -> None:
    known = advisories.load()
    assert {of.package for of in known.advisories} <= known.looked_up
    assert all(of.ranges for of in known.advisories)
    assert len({(of.package, of.id) for of in known.advisories}) == len(known.advisories) > 100
    assert len(hits(known, "jinja2==3.1.5", "urllib3==1.26.18", "flask-cors==4.0.1")) > 3


@pytest.mark.parametrize("file", LOCKS)
def test_no_pinned_version_is_affected(file: str) -> None:
    found = advisories.load().compare(supply.pinned(file))
    assert found.affected == ()
    assert found.packages


@pytest.mark.parametrize("installed", [True, False])
def test_the_extract_speaks_where_the_service_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, installed: bool
) -> None:
    """A hit is a failure. That newer advisories exist unseen, and packages that nobody looked up, stay gaps."""
    lock = tmp_path / "lock.txt"
    lock.write_text("jinja2==3.1.5 \\\n    --hash=sha256:00\npinned-later==2.0\nidna==3.20\n")
    monkeypatch.setattr(supply, "TOOLS", tmp_path)
    if installed:
        skipped = [{"name": item, "skip_reason": "out of reach"} for item in ("Jinja2", "pinned-later")]
        told = json.dumps({"dependencies": [*skipped, {"name": "idna", "version": "3.20", "vulns": []}]})
        (tmp_path / "pip-audit").write_text(f"#!/bin/sh\necho '{told}'\n")
        (tmp_path / "pip-audit").chmod(0o755)
    found = Findings([supply.audit(str(lock))], [], {}, {"x": 1})
    (failure,) = found.failures
    assert failure.startswith(
        f"{lock}: jinja2 3.1.5: PYSEC-2026-1471, CVE-2025-27516, GHSA-cpwx-vrp4-4pq7, mended in 3.1.6"
    )
    asked, unknown, newer = found.gaps
    assert asked.startswith(f"not audited: {2 if installed else 3} packages of {lock}: ")
    assert unknown.startswith(f"not compared: pinned-later 2.0 of {lock}: ")
    assert newer == f"not seen: any advisory published after {advisories.load().as_of}"
    ((_, compared),) = found.compared
    assert compared.packages == (1 if installed else 2)


@pytest.mark.parametrize(
    ("affected", "unaudited", "code"), [((), 0, 0), ((), 1, 3), (("x 1: PYSEC-1",), 1, 1)], ids=["clean", "gap", "hit"]
)
def test_exit_codes_and_what_is_said(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    affected: tuple[str, ...],
    unaudited: int,
    code: int,
) -> None:
    compared = Comparison(date(2026, 9, 10), 1, 7, affected, ()) if unaudited else None
    audited = supply.Audit("lock.txt", 1 - unaudited, unaudited, affected, "out of reach", compared)
    monkeypatch.setattr(audit, "findings", lambda *_: Findings([audited], [], {}, {"x": 1}))
    assert audit.main() == code
    said = capsys.readouterr()
    line = f"audit: lock.txt: 1 packages compared with 7 advisories up to 2026-09-10, {len(affected)} hits\n"
    assert (line in said.out) == bool(unaudited)
    assert ("audit: not seen: any advisory published after 2026-09-10\n" in said.err) == bool(unaudited)
    assert ("audit: lock.txt: x 1: PYSEC-1\n" in said.err) == bool(affected)
