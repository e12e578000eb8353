"""The real command line in a process of its own, as on-call would run it."""

import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from local.account import LocalAccount
from local.environment import isolated
from local.errors import LocalAccountError
from local.workdir import ROOT

SECONDS = 60
_PROGRAM = Path(sys.executable).with_name("spendplane")


@dataclass(frozen=True, slots=True)
class Run:
    """One command, and what came of it. `printed` is both of its outputs, without spaces at line ends."""

    command: str
    printed: str
    code: int


def run(account: LocalAccount, words: list[str], width: int) -> Run:
    """`spendplane WORDS`, with lines of that width, in this account and no other. Raises LocalAccountError."""
    env = isolated({**account.env, "COLUMNS": str(width), "NO_COLOR": "1"})
    command = f"spendplane {shlex.join(words)}"
    try:
        done = subprocess.run(
            [str(_PROGRAM), *words], cwd=ROOT, env=env, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise LocalAccountError(f"`{command}` had not ended after {SECONDS} s.") from None
    printed = "\n".join(line.rstrip() for line in f"{done.stdout}{done.stderr}".strip().splitlines())
    return Run(command, printed, done.returncode)
