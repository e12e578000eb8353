"""`spendplane idle`: what instances burn while nobody calls them."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli import idling, output
from cli.context import Session, session
from cli.errors import Exit, Failure
from cli.files import prices_path
from cli.options import JsonOption, PricesOption

if TYPE_CHECKING:
    from pathlib import Path

    from spendplane.application.idle.idle_report import IdleReport


def idle(
    context: typer.Context,
    days: Annotated[int, typer.Option("--days", min=1, max=90, help="So many days, up to the last whole hour.")] = 30,
    every: Annotated[bool, typer.Option("--all", help="Also what is in use, or has no instances.")] = False,
    prices: PricesOption = None,
    as_json: JsonOption = False,
) -> None:
    """List endpoints and notebooks of this account and Region that idle: hours, dollars, what to do, what it saves.

    An hour with instances and without a call is idle; of notebooks, one without use. Changes nothing. Ends with 3 when
    there is something to do, or an endpoint could not be read.
    """
    report = _read(session(context), days, prices_path(prices))
    if as_json:
        output.print_json(idling.to_object(report))
    else:
        output.out(*idling.lines(report, every=every))
    for name, why in report.unread.items():
        output.err(output.safe(f"not read: {name}: {why}"), "yellow")
    if report.unread or any(line.finding for line in report.lines):
        raise typer.Exit(Exit.FOUND)


def _read(run: Session, days: int, prices: "Path | None") -> "IdleReport":
    from spendplane.application.ports.fleet import RefusedError

    audit = run.make_idle_audit(prices)
    try:
        with output.counting("reading endpoints") as progress:
            found = audit.account.found(progress)
        with output.counting("reading metrics", audit.account.batches(found.resources)) as progress:
            return audit.report(found, run.now(), days, progress)
    except RefusedError as error:
        raise Failure(str(error), "give these credentials the permission, or use others (AWS_PROFILE)") from error
