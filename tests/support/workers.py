"""Which tests go to one worker together."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from xdist.scheduler import LoadScopeScheduling

TOGETHER = ("tests/e2e/", "tests/stacks/", "tests/contract/", "tests/unit/local/")
"""Folders whose tests share what is slow to make: an account, an assembly, engines. Elsewhere a file is a unit."""

ALONE = ("tests/e2e/test_endpoint_types.py", "tests/e2e/test_lifetime.py", "tests/e2e/test_recovery.py")
"""Have accounts of their own, and take long."""
E2E = Path(__file__).parents[1] / "e2e"


def left_out(items: Iterable[Any]) -> str:
    """Files of the end-to-end folder that share its account and of which no test was chosen; empty when none is."""
    chosen = {item.path.name for item in items} | {Path(file).name for file in ALONE}
    return ", ".join(sorted({path.name for path in E2E.glob("test_*.py")} - chosen))


class ByFolder(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """xdist's `loadgroup` does this by marks, but loses them without a word from pytest 9.2 on (xdist 3.8)."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        folder = next((name for name in TOGETHER if file.startswith(name)), file)
        return file if file in ALONE else folder
