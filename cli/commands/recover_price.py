"""`spendplane recover price`: rows by a wrong price, and their correction."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import correcting, output
from cli.commands.engage import answering
from cli.context import Session, session
from cli.errors import Exit
from cli.options import JsonOption, PricesOption, moment

if TYPE_CHECKING:
    from spendplane.application.books.correct import Correct, Correction, Note, Scope


def price(
    context: typer.Context,
    model: Annotated[str, typer.Option("--model", metavar="PATTERN", help="Of which model; may hold *.")],
    provider: Annotated[str | None, typer.Option("--provider", metavar="NAME", help="And of this provider.")] = None,
    since: Annotated[
        datetime | None, typer.Option("--from", parser=moment, metavar="TIME", help="Usage from then on.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--to", parser=moment, metavar="TIME", help="Usage before then.")
    ] = None,
    priced_by: Annotated[
        str, typer.Option("--priced-by", metavar="TEXT", help="A part of the price's source, as `explain` says it.")
    ] = "",
    prices: PricesOption = None,
    book: Annotated[bool, typer.Option("--book", help="Book the differences; else only list.")] = False,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why: it stays on each row.")] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List rows whose price was wrong, and correct them: once each, with what they were, who did it and why.

    It compares each row with the prices that are known here now, at the row's own time. Reads the whole ledger. Without
    --book it changes nothing, and ends with 3 when something would.
    """
    from spendplane.application.books.correct import Note, Scope

    if book and not reason.strip():
        raise typer.BadParameter("--book needs --reason: it stays on each row")
    if book and not yes and (as_json or not answering()):
        raise typer.BadParameter("nobody can be asked here: say --yes (see first: the same without --book)")
    run = session(context)
    use_case, scope = _correct(run, prices), Scope(model, provider, since, until, priced_by)
    found = _read(use_case, scope, run)
    number = correcting.rows(found)
    booked = book and (not number or yes or _agreed(found))
    if booked:
        found = _read(use_case, scope, run, Note(run.caller(), reason.strip()))
    _tell(found, booked=booked, as_json=as_json)
    if number and not booked:
        raise typer.Exit(Exit.FOUND)


def _correct(run: Session, prices: Path | None) -> "Correct":
    from spendplane.application.books.correct import Correct
    from spendplane.bootstrap import judge

    ports = run.priced_ports(prices)
    return Correct(ports.ledger, ports.prices, judge(ports), ports.retry)


def _read(use_case: "Correct", scope: "Scope", run: Session, note: "Note | None" = None) -> "Correction":
    with output.counting("booking" if note else "reading the ledger") as progress:
        return use_case(scope, run.now(), note, progress)


def _agreed(found: "Correction") -> bool:
    output.out(*correcting.lines(found))
    return typer.confirm(f"Correct {output.count(correcting.rows(found), 'row')}?", err=True)


def _tell(found: "Correction", *, booked: bool, as_json: bool) -> None:
    if as_json:
        output.print_json(correcting.to_object(found))
        return
    number = correcting.rows(found)
    if not number:
        output.out("Nothing to correct: every row costs what the prices here say.", *list(correcting.lines(found))[2:])
    elif not booked:
        output.out(*correcting.lines(found), f"{output.count(number, 'row')} differ; nothing was changed.")
        output.out("Correct them: the same with --book --reason '...'")
    else:
        amount = output.plain(found.booked_usd)
        raised = output.count(found.alerts, "alert")
        output.out(f"Corrected {output.count(found.booked, 'row')}: ${amount} in all; {raised} raised.")
