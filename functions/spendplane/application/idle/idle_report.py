"""What instances idle, for how many dollars, and what to do about it: for the command line and the daily notice."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol

from spendplane.application.sources.hours import InstancePrices
from spendplane.contract.hours_record import USE
from spendplane.domain.idle_advice import Advice, Advised, advise
from spendplane.domain.idleness import Judged, Watched, judge, whole_hour

Progress = Callable[[], None]
Resources = Sequence[Watched]
SHORT = timedelta(days=7)
DAYS = 30
"""Of the long stretch, by which is judged what to do."""


@dataclass(frozen=True, slots=True)
class Found:
    """What there is. `unread` says why, by what could not be read."""

    resources: tuple[Watched, ...]
    unread: Mapping[str, str] = field(default_factory=dict)


class Account(Protocol):
    """Endpoints and notebooks of the account and Region. Every call raises BusyError and RefusedError."""

    def found(self, progress: Progress) -> Found:
        """All of them, without hours and prices."""

    def batches(self, resources: Resources) -> int:
        """How often `measured` reports progress."""

    def measured(self, resources: Resources, start: datetime, end: datetime, progress: Progress) -> tuple[Watched, ...]:
        """The same, in their order, with the hours from `start` up to, and without, `end`."""


@dataclass(frozen=True, slots=True)
class Line:
    """A resource: the last seven days, the whole stretch, and what to do."""

    watched: Watched
    short: Judged
    long: Judged
    advised: Advised

    @property
    def finding(self) -> bool:
        """Something to do, or to find out."""
        return self.advised.advice not in {Advice.NONE, Advice.UNKNOWN}


@dataclass(frozen=True, slots=True)
class IdleReport:
    """The dearest first, then what is not known. Both stretches end at `end`, a whole hour."""

    start: datetime
    end: datetime
    lines: tuple[Line, ...]
    unread: Mapping[str, str] = field(default_factory=dict)

    def usd_idle(self) -> tuple[Decimal, Decimal]:
        """The known dollars of the last seven days, and of the whole stretch."""
        short = sum((line.short.usd_idle or Decimal(0) for line in self.lines), Decimal(0))
        return short, sum((line.long.usd_idle or Decimal(0) for line in self.lines), Decimal(0))

    def saves_usd(self) -> Decimal:
        """What all the advice together saves in a month, as far as it is known."""
        return sum((line.advised.saves_usd or Decimal(0) for line in self.lines), Decimal(0))

    @property
    def unknown(self) -> int:
        """Lines whose idle dollars are not known."""
        return sum(line.long.usd_idle is None for line in self.lines)


@dataclass(frozen=True, slots=True)
class IdleAudit:
    """Reads; changes nothing."""

    account: Account
    prices: InstancePrices

    def report(self, found: Found, now: datetime, days: int = DAYS, progress: Progress = lambda: None) -> IdleReport:
        """`days` back from the hour that runs, without it. Raises BusyError and RefusedError."""
        end = whole_hour(now)
        start = end - timedelta(days=days)
        measured = self.account.measured(found.resources, start, end, progress)
        lines = [_line(self._priced(watched), start, end) for watched in measured]
        return IdleReport(start, end, tuple(sorted(lines, key=_dearest)), found.unread)

    def _priced(self, watched: Watched) -> Watched:
        region, use = watched.arn.split(":")[3], USE[watched.kind]
        parts = (
            replace(part, usd_per_hour=self.prices.usd_per_hour(region, use, part.instance_type))
            for part in watched.parts
        )
        return replace(watched, parts=tuple(parts))


def _line(watched: Watched, start: datetime, end: datetime) -> Line:
    long = judge(watched, start, end)
    return Line(watched, judge(watched, max(start, end - SHORT), end), long, advise(watched, long, start, end))


def _dearest(line: Line) -> tuple[bool, Decimal, str, str]:
    usd = line.long.usd_idle
    return usd is None, -(usd or Decimal(0)), line.watched.kind, line.watched.name
