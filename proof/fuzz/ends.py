"""How a record ends: counted or refused; and what must be true of each, up to what is written into the table."""

from pathlib import Path

from spendplane.adapters.dynamodb import quarantine
from spendplane.adapters.dynamodb.items import booked_from_item, rows_to_items
from spendplane.adapters.prices import LayeredPriceBook
from spendplane.application.metering.pricing import try_price
from spendplane.application.ports import QuarantineEntry
from spendplane.contract.envelope import MAX_RECORD_BYTES, Message, Rejected, read
from spendplane.contract.prices_file import PricesFile
from spendplane.contract.usage_event import from_canonical
from spendplane.domain.ledger import LedgerRow
from spendplane.domain.periods import Period, window_of
from spendplane.domain.usage import PARTS, UsageEvent
from tests.support.builders import at

ROOT = Path(__file__).parents[2]
NOW = at("2026-11-22T04:05:00Z")
"""When the samples under `events` were received."""
DISCOUNT = {"provider": "openai", "factor": "0.9", "from": "2026-01-01", "source": "contract"}
BOOK = LayeredPriceBook(PricesFile.model_validate({"version": 1, "factors": [DISCOUNT]}))


def records(body: str) -> list[UsageEvent | Rejected]:
    """Every record of a message; each is as it must be."""
    found = list(read(Message("m", body, NOW)))
    for item in found:
        if isinstance(item, Rejected):
            _refused(item)
        else:
            _counted(item)
    return found


def _refused(item: Rejected) -> None:
    """With a reason and an id, and in a form that the table takes."""
    assert item.reason.strip()
    assert len(item.id) == 24
    stored = quarantine.to_item(QuarantineEntry(item.id, item.reason, item.body, item.source, NOW))
    for name in ("id", "reason", "source", "state"):
        stored[name]["S"].encode()


def _counted(event: UsageEvent) -> None:
    """The same after the table, in a period of each kind, at a price or none, and with counts that can be."""
    again = from_canonical(event.canonical, event.source)
    assert again == event
    assert again.canonical == event.canonical
    assert len(event.canonical.encode()) <= MAX_RECORD_BYTES
    assert all(value and value == value.strip() and "#" not in value for value in event.attributes.values())
    for bucket, parts in PARTS.items():
        counts = [getattr(event.usage, name) for name in (bucket, *parts)]
        assert all(type(count) is int and count >= 0 for count in counts)
        assert sum(counts[1:]) <= counts[0]
    for period in Period:
        window = window_of(period, event.time)
        assert window.start <= event.time
        assert window.end is None or event.time < window.end
    usd, source = try_price(event, BOOK)
    assert usd is None or (usd.is_finite() and usd >= 0)
    row = LedgerRow(event, usd, source, (), NOW)
    (item,) = rows_to_items([row])
    item["price"]["S"].encode()
    assert booked_from_item(item).row == row
