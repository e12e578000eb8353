"""`spendplane reconcile`: a month of the ledger against the bill."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import output, reconciled
from cli.context import Session, session
from cli.errors import Exit, Failure
from cli.options import JsonOption

if TYPE_CHECKING:
    from spendplane.domain.bill_rows import Report

_LOOKS_BACK = timedelta(days=15)
"""So long the last month is the one that people mean: its bill is complete by then, and the ledger has all of it."""


def _month(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC).date()
    except ValueError:
        raise typer.BadParameter(f"not a month: {text!r}, such as 2026-11") from None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"not a day: {text!r}, such as 2026-11-22") from None


def reconcile(
    context: typer.Context,
    cur: Annotated[
        Path,
        typer.Option("--cur", metavar="FILE", help="CUR 2.0, FOCUS 1.2 or Cost Explorer; CSV or Parquet."),
    ],
    month: Annotated[
        date | None,
        typer.Option(parser=_month, metavar="YYYY-MM", help="Default: this month; until the 15th, the last one."),
    ] = None,
    tolerance: Annotated[
        float, typer.Option(min=0, metavar="PERCENT", help="Differences up to this share of the bill are none.")
    ] = 1.0,
    through: Annotated[
        date | None,
        typer.Option(parser=_day, metavar="DAY", help="The bill is complete through this day. Default: by the file."),
    ] = None,
    alias: Annotated[
        list[str] | None,
        typer.Option(metavar="BILL=LEDGER", help="Another name of a model on the bill; may be repeated."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Also the rows that agree.")] = False,
    apply: Annotated[
        bool,
        typer.Option("--apply", help="Store the drift: where it is too high, hard limits only alert."),
    ] = False,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why, for the audit; with --apply.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Compare a month of the ledger with the bill, by day and model. Reads the whole ledger once.

    A day counts only when its bill is complete. Ends with 3 when something differs by more than the tolerance.
    """
    if apply and not reason.strip():
        raise typer.BadParameter("--apply is kept for the audit: say why, with --reason")
    run = session(context)
    bound = Decimal(str(tolerance))
    report = _report(run, cur, month, bound, through, _aliases(alias or []))
    effects = _apply(run, report, reason.strip()) if apply else None
    if as_json:
        output.print_json(reconciled.to_object(report, bound, effects))
    else:
        output.out(*reconciled.lines(report, bound, every=every, effects=effects))
    if reconciled.off(report, bound):
        raise typer.Exit(Exit.FOUND)


def _aliases(given: list[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in given]
    for text, (bill, _, ledger) in zip(given, pairs, strict=True):
        if not bill.strip() or not ledger.strip():
            raise typer.BadParameter(f"--alias {text!r}: write BILL=LEDGER, such as MistralSmall=mistral-small-2402")
    return {bill.strip(): ledger.strip() for bill, _, ledger in pairs}


def _report(
    run: Session, cur: Path, month: date | None, tolerance: Decimal, through: date | None, aliases: dict[str, str]
) -> "Report":
    from spendplane.adapters.bills.exports import read
    from spendplane.application.books.reconcile import Reconcile

    now = run.now()
    first = month or (now - _LOOKS_BACK).astimezone(UTC).date().replace(day=1)
    with output.counting("reading bill and ledger") as progress:
        report = Reconcile(run.ports().ledger)(
            read(cur), first, now, tolerance=tolerance, through=through, aliases=aliases, progress=progress
        )
    if report.month not in report.months:
        has = ", ".join(report.months) or "nothing"
        raise Failure(f"{cur} has no line of {report.month}: it holds {has}", "choose another file, or --month")
    return report


def _apply(run: Session, report: "Report", reason: str) -> list[tuple[str, str]]:
    """Stores it; returns the budgets whose hard limits only alert from now on, each with the reason."""
    from cli.checks.drift import in_doubt
    from spendplane.domain.drift import Reconciliation

    if not report.compared:
        raise Failure(
            f"nothing of {report.month} could be compared: nothing was stored", "see the reasons in the table"
        )
    found = Reconciliation(report.month, report.through, run.now(), run.caller(), reason, report.compared)
    run.drifts().store(found)
    return in_doubt(run, found)
