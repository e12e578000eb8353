"""What several commands share: options, and the note on exit codes."""

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer

EPILOG = (
    "Exit codes: 0 done · 1 failed (AWS, permission, file, unknown name) · 2 wrong command line · 3 found something:"
    " differences, invalid records, changes with --detailed-exitcode, a failed check of doctor, a target that the kill"
    " switch could not turn, missing tags · 130 interrupted."
)

JsonOption = Annotated[
    bool, typer.Option("--json", help="Machine-readable output on stdout; numbers keep every digit.")
]
PricesOption = Annotated[
    Path | None,
    typer.Option("--prices", metavar="FILE", help="prices.yaml; default: here, else beside the project's app.py."),
]
BudgetArgument = Annotated[str, typer.Argument(metavar="BUDGET", help="A deployed budget.")]
KeyOption = Annotated[
    str | None,
    typer.Option("--key", metavar="VALUE", help="Which counter of a budget with `per`; --key=-x for one with a dash."),
]
ReasonOption = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why: for the audit and for the notices.")]
DaysOption = Annotated[int, typer.Option("--days", min=1, max=45, help="How many UTC days back, today included.")]


def moment(text: str) -> datetime:
    """`2026-11-22` (its first moment, UTC) or a date and time with an offset. Raises BadParameter."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"not a date or time in ISO 8601: {text!r}, such as 2026-11-22T04:00:00Z") from None
    if time.tzinfo is None:
        if len(text) > len("2026-11-22"):
            raise typer.BadParameter(f"without an offset: {text!r} (write …Z or …+02:00)")
        return time.replace(tzinfo=UTC)
    return time


def usd(text: str) -> Decimal:
    """`50` or `12.50`: dollars, more than none. Raises BadParameter."""
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise typer.BadParameter(f"not an amount of US dollars: {text!r}, such as 50 or 12.50") from None
    if not amount.is_finite() or amount <= 0:
        raise typer.BadParameter(f"grants nothing: {text!r}; name the dollars that may be spent beyond the limit")
    return amount
