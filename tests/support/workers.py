"""Which tests go to one worker together."""

from xdist.scheduler import LoadScopeScheduling

TOGETHER = ("tests/e2e/", "tests/stacks/", "tests/contract/", "tests/unit/local/")
"""Folders whose tests share what is slow to make: an account, an assembly, engines. Elsewhere a file is a unit."""

ALONE = ("tests/e2e/test_endpoint_types.py", "tests/e2e/test_lifetime.py", "tests/e2e/test_recovery.py")
"""Have accounts of their own, and take long."""


class ByFolder(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """xdist's `loadgroup` does this by marks, but loses them without a word from pytest 9.2 on (xdist 3.8)."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        folder = next((name for name in TOGETHER if file.startswith(name)), file)
        return file if file in ALONE else folder
