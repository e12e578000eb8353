"""Why an event costs what it costs, and where it counted."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from spendplane.application.ports import BookedRow, Ledger, PriceBook
from spendplane.domain.rating import Line, UnpricedError, lines
from spendplane.domain.usage import dedup_key


@dataclass(frozen=True, slots=True)
class Explanation:
    """The row as booked, and the price lines of today's book (None where the price is not from the book).

    `book_usd` differs from the row's `usd` when prices changed since: the row is never re-priced silently.
    """

    booked: BookedRow
    lines: tuple[Line, ...] | None
    book_usd: Decimal | None
    book_price: str | None


@dataclass(frozen=True, slots=True)
class Explain:
    """Finds a row by its event id, or by the provider's request id."""

    ledger: Ledger
    prices: PriceBook

    def __call__(
        self,
        identity: str,
        provider: str | None = None,
        progress: Callable[[], None] = lambda: None,
        *,
        search: bool = True,
    ) -> Explanation | None:
        """None when the ledger has no such row. Without `provider`, an event that was counted under its provider's
        request id is found by reading the whole ledger, unless `search` is off.
        """
        booked = self.ledger.row(dedup_key(identity))
        if booked is None and provider:
            booked = self.ledger.row(dedup_key(identity, provider, identity))
        if booked is None and search and not provider:
            booked = self._search(identity, progress)
        return self._explain(booked) if booked else None

    def _search(self, identity: str, progress: Callable[[], None]) -> BookedRow | None:
        for booked in self.ledger.rows():
            progress()
            if identity in (booked.row.event.id, booked.row.event.provider_request_id):
                return booked
        return None

    def _explain(self, booked: BookedRow) -> Explanation:
        event = booked.row.event
        if booked.row.price in {"producer", "cache hit", "blocked"}:
            return Explanation(booked, None, None, None)
        try:
            card = self.prices.card(event)
            priced = lines(event.usage, card)
        except UnpricedError as error:
            return Explanation(booked, None, None, str(error))
        return Explanation(booked, priced, sum((line.usd for line in priced), Decimal(0)), card.price)
