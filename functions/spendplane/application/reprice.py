"""Gives unpriced rows their price, once each, when the price book has learnt it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from spendplane.application.judge import Judge
from spendplane.application.ports import BookedRow, Ledger, PriceBook
from spendplane.application.pricing import price
from spendplane.application.retry import Retry
from spendplane.domain.counters import CounterRef, Increment
from spendplane.domain.ledger import Transaction
from spendplane.domain.rating import UnpricedError


@dataclass(slots=True)
class RepriceReport:
    """`still_unpriced` maps provider and model to the number of rows without a price."""

    rated: int = 0
    usd: Decimal = Decimal(0)
    alerts: int = 0
    still_unpriced: dict[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Reprice:
    """Rates at the event's own time, by the book of today."""

    ledger: Ledger
    prices: PriceBook
    judge: Judge
    retry: Retry

    def __call__(self, now: datetime, progress: Callable[[], None] = lambda: None) -> RepriceReport:
        """Rates every unpriced row that has a price now, then judges the counters. Safe to run twice or in parallel."""
        report = RepriceReport(still_unpriced={})
        touched: dict[CounterRef, None] = {}
        for booked in self.ledger.unpriced(now):
            self._rate(booked, report, touched)
            progress()
        report.alerts = len(self.judge.touched(touched, now)) if touched else 0
        return report

    def _rate(self, booked: BookedRow, report: RepriceReport, touched: dict[CounterRef, None]) -> None:
        event = booked.row.event
        try:
            usd, source = price(event, self.prices)
        except UnpricedError:
            name = f"{event.provider} {event.model}"
            waiting = report.still_unpriced or {}
            waiting[name] = waiting.get(name, 0) + 1
            report.still_unpriced = waiting
            return
        row = replace(booked.row, usd=usd, price=source)
        increments = tuple(Increment(ref, usd=usd, unpriced=-1) for ref in booked.refs)
        change = Transaction((row,), increments)
        touched.update(
            dict.fromkeys(booked.refs)
        )  # also when another run was first: its judgement may have been cut off
        if self.retry(lambda: self.ledger.rerate(booked, change)):
            report.rated += 1
            report.usd += usd
