"""How budgets stand, as JSON objects."""

from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import TYPE_CHECKING, Any

from spendplane.domain.alerts import Pace, alert_id
from spendplane.domain.counters import MODEL_LABEL, USER_LABEL

if TYPE_CHECKING:
    from spendplane.application.books.status import Standing

_WIDE = Context(prec=60, rounding=ROUND_HALF_EVEN)
_KINDS = {USER_LABEL: "user", MODEL_LABEL: "model"}


def to_object(standing: "Standing") -> dict[str, Any]:
    """One counter against its budget. `percent` is of the tightest limit (`unit`), null where there is none."""
    budget, counter, window = standing.budget, standing.counter, standing.counter.ref.window
    closest = standing.closest
    return {
        "budget_id": budget.id,
        "key": counter.ref.key,
        "per": budget.per,
        "period": window.period.value,
        "period_start": window.start,
        "period_end": window.end,
        "limit_usd": budget.limits.usd,
        "limit_tokens": budget.limits.tokens,
        "limit_requests": budget.limits.requests,
        "spent_usd": counter.spend.usd,
        "tokens": counter.spend.tokens,
        "requests": counter.spend.requests,
        "percent": None if closest is None else rounded(closest.percent),
        "unit": closest.unit if closest else None,
        "state": standing.state.value,
        "alerts": alerts(standing),
        "unpriced_events": counter.unpriced,
        "revision": budget.revision,
        "mode": budget.mode,
        "on_hard_limit": budget.on_hard_limit,
        "owner": budget.owner,
        **_pace_object(standing.pace),
        "contributors": [{"kind": kind, "name": name, "usd": usd} for kind, name, usd in contributors(standing)],
    }


def _pace_object(pace: "Pace | None") -> dict[str, Any]:
    end = pace.period_end_percent if pace else None
    return {
        "per_hour": rounded(pace.per_hour, "0.000001") if pace else None,
        "limit_reached_at": pace.reached_at if pace else None,
        "period_end_percent": None if end is None else rounded(end),
    }


def alerts(standing: "Standing") -> list[dict[str, Any]]:
    """The alerts raised in this period, lowest threshold first."""
    ref = standing.counter.ref
    return [
        {"threshold_percent": percent, "revision": revision, "alert_id": alert_id(ref, percent, revision)}
        for percent, revision in standing.alerts
    ]


def contributors(standing: "Standing") -> list[tuple[str, str, Decimal]]:
    """(kind, name, dollars), the largest first."""
    shares = sorted(standing.counter.contributors.items(), key=lambda item: item[1], reverse=True)
    return [(_KINDS.get(label[:2], "other"), label[2:], usd) for label, usd in shares]


def rounded(value: Decimal, places: str = "0.01") -> Decimal:
    """For reading; half to even."""
    return value.quantize(Decimal(places), context=_WIDE)
