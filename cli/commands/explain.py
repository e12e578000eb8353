"""`spendplane explain`: why an event costs what it costs, and where it counted."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import correcting, output, pricelines, quarantined
from cli.context import Session, session
from cli.errors import Failure
from cli.options import JsonOption, PricesOption

if TYPE_CHECKING:
    from spendplane.application.books.explain import Explanation
    from spendplane.application.ports import QuarantineEntry
    from spendplane.domain.counters import CounterRef

_NOWHERE = (
    "it may still be on its way (seconds), in the dead-letter queue (spendplane doctor), or older than the 45 days for"
    " which rows are kept"
)


def explain(
    context: typer.Context,
    event_id: Annotated[str, typer.Argument(metavar="EVENT_ID", help="The event's id, or its provider's request id.")],
    provider: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="EVENT_ID is a request id of this provider: spares reading the whole ledger."
        ),
    ] = None,
    prices: PricesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Explain one event: its price bucket by bucket, the price's source, and the budgets it counted in."""
    from spendplane.application.ports import QuarantineEntry

    found = _find(session(context), event_id, provider, prices)
    if found is None:
        raise Failure(f"event `{event_id}` is neither in the ledger nor in the quarantine", _NOWHERE)
    if isinstance(found, QuarantineEntry):
        _tell_quarantined(found, as_json=as_json)
    elif as_json:
        output.print_json(_object(found))
    else:
        _tell(found)


def _find(
    run: Session, event_id: str, provider: str | None, prices: Path | None
) -> "Explanation | QuarantineEntry | None":
    """By its key, then in the quarantine; and only then by reading the whole ledger."""
    from spendplane.application.books.explain import Explain

    ports = run.priced_ports(prices)
    ask = Explain(ports.ledger, ports.prices)
    found = ask(event_id, provider, search=False) or quarantined.search(ports.quarantine, event_id, run.now())
    if found or provider:
        return found
    with output.counting("reading the whole ledger (--provider makes it quick)") as progress:
        return ask(event_id, progress=progress)


def _object(found: "Explanation") -> dict[str, Any]:
    row, event = found.booked.row, found.booked.row.event
    return {
        "id": event.id,
        "state": "unpriced" if row.usd is None else "counted",
        "time": event.time,
        "booked_at": row.booked_at,
        "source": event.source,
        "provider": event.provider,
        "model": event.model,
        "provider_request_id": event.provider_request_id,
        "usd": row.usd,
        "price": row.price,
        "lines": pricelines.to_objects(found.lines or ()),
        "book_usd": found.book_usd,
        "book_price": found.book_price,
        "amendments": [correcting.amendment(item) for item in found.booked.amendments],
        "counted_in": [_counted(ref) for ref in found.booked.refs],
        "attributes": event.attributes,
    }


def _counted(ref: "CounterRef") -> dict[str, Any]:
    window = ref.window
    return {"budget_id": ref.budget_id, "key": ref.key, "period": window.period.value, "period_start": window.start}


def _tell(found: "Explanation") -> None:
    row, event = found.booked.row, found.booked.row.event
    who = ", ".join(f"{name}={value}" for name, value in event.attributes.items() if name not in {"provider", "model"})
    headline = "counted, without a price" if row.usd is None else f"counted, ${output.plain(row.usd)}"
    facts = [
        ("happened", f"{output.utc(event.time)}, booked {output.utc(row.booked_at)}"),
        ("model", f"{event.provider} {event.model}"),
        ("of", who),
        ("outcome", event.outcome + (", cache hit" if event.cache_hit else "")),
        ("request id", event.provider_request_id or ""),
        ("published by", event.source),
        ("price from", row.price),
    ]
    output.out(output.safe(f"Event {event.id}: {headline}"), "")
    output.out(output.facts([(name, output.safe(value)) for name, value in facts if value]), "")
    _tell_price(found)
    _tell_counters(found)


def _tell_price(found: "Explanation") -> None:
    usd = found.booked.row.usd
    for item in found.booked.amendments:
        was = f"${output.plain(item.usd)} by {item.price}"
        said = f"Corrected {output.minute(item.at)} by {item.by}: {item.reason}. It was {was}."
        output.out(output.safe(said), "")
    if found.lines:
        output.out(pricelines.to_table(found.lines, found.book_usd), "")
    if usd is None and found.book_usd is not None:
        output.out("A price is known by now: `spendplane reprice` rates the row.", "")
    elif usd is None:
        output.out(
            "It is missing from every dollar figure: add its model to prices.yaml, then `spendplane reprice`.", ""
        )
    elif found.book_usd is not None and found.book_usd != usd:
        now = output.plain(found.book_usd)
        output.out(f"The prices here give ${now} today. The row keeps the price it was booked with.", "")


def _tell_counters(found: "Explanation") -> None:
    if not found.booked.refs:
        output.out("It counts in no budget: none matched when it was booked.")
        return
    made = output.table("Counts in", "Period", "Key", fold=("Counts in", "Key"))
    for ref in found.booked.refs:
        made.add_row(ref.budget_id, str(ref.window), "" if ref.key is None else output.safe(ref.key))
    output.out(made)


def _tell_quarantined(entry: "QuarantineEntry", *, as_json: bool) -> None:
    if as_json:
        output.print_json(
            {**quarantined.to_object(entry, body=True), "state": "quarantined", "quarantine": entry.state}
        )
        return
    output.out(f"Not counted: it is in the quarantine as {entry.id} ({entry.state.lower()}).")
    output.out(
        output.facts([("reason", output.safe(entry.reason)), ("more", f"spendplane quarantine show {entry.id}")])
    )
