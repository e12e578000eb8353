"""What one event costs, and where the figure comes from."""

from decimal import Decimal

from spendplane.application.ports import PriceBook
from spendplane.domain.money import to_usd
from spendplane.domain.rating import UnpricedError, rate
from spendplane.domain.usage import UsageEvent


def price(event: UsageEvent, book: PriceBook) -> tuple[Decimal, str]:
    """Dollars and source. Raises UnpricedError.

    In this order: the producer's own `cost_usd`; nothing for a call that never reached the provider (a cache hit, a
    blocked call); the price book at the event's own time.
    """
    if event.cost_usd is not None:
        return to_usd(event.cost_usd), "producer"
    if event.cache_hit:
        return Decimal(0), "cache hit"
    if event.outcome == "blocked":
        return Decimal(0), "blocked"
    card = book.card(event)
    return rate(event.usage, card), card.price


def try_price(event: UsageEvent, book: PriceBook) -> tuple[Decimal | None, str]:
    """As `price`, with None and the reason for an unpriced one."""
    try:
        return price(event, book)
    except UnpricedError as error:
        return None, f"unpriced: {error}"
