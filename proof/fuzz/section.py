"""The section of the proof: inputs that nobody would think of, to everything that reads what others write."""

import argparse
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from proof.fuzz.http.running import Asked, ask
from proof.fuzz.running import Outcome, fuzz
from proof.fuzz.target import NAMES, target
from proof.section import Section, Settings, Table

ROOT = Path(__file__).parents[2]
SECONDS = 18
"""A target: with two at once, about 90 s for all."""
QUICK_SECONDS = 1
EXAMPLES = 60
"""Requests at random for each path, beside those at the bounds."""
TEXT = """Each target is fed what no producer would send. [atheris](https://github.com/google/atheris) changes known
inputs, as bytes and as what they stand for, and keeps those that reach a new branch of `spendplane` or `cli`. A target
fails by any exception, by a promise that does not hold, and by more than 10 s for one input. What failed once stands
under `tests/support/fuzz`, where `make test` tries it again. `python -m proof fuzz --target budgets --seconds 600` goes
on for longer.

The HTTP interface of a deployed local account is asked by [schemathesis](https://schemathesis.io), from its own
description: signed requests at the bounds of the schema, beyond them, and at random. No answer may be a 5xx or one that
is not described, and every record of an answer 202 has to stand in the ledger or in the quarantine."""

ABSENT = "atheris is not installed: `make proof` does it, on Linux with x86-64, for which there are wheels"


def run(settings: Settings) -> Section:
    """Every target for a while, then the HTTP interface; or each target for a second in a smoke run."""
    if find_spec("atheris") is None:
        return Section("did not run", {}, TEXT, failures=[ABSENT])
    seconds = QUICK_SECONDS if settings.quick else SECONDS
    outcomes = fuzz(NAMES, seconds, settings.scratch, settings.progress)
    asked = None if settings.quick else ask(EXAMPLES, settings.scratch / "http", settings.progress)
    executions = sum(item.executions for item in outcomes)
    failures = [_failure(item) for item in outcomes if item.failed]
    summary = f"{executions:,} inputs to {len(outcomes)} targets, {len(failures)} failed"
    data: dict[str, Any] = {"seconds": seconds, "targets": {item.name: _data(item) for item in outcomes}}
    tables = [_table(outcomes)]
    if asked:
        summary += f"; {sum(asked.statuses.values()):,} HTTP requests, {len(asked.failures)} failed"
        data["http"] = {"requests": sum(asked.statuses.values()), "records": asked.records, "counted": asked.counted,
                        "quarantined": asked.quarantined}  # fmt: skip
        tables.append(_http(asked))
        failures += asked.failures
    return Section(summary, data, TEXT, tables, failures=failures)


def main(arguments: Sequence[str]) -> int:
    """An input once more, or some of the targets for longer."""
    parser = argparse.ArgumentParser(prog="python -m proof fuzz", description=__doc__)
    parser.add_argument("--replay", nargs="+", type=Path, metavar="FILE", help="inputs; their folder names the target")
    parser.add_argument("--target", nargs="+", choices=NAMES, default=NAMES, help="those only")
    parser.add_argument("--seconds", type=int, default=SECONDS, help="for each target")
    given = parser.parse_args(arguments)
    if given.replay:
        return max(_replay(path, given.target) for path in given.replay)
    outcomes = fuzz(given.target, given.seconds, ROOT / "build" / "proof-scratch" / "fuzz", lambda _: None)
    for item in outcomes:
        print(f"{item.name}: {item.executions:,} inputs, {item.seed_branches} branches, then {item.branches}")
    failures = [_failure(item) for item in outcomes if item.failed]
    print("\n".join(failures) or "all held")
    return int(bool(failures))


def _replay(path: Path, chosen: Sequence[str]) -> int:
    """0: it holds. What does not raises here, with the whole trace."""
    name = chosen[0] if len(chosen) == 1 else path.resolve().parent.name
    if name not in NAMES:
        print(f"{path}: which target? Put it into a folder of that name, or say --target; known: {', '.join(NAMES)}")
        return 2
    target(name).check(path.read_bytes())
    print(f"{path}: holds ({target(name).holds})")
    return 0


def _table(outcomes: Sequence[Outcome]) -> Table:
    rows = []
    for item in outcomes:
        what = target(item.name)
        rows.append((item.name, what.reads, what.holds, item.executions, item.seed_branches, item.branches,
                     item.failed or "none"))  # fmt: skip
    columns = ("target", "reads", "what holds", "inputs", "branches by known inputs", "in the end", "failed")
    return Table("Targets", columns, rows, "Branches are those of our own packages that some input went through.")


def _http(asked: Asked) -> Table:
    rows = [(path, str(status), calls) for (path, status), calls in sorted(asked.statuses.items())]
    note = (
        f"Of {asked.records:,} records that were answered with 202, {asked.counted:,} stand in the ledger and "
        f"{asked.quarantined:,} in the quarantine."
    )
    return Table("The HTTP interface", ("path", "answer", "requests"), rows, note)


def _data(item: Outcome) -> dict[str, object]:
    return {
        "inputs": item.executions,
        "known_inputs": item.seeds,
        "kept": item.corpus,
        "branches_by_known_inputs": item.seed_branches,
        "branches": item.branches,
        "failed": item.failed,
    }


def _failure(item: Outcome) -> str:
    if item.input is None:
        return f"{item.name}: {item.failed}"
    return f"{item.name}: {item.failed}; again: python -m proof fuzz --replay {item.input}"
