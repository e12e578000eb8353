"""Where results come from: the day, the commit and the machine of a run."""

import os
import platform
import subprocess
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

UNKNOWN = "an unknown commit"
_WRITTEN = (":!docs/proof.md", ":!docs/proof")
"""By the run itself: they say nothing of what was proven."""


@dataclass(frozen=True, slots=True)
class Origin:
    """`commit` is short, and says so where files of the project were not as they are in it."""

    at: datetime
    commit: str

    @classmethod
    def of(cls, root: Path, at: datetime) -> Self:
        """Of the project in this folder. `at`: when the run began."""
        return cls(at, _commit(root))

    @property
    def words(self) -> str:
        """For the page."""
        return f"{self.at:%Y-%m-%d}, {self.commit}"


def machine() -> dict[str, Any]:
    """What it ran on."""
    return {"python": platform.python_version(), "cores": os.cpu_count(), "system": platform.system()}


def _commit(root: Path) -> str:
    try:
        name = _git(root, "rev-parse", "--short", "HEAD")
        changed = _git(root, "status", "--porcelain", "--", ".", *_WRITTEN)
    except (FileNotFoundError, subprocess.CalledProcessError):
        return UNKNOWN
    return f"{name} with changes" if changed else name


def _git(root: Path, *arguments: str) -> str:
    command = ["git", "-C", str(root), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL).stdout.strip()
