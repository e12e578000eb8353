"""A correction of prices, as people and programs read it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cli import output
from spendplane.domain.money import EXACT

if TYPE_CHECKING:
    from rich.console import RenderableType

    from spendplane.application.books.correct import Correction
    from spendplane.domain.ledger import Amendment


def to_object(found: "Correction") -> dict[str, Any]:
    """With every digit."""
    return {
        "groups": [
            {
                "provider": provider,
                "model": model,
                "price_was": was,
                "price_is": now,
                "rows": group.rows,
                "usd_was": group.was,
                "usd_is": group.now,
                "difference_usd": EXACT.subtract(group.now, group.was),
            }
            for (provider, model, was, now), group in sorted(found.groups.items())
        ],
        "without_price": found.without_price,
        "booked": found.booked,
        "booked_usd": found.booked_usd,
        "alerts": found.alerts,
    }


def amendment(made: "Amendment") -> dict[str, Any]:
    """What a row was before it was corrected."""
    return {"at": made.at, "by": made.by, "reason": made.reason, "usd": made.usd, "price": made.price}


def rows(found: "Correction") -> int:
    """How many cost something else by now."""
    return sum(group.rows for group in found.groups.values())


def lines(found: "Correction") -> "Iterator[RenderableType]":
    """The groups, and a word on what has no price."""
    made = output.table(
        "Model", "Priced by", "Now by", "Rows", "$ was", "$ now", right=("Rows", "$ was", "$ now"),
        fold=("Model", "Priced by", "Now by"),
    )  # fmt: skip
    for (provider, model, was, now), group in sorted(found.groups.items()):
        texts = (output.safe(f"{provider} {model}"), output.safe(was), output.safe(now))
        made.add_row(*texts, f"{group.rows:,}", output.plain(group.was), output.plain(group.now))
    yield made
    yield ""
    if found.without_price:
        yield f"{output.count(found.without_price, 'row')} without a price here: left as they are."
