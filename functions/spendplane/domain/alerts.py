"""Which alerts are due. Judged by level, not by edge, so that a crash in between is healed by the next look."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from spendplane.domain.budgets import Budget
from spendplane.domain.counters import Counter, CounterRef
from spendplane.domain.limits import HARD_PERCENT, Tightest, crossed, tightest


@dataclass(frozen=True, slots=True)
class Alert:
    """A threshold of one budget, key and period that was reached, under one revision of the budget."""

    budget: Budget
    counter: Counter
    threshold: int
    closest: Tightest
    at: datetime

    @property
    def ref(self) -> CounterRef:
        """The counter that crossed."""
        return self.counter.ref

    @property
    def marker(self) -> str:
        """What the counter remembers, so that the alert is raised once."""
        return marker(self.threshold, self.budget.revision)

    @property
    def id(self) -> str:
        """Deterministic: every copy of this alert carries the same id."""
        return alert_id(self.ref, self.threshold, self.budget.revision)

    @property
    def severity(self) -> str:
        """`hard` from 100 % on, else `soft`."""
        return "hard" if self.threshold >= HARD_PERCENT else "soft"

    @property
    def late(self) -> bool:
        """The period was over when it was crossed, by events that arrived late: told, never acted on."""
        return self.ref.window.closed(self.at)

    @property
    def early(self) -> bool:
        """The period has not begun, by events a little ahead of time: told, and acted on, when it has."""
        return not self.ref.window.begun(self.at)


def alert_id(ref: CounterRef, threshold: int, revision: int) -> str:
    """Names the alert of a counter, threshold and revision."""
    return f"{ref.budget_id}/{ref.key or '*'}/{ref.code}/{threshold}/r{revision}"


def marker(threshold: int, revision: int) -> str:
    """`<percent>.<revision>`."""
    return f"{threshold}.{revision}"


def raised_below(counter: Counter, threshold: int, revision: int) -> list[str]:
    """The ids of the alerts below a threshold that the counter has raised under a revision, lowest first."""
    fired = (item.split(".") for item in counter.fired)
    lower = sorted(int(percent) for percent, of in fired if int(of) == revision and int(percent) < threshold)
    return [alert_id(counter.ref, percent, revision) for percent in lower]


def due(budget: Budget, counter: Counter, now: datetime) -> list[Alert]:
    """Thresholds that the counter has reached and that were not raised under this revision, lowest first."""
    closest = tightest(counter.spend, budget.limits)
    if closest is None:
        return []
    return [
        Alert(budget, counter, threshold, closest, now)
        for threshold in crossed(counter.spend, budget.limits, budget.thresholds)
        if marker(threshold, budget.revision) not in counter.fired
    ]


@dataclass(frozen=True, slots=True)
class Pace:
    """Where the counter goes at its average speed since its first record of the period."""

    per_hour: Decimal
    reached_at: datetime | None
    """When the limit will be reached; None when it is reached already, or not within the period."""
    period_end_percent: Decimal | None
    """The percentage at the period's end; None for `total`, or when the period is over."""


def pace(closest: Tightest, counter: Counter, now: datetime) -> Pace | None:
    """Linear from the first record (at least one minute, so that a first burst is not blown up); None when empty, and
    outside the period.
    """
    window = counter.ref.window
    if counter.since is None or closest.used <= 0 or window.closed(now) or not window.begun(now):
        return None
    start = max(counter.since, window.start)
    seconds = Decimal(max((now - start).total_seconds(), 60.0))
    per_second = closest.used / seconds
    reached_at = None
    remaining = closest.limit - closest.used
    if remaining > 0:
        wait = remaining / per_second
        reached_at = _after(now, wait)
        if window.end is not None and (reached_at is None or reached_at >= window.end):
            reached_at = None
    end_percent = None
    if window.end is not None and closest.limit > 0:
        rest = Decimal((window.end - now).total_seconds())
        end_percent = (closest.used + per_second * rest) * 100 / closest.limit
    return Pace(per_second * 3600, reached_at, end_percent)


def _after(now: datetime, seconds: Decimal) -> datetime | None:
    """None when the moment lies beyond the calendar's sense (100 years)."""
    return now + timedelta(seconds=float(seconds)) if seconds < 100 * 365 * 86_400 else None
