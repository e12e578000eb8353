"""Plants each bug in a copy of the project and runs the tests that must catch it."""

import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from proof.mutants.mutant import Mutant

ROOT = Path(__file__).parents[2]
AT_ONCE = 2
MINUTES = 4
"""A mutant that makes the tests hang is caught as well: somebody would look."""
_FAILED, _PASSED = 1, 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """`caught` by a failing test, whose name is `by`; `error` when the tests could not even run."""

    mutant: Mutant
    caught: bool
    by: str = ""
    error: str = ""


def judge(mutants: Iterable[Mutant], scratch: Path) -> Iterator[Verdict]:
    """Each verdict as it comes, several at a time, each worker with a copy of its own."""
    places: SimpleQueue[Path] = SimpleQueue()
    for number in range(AT_ONCE):
        places.put(_copied(scratch / f"copy-{number}"))

    def one(mutant: Mutant) -> Verdict:
        place = places.get()
        try:
            return _judged(mutant, place)
        finally:
            places.put(place)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield from pool.map(one, mutants)


def _copied(place: Path) -> Path:
    """What git knows or would: no builds, no packages."""
    shutil.rmtree(place, ignore_errors=True)
    listed = subprocess.run(
        ["git", "ls-files", "-coz", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in filter(None, listed.stdout.split("\0")):
        source, target = ROOT / name, place / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
    for name in (".venv", "node_modules", "tests/dynamodb_local/node_modules"):  # installed, not a part of the project
        if (ROOT / name).is_dir():
            (place / name).symlink_to(ROOT / name)
    return place


def _judged(mutant: Mutant, place: Path) -> Verdict:
    path = place / mutant.file
    changed, before = mutant.changed(place), path.read_text()
    path.write_text(changed)
    try:
        code, output = _tests(mutant, place)
    finally:
        path.write_text(before)
    if code == _FAILED:
        return Verdict(mutant, caught=True, by=_first_failure(output))
    if code == _PASSED:
        return Verdict(mutant, caught=False)
    return Verdict(mutant, caught=False, error=f"pytest ended with {code}: {output[-400:]}")


def _tests(mutant: Mutant, place: Path) -> tuple[int, str]:
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", *mutant.tests]
    try:
        ran = subprocess.run(
            command, cwd=place, capture_output=True, text=True, timeout=MINUTES * 60, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return _FAILED, "FAILED (the tests hung)"
    return ran.returncode, ran.stdout + ran.stderr


def _first_failure(output: str) -> str:
    lines = [line for line in output.splitlines() if line.startswith(("FAILED ", "ERROR "))]
    return lines[0].split(" - ")[0].partition(" ")[2] if lines else "?"
