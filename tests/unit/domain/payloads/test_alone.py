"""The folder stands alone: the client package carries it under its own name."""

import ast
import sys
from pathlib import Path

import pytest

from spendplane.domain import payloads

FILES = sorted(Path(payloads.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_it_imports_the_standard_library_and_itself_only(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 1 or (node.level == 0 and str(node.module).split(".")[0] in sys.stdlib_module_names)
        elif isinstance(node, ast.Import):
            assert all(name.name.split(".")[0] in sys.stdlib_module_names for name in node.names)


def test_it_counts_what_the_contract_counts() -> None:
    """Two lists of the same names: the folder may not import the domain's."""
    from spendplane.contract.usage_event import Usage
    from spendplane.domain import usage

    assert usage.PARTS == payloads.reported.PARTS
    assert set(Usage.model_fields) == {*payloads.COUNTS, "image_size", "image_quality"}
