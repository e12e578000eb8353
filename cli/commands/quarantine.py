"""`spendplane quarantine ls | show | replay`: refused records, why, and once more."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import output, quarantined
from cli.context import Session, session
from cli.errors import Exit, Failure
from cli.options import EPILOG, DaysOption, JsonOption
from cli.republishing import republished

if TYPE_CHECKING:
    from spendplane.application.ports import QuarantineEntry

app = typer.Typer(help="Refused records: why, and publishing them again.", no_args_is_help=True)


class Shown(StrEnum):
    """Which entries."""

    QUARANTINED = "quarantined"
    REPLAYED = "replayed"
    ALL = "all"


@app.command("ls", epilog=EPILOG)
def ls(
    context: typer.Context,
    days: DaysOption = 7,
    state: Annotated[Shown, typer.Option(help="Which entries.")] = Shown.QUARANTINED,
    as_json: JsonOption = False,
) -> None:
    """List refused records, the newest first."""
    found = _entries(session(context), days, state)
    if as_json:
        output.print_json([quarantined.to_object(entry) for entry in found])
        return
    if not found:
        output.out(f"Nothing is in the quarantine ({state.value}, last {days} days).")
        return
    made = output.table("Id", "Seen", "Source", "Reason", fold=("Source", "Reason"))
    for entry in found:
        mark = " (replayed)" if entry.state == "REPLAYED" else ""
        made.add_row(
            entry.id, f"{entry.seen_at:%m-%d %H:%M}", output.safe(entry.source), output.safe(entry.reason) + mark
        )
    output.out(made)


@app.command("show", epilog=EPILOG)
def show(
    context: typer.Context,
    entry_id: Annotated[str, typer.Argument(metavar="ID", help="As `quarantine ls` and the event say.")],
    as_json: JsonOption = False,
) -> None:
    """Show one refused record with its reason."""
    entry = _entry(session(context), entry_id)
    if as_json:
        output.print_json(quarantined.to_object(entry, body=True))
        return
    rows = [
        ("reason", output.safe(entry.reason)),
        ("seen", output.utc(entry.seen_at)),
        ("source", output.safe(entry.source)),
        ("state", entry.state.lower()),
        ("replay", f"spendplane quarantine replay {entry.id} [--set field=value]"),
    ]
    output.out(f"Quarantine entry {entry.id}", "", output.facts(rows), "", *quarantined.readable(entry.body))


@app.command("replay", epilog=EPILOG)
def replay(
    context: typer.Context,
    ids: Annotated[list[str] | None, typer.Argument(metavar="ID…", help="Entries to publish again.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every entry of the last --days that was not replayed.")] = False,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="FIELD=VALUE", help="Corrects a top-level field; may be repeated."),
    ] = None,
    days: DaysOption = 45,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be published; publish nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Publish refused records again, corrected where --set says so.

    A record that would be refused again is left where it is, and the command ends with 3. What was counted meanwhile
    counts once.
    """
    if bool(ids) == every:
        raise typer.BadParameter("give the IDs of entries, or --all")
    run = session(context)
    entries = _entries(run, days, Shown.QUARANTINED) if every else [_entry(run, entry_id) for entry_id in ids or ()]
    mended = _changes(changes or [])
    ports, results = run.ports(), []
    producers = ports.definitions.producers()
    with output.counting("replaying", len(entries)) as progress:
        for entry in entries:
            results.append(republished(entry, mended, ports, producers, run.now(), dry_run=dry_run))
            progress()
    _tell(results, dry_run=dry_run, as_json=as_json)
    if any(result["problem"] for result in results):
        raise typer.Exit(Exit.FOUND)


def _entries(run: Session, days: int, state: Shown) -> "list[QuarantineEntry]":
    found = run.ports().quarantine.entries(quarantined.days_until(run.now(), days))
    return [entry for entry in found if state is Shown.ALL or entry.state.lower() == state.value]


def _entry(run: Session, entry_id: str) -> "QuarantineEntry":
    entry = run.ports().quarantine.get(entry_id)
    if entry is None:
        raise Failure(f"no quarantine entry `{entry_id}`", "see spendplane quarantine ls --state all --days 45")
    return entry


def _changes(pairs: list[str]) -> dict[str, str]:
    found = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise typer.BadParameter(f"--set {pair!r}: write field=value, such as environment=staging")
        found[name] = value
    return found


def _tell(results: list[dict[str, Any]], *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        output.print_json(results)
        return
    for result in results:
        if result["problem"]:
            output.out(output.safe(f"{result['id']}  left where it is: {result['problem']}"))
        elif dry_run:
            output.out(output.safe(f"{result['id']}  would be published: {result['record']}"))
        else:
            output.out(f"{result['id']}  published again")
    done = sum(not result["problem"] for result in results)
    output.err(f"{done} of {len(results)} {'could be ' if dry_run else ''}published again")
