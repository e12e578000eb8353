"""What a call costs."""

from typing import Protocol

from spendplane.domain.rating import RateCard
from spendplane.domain.usage import UsageEvent


class PriceBook(Protocol):
    """Rate cards. Everything that is known about a call's price."""

    def card(self, event: UsageEvent) -> RateCard:
        """The rates for this call at its own time. Raises UnpricedError with what is missing."""
