"""The one place where spend is compared with a limit.

A threshold is crossed AT its value, not above it: $80.00 of $100 is 80 %. A limit of zero means that nothing may be
spent: it is crossed by the first unit, never by an empty counter. No limit at all means tracked, never crossed.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from spendplane.domain.money import EXACT

HARD_PERCENT = 100
"""From this threshold on an alert is hard; below it, soft."""
_HUNDRED = Decimal(100)


class State(StrEnum):
    """How a counter stands against its limits."""

    OK = "ok"
    SOFT = "soft"
    HARD = "hard"
    TRACKED = "tracked"


@dataclass(frozen=True, slots=True)
class Spend:
    """What a counter holds."""

    usd: Decimal = Decimal(0)
    tokens: int = 0
    requests: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds of one period; None means no such limit."""

    usd: Decimal | None = None
    tokens: int | None = None
    requests: int | None = None

    @property
    def any(self) -> bool:
        """False means: tracked, not limited."""
        return not (self.usd is None and self.tokens is None and self.requests is None)

    def extended(self, usd: Decimal) -> "Limits":
        """With so many dollars more; a limit that is not there stays away."""
        return replace(self, usd=None if self.usd is None else EXACT.add(self.usd, usd))


@dataclass(frozen=True, slots=True)
class Tightest:
    """The limit that is closest to being used up, and how far it is: `unit` is usd, tokens or requests."""

    unit: str
    used: Decimal
    limit: Decimal

    @property
    def percent(self) -> Decimal:
        """Used share in percent. For a limit of zero: 0 while nothing is used, else 100."""
        if self.limit == 0:
            return Decimal(100) if self.used > 0 else Decimal(0)
        return self.used * 100 / self.limit

    def crossed(self, threshold: int) -> bool:
        """Exact, by multiplication: no division can round a value across the line."""
        return self.used > 0 and EXACT.multiply(self.used, _HUNDRED) >= EXACT.multiply(self.limit, Decimal(threshold))


def tightest(spend: Spend, limits: Limits) -> Tightest | None:
    """The limit with the highest percentage (the first of usd, tokens, requests on a tie); None without limits."""
    return max(_measured(spend, limits), key=lambda item: item.percent, default=None)


def _measured(spend: Spend, limits: Limits) -> list[Tightest]:
    return [
        Tightest(unit, Decimal(used), Decimal(limit))
        for unit, used, limit in (
            ("usd", spend.usd, limits.usd),
            ("tokens", spend.tokens, limits.tokens),
            ("requests", spend.requests, limits.requests),
        )
        if limit is not None
    ]


def crossed(spend: Spend, limits: Limits, thresholds: tuple[int, ...]) -> tuple[int, ...]:
    """The thresholds (percent) that the spend has reached under any of the limits, lowest first."""
    found = _measured(spend, limits)
    return tuple(percent for percent in sorted(thresholds) if any(item.crossed(percent) for item in found))


def state_of(spend: Spend, limits: Limits, thresholds: tuple[int, ...]) -> State:
    """`hard` from 100 % on, `soft` from the lowest threshold on, `tracked` without limits, else `ok`."""
    if not limits.any:
        return State.TRACKED
    if crossed(spend, limits, (HARD_PERCENT,)):
        return State.HARD
    return State.SOFT if crossed(spend, limits, thresholds) else State.OK
