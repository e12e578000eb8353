"""The security section: what its tools say is told as it is, and what they could not look at is never a pass."""

import json
from email.message import Message
from pathlib import Path

import pytest

from proof.security import supply
from proof.security.audit import Findings
from proof.security.tests import parsed
from proof.security.threats import threats

REPORT = """<testsuites><testsuite>
<testcase classname="tests.e2e.test_used_rights" name="test_all"><properties>
<property name="rights of spendplane-meter" value='{"proven": ["a:B"], "excused": {"c:D": ["why", "where"]}}'/>
<property name="resources of schedule of x: arn:aws:s3:::y/*" value='{"actions": ["s3:GetObject"], "used": 2}'/>
</properties></testcase>
<testcase classname="tests.unit.test_x" name="test_y[1]"/>
<testcase classname="tests.unit.test_x" name="test_y[2]"><failure message="no"/></testcase>
<testcase classname="tests.unit.test_x" name="test_z"><skipped message="not here"/></testcase>
</testsuite></testsuites>"""


def tool(folder: Path, name: str, says: str, code: int = 0) -> None:
    """A program that says this."""
    script = folder / name
    script.write_text(f"#!/bin/sh\ncat <<'END'\n{says}\nEND\necho trouble >&2\nexit {code}\n")
    script.chmod(0o755)


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(supply, "TOOLS", tmp_path)
    return tmp_path


def test_a_report_tells_rights_and_every_test_that_did_not_hold() -> None:
    found = parsed(REPORT)
    assert found.rights == {"spendplane-meter": {"proven": ["a:B"], "excused": {"c:D": ["why", "where"]}}}
    assert found.resources == {("schedule of x", "arn:aws:s3:::y/*"): {"actions": ["s3:GetObject"], "used": 2}}
    assert found.failed == {"unit/test_x.py::test_y": "no", "unit/test_x.py::test_z": "not here"}
    assert "e2e/test_used_rights.py::test_all" in found.ran


def test_a_service_out_of_reach_is_not_audited_and_not_a_pass(tools: Path) -> None:
    """pip-audit then ends well, with a reason for each package."""
    skipped = {"name": "x", "skip_reason": "not found on PyPI and could not be audited"}
    tool(tools, "pip-audit", json.dumps({"dependencies": [skipped, {"name": "y", "version": "1", "vulns": []}]}))
    found = supply.audit(supply.SHIPPED)
    assert (found.audited, found.unaudited, found.vulnerable) == (1, 1, ())
    findings = Findings([found], [], {}, {"x": 1})
    assert findings.failures == []
    (gap,) = findings.gaps
    assert gap.startswith(f"not audited: 1 packages of {supply.SHIPPED}: not found on PyPI")


@pytest.mark.parametrize("installed", [True, False])
def test_a_tool_that_fails_or_is_missing_audits_nothing(tools: Path, installed: bool) -> None:
    if installed:
        tool(tools, "pip-audit", "Traceback", code=1)
    found = supply.audit(supply.SHIPPED)
    assert (found.audited, found.unaudited) == (0, len(supply.requirements(supply.SHIPPED)))
    assert ("trouble" if installed else "make audit") in found.reason
    assert found.unaudited > 5


def test_a_vulnerability_is_told_with_its_mend(tools: Path) -> None:
    fault = {"id": "PYSEC-1", "fix_versions": ["1.1"]}
    tool(tools, "pip-audit", json.dumps({"dependencies": [{"name": "x", "version": "1.0", "vulns": [fault]}]}), code=1)
    findings = Findings([supply.audit(supply.SHIPPED)], [], {}, {"x": 1})
    assert findings.failures == [f"{supply.SHIPPED}: x 1.0: PYSEC-1, mended in 1.1"]


def test_a_secret_is_new_unless_somebody_looked_at_it() -> None:
    def item(hash_: str, **more: bool) -> dict[str, object]:
        return {"hashed_secret": hash_, "line_number": 7, "type": "Secret Keyword", **more}

    known = {"a.py": [item("1", is_secret=False), item("2"), item("3", is_secret=True)]}
    moved = {"a.py": [{**item("1"), "line_number": 9}]}
    assert supply.new_secrets(known, moved) == []
    found = supply.new_secrets(known, {"a.py": [item("2"), item("3")], "b.py": [item("1")]})
    said = ":7: Secret Keyword, which is not in .secrets.baseline"
    assert found == [f"a.py{said}", f"a.py{said}", f"b.py{said}"]


def test_the_baseline_holds_nothing_that_nobody_looked_at() -> None:
    known = json.loads(supply.BASELINE.read_text())["results"]
    assert supply.new_secrets(known, known) == []


@pytest.mark.parametrize(
    ("headers", "licence", "ships"),
    [
        ({"License-Expression": "MIT OR GPL-3.0-only"}, "MIT OR GPL-3.0-only", True),
        ({"License-Expression": "MIT AND GPL-3.0-only"}, "MIT AND GPL-3.0-only", False),
        ({"Classifier": "License :: OSI Approved :: Apache Software License"}, "Apache-2.0", True),
        ({"License": "Proprietary\nand more"}, "Proprietary", False),
        ({}, "none given", False),
    ],
)
def test_licences(headers: dict[str, str], licence: str, ships: bool) -> None:
    message = Message()
    for name, value in headers.items():
        message[name] = value
    assert (supply.licence(message), supply.allowed(licence)) == (licence, ships)


def test_what_ships_may_ship() -> None:
    """As it is installed here."""
    found = supply.licences()
    assert sum(map(len, found.values())) == len(supply.requirements(supply.SHIPPED))
    assert [name for name in found if not supply.allowed(name)] == []
    assert Findings([], [], {"GPL-3.0-only": ["x"]}, {"x": 1}).failures == ["may not ship under GPL-3.0-only: x"]


def test_a_row_with_another_number_of_columns_is_told(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("| threat | control | proved by | what remains |\n| --- | --- | --- | --- |\n| a | b | c |\n")
    with pytest.raises(ValueError, match="a row of 3 columns instead of 4"):
        threats(page)
