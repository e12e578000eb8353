"""A price bucket by bucket."""

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from cli.output import plain, table

if TYPE_CHECKING:
    from rich.table import Table

    from spendplane.domain.rating import Line


def to_objects(lines: Iterable["Line"]) -> list[dict[str, Any]]:
    """For scripts. `usd_per_million` is null for images and for a fee per request: these have `usd_each`."""
    return [
        {
            "bucket": line.bucket,
            "units": line.units,
            "usd_per_million": line.usd_per_million,
            "usd_each": line.usd_each,
            "usd": line.usd,
        }
        for line in lines
    ]


def to_table(lines: Iterable["Line"], total: Decimal | None) -> "Table":
    """Every digit, and the points below each other: this is where somebody checks a bill."""
    found = list(lines)
    places = max((_places(line.usd) for line in found), default=2)
    made = table("Bucket", "Tokens", "$ per million", "$", right=("Tokens", "$ per million", "$"))
    for line in found:
        rate = _each(line) if line.usd_per_million is None else f"{line.usd_per_million:.{_rate_places(found)}f}"
        made.add_row(line.bucket, f"{line.units:,}", rate, f"{line.usd:.{places}f}")
    made.add_row("total", "", "", "no price known" if total is None else f"{total:.{places}f}", style="bold")
    return made


def _each(line: "Line") -> str:
    return "a request" if line.usd_each is None or line.bucket == "request" else f"{plain(line.usd_each)} an image"


def _rate_places(lines: Iterable["Line"]) -> int:
    return max((_places(line.usd_per_million) for line in lines if line.usd_per_million is not None), default=2)


def _places(amount: Decimal) -> int:
    """At least two: cents."""
    return max(2, len(plain(amount).partition(".")[2]))
