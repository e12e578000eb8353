"""Budget periods: UTC, and a pure function of the event's own time. Nothing is ever reset."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

_TOTAL_START = datetime(1970, 1, 1, tzinfo=UTC)


class Period(StrEnum):
    """How long a counter runs. `weekly` is the ISO week, Monday to Sunday; `total` never ends."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    TOTAL = "total"


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """One period: `start` belongs to it, `end` no longer does. `end` is None for `total`.

    `code` is its form in keys: `d2026-11-22`, `w2026-11-16`, `m2026-11-01`, `t`; the letter keeps periods apart.
    """

    period: Period
    start: datetime
    end: datetime | None
    code: str

    def closed(self, now: datetime) -> bool:
        """True from the first moment after the period."""
        return self.end is not None and now >= self.end

    def begun(self, now: datetime) -> bool:
        """True from its first moment on."""
        return self.start <= now

    def __str__(self) -> str:
        if self.end is None:
            return "all time"
        if self.period is Period.DAILY:
            return f"{self.start:%Y-%m-%d} (UTC day)"
        if self.period is Period.WEEKLY:
            return f"week of {self.start:%Y-%m-%d} (UTC)"
        return f"{self.start:%B %Y} (UTC)"


def window_of(period: Period, time: datetime) -> Window:
    """The period that an aware time falls into. Raises ValueError for a naive time."""
    if time.tzinfo is None:
        raise ValueError(f"a time without an offset: {time.isoformat()}")
    return _window(period, time.astimezone(UTC).date())


@lru_cache(maxsize=4096)
def window_from_code(code: str) -> Window:
    """The inverse of `Window.code`. Raises ValueError for anything else."""
    if code == "t":
        return _window(Period.TOTAL, _TOTAL_START.date())
    period = next((p for p in Period if p.value[0] == code[:1] and p is not Period.TOTAL), None)
    if period is None:
        raise ValueError(f"not a period code: {code!r}")
    return _window(period, date.fromisoformat(code[1:]))


@lru_cache(maxsize=4096)
def _window(period: Period, day: date) -> Window:
    """Cached: a batch holds thousands of events and few days."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    if period is Period.DAILY:
        return _named(period, start, start + timedelta(days=1))
    if period is Period.WEEKLY:
        monday = start - timedelta(days=start.weekday())
        return _named(period, monday, monday + timedelta(days=7))
    if period is Period.MONTHLY:
        first = start.replace(day=1)
        return _named(period, first, (first + timedelta(days=32)).replace(day=1))
    return Window(period, _TOTAL_START, None, "t")


def _named(period: Period, start: datetime, end: datetime) -> Window:
    return Window(period, start, end, f"{period.value[0]}{start:%Y-%m-%d}")
