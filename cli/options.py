"""What several commands share: options, and the note on exit codes."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

EPILOG = (
    "Exit codes: 0 done · 1 failed (AWS, permission, file, unknown name) · 2 wrong command line · 3 found something:"
    " differences, invalid records, changes with --detailed-exitcode, a failed check of doctor · 130 interrupted."
)

JsonOption = Annotated[
    bool, typer.Option("--json", help="Machine-readable output on stdout; numbers keep every digit.")
]
PricesOption = Annotated[
    Path | None,
    typer.Option("--prices", metavar="FILE", help="prices.yaml; default: here, else beside the project's app.py."),
]
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
