"""The end of the story: how the budgets stand, whether the books agree, what was refused and why, what to try next."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from cli.output import safe
from cli.standings import to_table
from local.demo.books import Books
from local.demo.check import Check
from local.demo.result import Result
from local.demo.screen import Screen
from spendplane.application.ports import QuarantineEntry

TOP_USERS = 3
WITH_THIS_ACCOUNT = (
    ("spendplane status", "every budget with its bar"),
    ("spendplane status --budget every-user-daily --key dana.k", "one user's day and its pace"),
    ("spendplane quarantine ls", "what was refused, and why"),
    ("spendplane rebuild --check", "counters against the ledger, again"),
    ("spendplane kill plan marketing-gen-staging", "what its switch would turn down; it only observes"),
    ("spendplane kill engage lead-finder-staging --reason again", "turn it down once more"),
    ("spendplane tail", "live events and crossings"),
)
WITH_ANOTHER = (
    ("make demo ARGS=--keep", "the same, and the account stays"),
    ("make up", "an account with budgets.yaml, until make down"),
    (". build/local.env; .venv/bin/spendplane status", "how its budgets stand"),
    ("make help", "everything else"),
)


def close(screen: Screen, books: Books, result: Result) -> None:
    """Prints all of it."""
    width = screen.console.width
    screen.say("", _title("How the budgets stand"), to_table(books.standings(), TOP_USERS, width))
    screen.say("", _title("Do the books agree?"), _agreement(result.checks))
    screen.say("", _title("Did the kill switch stop staging, and nothing else?"), _agreement(result.of_switch))
    entries = books.quarantine()
    screen.say("", _title(f"Quarantined: {len(entries)}, each with its reason"), _quarantine(entries))
    screen.say("", _title("Without a price, so in no dollar figure above"), _unpriced(books.unpriced_models()))
    screen.say("", *_verdict(result))


def advice(screen: Screen, commands: Sequence[tuple[str, str]]) -> None:
    """The commands to go on with."""
    table = _table("", "")
    for command, what in commands:
        table.add_row(f"  {command}", what)
    screen.say("", _title("To try next"), table)


def _title(text: str) -> Text:
    return Text(text, style="bold")


def _agreement(checks: Sequence[Check]) -> Table:
    made = _table("", "", "")
    for check in checks:
        mark = Text("agrees", style="green") if check.agrees else Text("DISAGREES", style="bold red")
        made.add_row(check.claim, _figures(check), mark)
    return made


def _figures(check: Check) -> Text:
    values = set(check.figures.values())
    if len(values) == 1:
        names = ", ".join(check.figures)
        return Text(f"{_shown(values.pop())}  ({names})")
    return Text("\n".join(f"{_shown(value)}  ({name})" for name, value in check.figures.items()), style="red")


def _shown(value: Decimal | int) -> str:
    return f"{value:,}" if isinstance(value, int) else f"${value:,f}"


def _quarantine(entries: Sequence[QuarantineEntry]) -> Table:
    made = _table("From", "Reason", folding="Reason")
    for entry in sorted(entries, key=lambda entry: (entry.source, entry.reason)):
        made.add_row(entry.source.removeprefix("com.example."), Text(safe(_cut(entry.reason))))
    return made


def _cut(reason: str, longest: int = 150) -> str:
    return reason if len(reason) <= longest else f"{reason[:longest]}…"


def _unpriced(models: dict[str, int]) -> Table:
    made = _table("Model", "Records", folding="Model")
    for name, count in sorted(models.items()):
        made.add_row(name, f"{count:,}")
    return made


def _verdict(result: Result) -> list[RenderableType]:
    figures = result.figures
    slowest = [alert["latency_ms"] for alert in figures["alerts"] if alert["latency_ms"] is not None]
    waits = f"; alerts took {min(slowest):,} to {max(slowest):,} ms" if slowest else ""
    seconds = figures["seconds"]
    counts = f"{figures['ledger_rows']:,} counted once, {figures['duplicates_dropped']:,} repeats dropped"
    covers = "make setup, emulators, cdk bootstrap and synth, first start of the functions and agents"
    lines: list[RenderableType] = [
        f"{figures['published']:,} records published: {counts}, {figures['quarantined']} quarantined{waits}.",
        *_stopped(figures["kill_switch"]),
        f"Set-up {seconds['setup']} s ({covers}), cdk deploy {seconds['deploy']} s, story {seconds['story']} s.",
    ]
    if result.agrees:
        said = (
            "Ledger, counters, quarantine and alerts agree with what was published; staging was stopped and given back."
        )
        return [*lines, Text(said, style="bold green")]
    return [*lines, *(Text(problem[0].upper() + problem[1:], style="bold red") for problem in result.problems)]


def _stopped(targets: Sequence[Mapping[str, Any]]) -> list[str]:
    seconds = [target["seconds_from_last_event"] for target in targets if target["seconds_from_last_event"] is not None]
    back = sum(target["released"] for target in targets)
    if not seconds:
        return []
    took = f"{min(seconds):.2f} to {max(seconds):.2f} s after the event that crossed"
    return [f"The kill switch stopped {len(seconds)} of {len(targets)} targets {took}; {back} came back as they were."]


def _table(*columns: str, folding: str = "") -> Table:
    made = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=any(columns), header_style="dim")
    for name in columns:
        made.add_column(name, overflow="fold", no_wrap=name != folding)
    return made
