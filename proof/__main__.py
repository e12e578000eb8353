"""Runs the proof: `python -m proof [section …] [--quick]`, or one section by its own options."""

import sys
import time
import traceback
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.status import Status
from rich.table import Table

from proof.origin import Origin
from proof.report import Report
from proof.section import Listed, Section, Settings
from proof.sections import SECTIONS

ROOT = Path(__file__).parents[1]
SECONDS_BETWEEN_LINES = 15
USAGE = """python -m proof                      every section; writes build/proof.json and docs/proof.md
python -m proof SECTION …            these sections; the others keep their figures
python -m proof --quick [SECTION …]  a smoke run of seconds, into build/proof-quick/
python -m proof SECTION --help       what a section can do besides"""


def main(arguments: Sequence[str], sections: Sequence[Listed] = SECTIONS, root: Path = ROOT) -> int:
    """0: everything held; 1: something did not; 2: misused."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    known = {item.name: item for item in sections}
    quick = "--quick" in arguments
    words = [word for word in arguments if word != "--quick"]
    if words[:1] in (["-h"], ["--help"]):
        console.print(f"{USAGE}\nsections: {', '.join(known)}", markup=False)
        return 0
    unknown = [word for word in words if not word.startswith("-") and word not in known]
    if words and words[0] in known and any(word.startswith("-") for word in words):
        return known[words[0]].main(words[1:])
    if unknown or any(word.startswith("-") for word in words):
        console.print(f"proof: unknown: {' '.join(unknown or words)}; sections: {', '.join(known)}\n{USAGE}")
        return 2
    folder = root / "build" / "proof-quick" if quick else root / "build"
    page = folder / "proof.md" if quick else root / "docs" / "proof.md"
    report = Report(sections, folder / "proof.json", page, Origin.of(root, datetime.now(UTC)))
    return _run([known[word] for word in words] or sections, report, folder, console, quick=quick)


def _run(chosen: Sequence[Listed], report: Report, folder: Path, console: Console, *, quick: bool) -> int:
    ran: dict[str, tuple[Section, float]] = {}
    for number, item in enumerate(chosen, start=1):
        begin = time.monotonic()
        scratch = folder / "proof-scratch" / item.name
        scratch.mkdir(parents=True, exist_ok=True)
        label = f"proof {number}/{len(chosen)}: {item.title}"
        with console.status(label) as status:
            section = _section(item, Settings(quick, scratch, _teller(console, status, label)), console)
        seconds = time.monotonic() - begin
        ran[item.name] = (section, seconds)
        report.add(item, section, seconds)
        report.write(ran)
        console.print(f"{label}: {section.summary} ({seconds:.0f} s)")
    return _sum_up(chosen, ran, report, console)


def _section(item: Listed, settings: Settings, console: Console) -> Section:
    """One that cannot get to its end has failed; the others still run, and their results stand."""
    try:
        return item.run(settings)
    except Exception as error:  # noqa: BLE001  # whatever it is, it is this section's failure
        console.print(traceback.format_exc(), markup=False)
        reason = f"broke off: {type(error).__name__}: {error}".strip()
        return Section(reason.splitlines()[0][:200], {}, failures=[reason[:1000].replace("\n", " ")])


def _teller(console: Console, status: Status, label: str) -> Callable[[str], None]:
    """A terminal shows the latest word; a log gets one now and then."""
    last = time.monotonic()

    def tell(words: str) -> None:
        nonlocal last
        status.update(f"{label}: {words}")
        if not console.is_terminal and time.monotonic() - last > SECONDS_BETWEEN_LINES:
            last = time.monotonic()
            console.print(f"{label}: {words}", markup=False)

    return tell


def _sum_up(chosen: Sequence[Listed], ran: dict[str, tuple[Section, float]], report: Report, console: Console) -> int:
    table = Table("section", "held", "what was found", "s", box=None, pad_edge=False)
    for item in chosen:
        section, seconds = ran[item.name]
        table.add_row(item.name, "[red]NO[/]" if section.failures else "yes", section.summary, f"{seconds:.0f}")
    Console(highlight=False).print(table)
    failures = [f"{item.name}: {failure}" for item in chosen for failure in ran[item.name][0].failures]
    for failure in failures:
        console.print(f"FAILED {failure}", style="red", markup=False)
    console.print(f"proof: written to {report.results} and {report.page}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
