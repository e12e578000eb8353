"""The section of the proof: how many deliberate bugs the tests catch."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from proof.mutants.alerting import ALERTING
from proof.mutants.counting import COUNTING
from proof.mutants.mutant import Mutant
from proof.mutants.pricing import PRICING
from proof.mutants.reading import READING
from proof.mutants.running import Verdict, judge
from proof.mutants.switching import SWITCHING
from proof.section import Section, Settings, Table

CATALOGUE: tuple[Mutant, ...] = (*COUNTING, *READING, *PRICING, *ALERTING, *SWITCHING)
QUICK = ("above-not-at", "untagged-is-fair-game")

TEXT = """Each line is a bug that was planted, alone, in a copy of the project, and the first test that failed for it.
A bug that no test catches is a missing test, and fails this section.
To see one again: `python -m proof mutants --only NAME`."""


def run(settings: Settings) -> Section:
    """All of them, or two in a smoke run."""
    chosen = [mutant for mutant in CATALOGUE if not settings.quick or mutant.name in QUICK]
    verdicts: list[Verdict] = []
    for verdict in judge(chosen, settings.scratch):
        verdicts.append(verdict)
        settings.progress(f"{len(verdicts)} of {len(chosen)}, {sum(not item.caught for item in verdicts)} survived")
    caught = sum(item.caught for item in verdicts)
    rows = [(item.mutant.name, item.mutant.what, item.by or item.error or "SURVIVED") for item in verdicts]
    return Section(
        summary=f"{caught} of {len(verdicts)} planted bugs caught",
        data={
            "mutants": len(verdicts),
            "caught": caught,
            "verdicts": [
                {"name": item.mutant.name, "caught": item.caught, "by": item.by, "error": item.error}
                for item in verdicts
            ],
        },
        text=TEXT,
        tables=[Table("Planted bugs", ("bug", "what it does", "caught by"), rows)],
        failures=[_survived(item) for item in verdicts if not item.caught],
    )


def main(arguments: Sequence[str]) -> int:
    """Some of them by name, to see a survivor again."""
    parser = argparse.ArgumentParser(prog="python -m proof mutants", description=__doc__)
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=[mutant.name for mutant in CATALOGUE])
    only = parser.parse_args(arguments).only
    with TemporaryDirectory(prefix="mutants-") as scratch:
        verdicts = list(judge([mutant for mutant in CATALOGUE if mutant.name in only], Path(scratch)))
    for item in verdicts:
        print(f"{item.mutant.name}: {f'caught by {item.by}' if item.caught else _survived(item)}")
    return int(any(not item.caught for item in verdicts))


def _survived(verdict: Verdict) -> str:
    again = f"again: python -m proof mutants --only {verdict.mutant.name}"
    if verdict.error:
        return f"{verdict.mutant.name}: its tests could not run ({verdict.error}); {again}"
    return f"{verdict.mutant.name} survived {' '.join(verdict.mutant.tests)}: {verdict.mutant.what} {again}"
