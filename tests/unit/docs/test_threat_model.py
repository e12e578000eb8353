"""The threat model names tests that exist, and hides no open end."""

import ast
from functools import cache

import pytest

from proof.security.threats import ROOT, Threat, threats


@cache
def names_in(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("row", threats(), ids=lambda row: row.threat.split("**")[1])
def test_every_control_has_a_test_and_says_what_remains(row: Threat) -> None:
    assert row.control
    assert row.remains
    assert row.tests
    for test in row.tests:
        file, _, name = test.partition("::")
        assert name in names_in(file), f"{test} does not exist"


def test_every_threat_is_there_once() -> None:
    assert len(threats()) > 15
    assert len({row.threat for row in threats()}) == len(threats())
