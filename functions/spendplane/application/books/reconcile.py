"""Reads bill and ledger once each, and keeps one sum for each day and model: memory grows with those, not with rows."""

from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from spendplane.application.ports import Ledger
from spendplane.domain.bill_rows import BillLine, Report, Row, why
from spendplane.domain.billed import PROVIDERS, model_key
from spendplane.domain.ledger import RETENTION
from spendplane.domain.money import EXACT

FINAL_AFTER = timedelta(days=3)
"""So long after a month's end the bill of its last day is taken for complete: AWS delivers up to a day late, and the
last day has no later one in its file that would show it."""


@dataclass(frozen=True, slots=True)
class Reconcile:
    """Reads the whole ledger once, and keeps one sum for each day and model. Raises BusyError."""

    ledger: Ledger

    def __call__(
        self,
        bill: Iterable[BillLine],
        month: date,
        now: datetime,
        *,
        tolerance: Decimal = Decimal(1),
        through: date | None = None,
        aliases: Mapping[str, str] | None = None,
        progress: Callable[[], None] = lambda: None,
    ) -> Report:
        """`month`: its first day. `aliases`: the bill's name of a model → the ledger's. `through`: the last day of
        which the bill is complete, where that is known better than by the file.
        """
        renamed = {model_key(of_bill): model_key(of_ledger) for of_bill, of_ledger in (aliases or {}).items()}
        books = _Books(month, renamed)
        for line in bill:
            books.billed(line)
            progress()
        for booked in self.ledger.rows():
            row = booked.row
            books.counted(row.event.time, row.event.provider, row.event.model, row.usd)
            progress()
        through = through or books.complete_through(now)
        oldest = (now - RETENTION).astimezone(UTC).date()
        rows = [replace(row, why=why(row, through, oldest, tolerance)) for row in books.rows.values()]
        rows.sort(key=lambda row: (row.day, row.provider, row.name))
        months = tuple(sorted(books.months))
        return Report(
            f"{month:%Y-%m}", through, tuple(rows), books.not_usage, books.other_services, books.elsewhere, months
        )


class _Books:
    """The sums while both sides are read."""

    def __init__(self, month: date, renamed: Mapping[str, str]) -> None:
        self._first = month
        self._last = month.replace(day=monthrange(month.year, month.month)[1])
        self._renamed = renamed
        self._latest = month - timedelta(days=1)
        self.rows: dict[tuple[date, str, str], Row] = {}
        self.not_usage = self.other_services = Decimal(0)
        self.elsewhere: dict[str, Decimal] = {}
        self.months: set[str] = set()

    def billed(self, line: BillLine) -> None:
        self.months.add(f"{line.day:%Y-%m}")
        if not self._first <= line.day <= self._last:
            return
        if not line.usage:
            self.not_usage = EXACT.add(self.not_usage, line.usd)
            return
        self._latest = max(self._latest, line.day)
        if line.provider is None:
            self.other_services = EXACT.add(self.other_services, line.usd)
            return
        key = model_key(line.model)
        row = self._row(line.day, line.provider, self._renamed.get(key, key) or f"?{line.usage_type}")
        row.bill_name = line.model
        row.usage_types.add(line.usage_type)
        row.bill_usd = EXACT.add(row.bill_usd, line.usd)

    def counted(self, when: datetime, provider: str, model: str, usd: Decimal | None) -> None:
        day = when.astimezone(UTC).date()
        if not self._first <= day <= self._last:
            return
        if provider not in PROVIDERS:
            self.elsewhere[provider] = EXACT.add(self.elsewhere.get(provider, Decimal(0)), usd or Decimal(0))
            return
        row = self._row(day, provider, model_key(model))
        row.models.add(model)
        row.records += 1
        row.unpriced += usd is None
        row.ledger_usd = EXACT.add(row.ledger_usd, usd or Decimal(0))

    def complete_through(self, now: datetime) -> date:
        """The day before the last one that is billed; the last day of a month some days after its end."""
        end = datetime.combine(self._last + timedelta(days=1), time(), UTC)
        if now >= end + FINAL_AFTER and self._latest >= self._last - timedelta(days=1):
            return self._last
        return self._latest - timedelta(days=1)

    def _row(self, day: date, provider: str, key: str) -> Row:
        return self.rows.setdefault((day, provider, key), Row(day, provider, key))
