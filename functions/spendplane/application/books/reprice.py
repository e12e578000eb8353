"""Gives unpriced rows their price, once each, when the price book has learnt it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from spendplane.application.alerting.judge import Judge
from spendplane.application.metering.pricing import price
from spendplane.application.ports import BookedRow, Ledger, PriceBook
from spendplane.application.ports.retry import Retry
from spendplane.domain.counters import Increment
from spendplane.domain.ledger import Transaction
from spendplane.domain.rating import UnpricedError

JUDGED_TOGETHER = 500


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
        rated: list[BookedRow] = []
        for booked in self.ledger.unpriced(now):
            if booked.row.usd is not None or self._rate(booked, report):
                rated.append(booked)
            if len(rated) == JUDGED_TOGETHER:
                self._settle(rated, report, now)
            progress()
        self._settle(rated, report, now)
        return report

    def _settle(self, rated: list[BookedRow], report: RepriceReport, now: datetime) -> None:
        """Judged before they leave the unpriced ones, so that a run that was cut off in between is made up for."""
        report.alerts += len(self.judge.touched(dict.fromkeys(ref for row in rated for ref in row.refs), now))
        for booked in rated:
            self.ledger.settled(booked)
        rated.clear()

    def _rate(self, booked: BookedRow, report: RepriceReport) -> bool:
        """False without a price."""
        event = booked.row.event
        try:
            usd, source = price(event, self.prices)
        except UnpricedError:
            name = f"{event.provider} {event.model}"
            waiting = report.still_unpriced or {}
            waiting[name] = waiting.get(name, 0) + 1
            report.still_unpriced = waiting
            return False
        row = replace(booked.row, usd=usd, price=source)
        increments = tuple(Increment(ref, usd=usd, unpriced=-1) for ref in booked.refs)
        change = Transaction((row,), increments)
        if self.retry(lambda: self.ledger.rerate(booked, change)):
            report.rated += 1
            report.usd += usd
        return True
