"""`spendplane events put`: checks usage records, then publishes them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import output
from cli.context import Session, session
from cli.errors import Exit, Failure
from cli.options import EPILOG, JsonOption
from cli.publisher import Published, Publisher, batched, single
from cli.records import read
from cli.usage import DEFAULT_SOURCE, Record, Refused, check

MAX_SHOWN = 20
"""Bad records told to a person; --json tells all."""

app = typer.Typer(help="Usage events by hand: from files, for imports and trials.", no_args_is_help=True)


@app.command("put", epilog=EPILOG)
def put(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="JSON, a JSON array or JSON Lines; - for standard input.")
    ],
    batch: Annotated[
        bool, typer.Option("--batch", help="Up to 500 records in one event (AI Usage Batch Recorded): cheaper, faster.")
    ] = False,
    source: Annotated[
        str | None,
        typer.Option(metavar="NAME", help=f"The producer's name. (Default: the file's, else {DEFAULT_SOURCE}.)"),
    ] = None,
    skip_invalid: Annotated[
        bool, typer.Option("--skip-invalid", help="Publish the valid records although others are invalid.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check only; publish nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Check every record against the contract, then publish them.

    The file holds usage records; EventBridge events and batches of records are taken apart. When one record is
    invalid, nothing is published (unless --skip-invalid) and the command ends with 3.
    """
    found = session(context)
    good, bad = check(read(file), source, found.now())
    if not good and not bad:
        raise Failure(f"{file}: no record in it")
    _tell_refused(bad, file)
    done = Published()
    if not dry_run and (not bad or skip_invalid):
        _publish(found, good, done, batch=batch)
    if as_json:
        output.print_json(_object(found, good, bad, done, dry_run=dry_run))
    else:
        _tell(found, good, bad, done, dry_run=dry_run)
    if done.failed:
        raise Failure(
            f"{len(done.failed)} events were not taken: {done.failed[0][1]}",
            "publish the file again: what was counted counts once",
        )
    if bad:
        raise typer.Exit(Exit.FOUND)


def _publish(found: Session, good: Sequence[Record], done: Published, *, batch: bool) -> None:
    events = batched(good) if batch else single(good)
    client = found.clients("events")
    _expect_bus(client, found.settings.bus)
    publisher = Publisher(client, found.settings.bus, found.sleep)
    try:
        with output.counting("publishing", len(good)) as progress:
            publisher(events, done, progress)
    except BaseException:
        if done.records:
            output.err(f"published {done.records} of {len(good)} records before this; the same file may be put again")
        raise


def _expect_bus(client: Any, name: str) -> None:
    """PutEvents takes events for a bus that does not exist, and drops them: so ask before, where that is allowed."""
    from botocore.exceptions import ClientError

    try:
        client.describe_event_bus(Name=name)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            raise


def _tell_refused(bad: Sequence[Refused], file: Path) -> None:
    name = "stdin" if str(file) == "-" else file
    for item in bad[:MAX_SHOWN]:
        output.err(f"{name}:{item.line}: {output.safe(item.reason)}", style="red")
    if len(bad) > MAX_SHOWN:
        output.err(f"… and {len(bad) - MAX_SHOWN:,} more (all of them: --json)", style="red")


def _tell(found: Session, good: Sequence[Record], bad: Sequence[Refused], done: Published, *, dry_run: bool) -> None:
    if dry_run:
        output.out(
            f"{output.count(len(good), 'valid record')}, {len(bad):,} invalid; nothing was published (--dry-run)"
        )
    elif bad and not done.records:
        output.out(f"Nothing was published: of {output.count(len(good) + len(bad), 'record')}, {len(bad):,} invalid.")
        output.err("  mend: correct them, or publish the others with --skip-invalid")
    else:
        again = f", {done.retries:,} sent again" if done.retries else ""
        left = f", {len(bad):,} invalid left out" if bad else ""
        sent = f"{output.count(done.records, 'record')} in {output.count(done.events, 'event')}"
        output.out(f"Published {sent} on bus {found.settings.bus}{again}{left}.")


def _object(
    found: Session, good: Sequence[Record], bad: Sequence[Refused], done: Published, *, dry_run: bool
) -> dict[str, Any]:
    return {
        "bus": found.settings.bus,
        "dry_run": dry_run,
        "records": len(good) + len(bad),
        "valid": len(good),
        "invalid": [{"line": item.line, "reason": item.reason} for item in bad],
        "published": done.records,
        "events": done.events,
        "retries": done.retries,
        "failed": [
            {"lines": [record.line for record in event.records], "reason": reason} for event, reason in done.failed
        ],
    }
