"""The announcements that use cases make, as contract events."""

from collections.abc import Mapping
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any

from spendplane.application.alerting.contributors import OTHERS
from spendplane.application.ports import Announcement
from spendplane.contract.outgoing import (
    THRESHOLD_CROSSED,
    USAGE_QUARANTINED,
    USAGE_UNPRICED,
    Contributor,
    Outgoing,
    ThresholdCrossed,
    UsageQuarantined,
    UsageUnpriced,
)
from spendplane.domain.alerts import Alert, pace
from spendplane.domain.counters import MODEL_LABEL, USER_LABEL, Counter, CounterRef
from spendplane.domain.periods import Period, window_of
from spendplane.domain.usage import UsageEvent

TOP_CONTRIBUTORS = 3


def threshold_crossed(alert: Alert, now: datetime) -> Announcement:
    """The alert with everything that a reader wants to know, as it stood when it was raised."""
    budget, counter, window = alert.budget, alert.counter, alert.ref.window
    speed = pace(alert.closest, counter, now)
    detail = ThresholdCrossed(
        id=alert.id,
        time=now,
        budget_id=budget.id,
        key=alert.ref.key,
        per=budget.per,
        period=window.period.value,
        period_start=window.start,
        period_end=window.end,
        threshold_percent=alert.threshold,
        severity="hard" if alert.severity == "hard" else "soft",
        late=alert.late,
        percent=_rounded(alert.closest.percent),
        unit=alert.closest.unit,  # type: ignore[arg-type]
        used=alert.closest.used,
        limit=alert.closest.limit,
        spent_usd=counter.spend.usd,
        tokens=counter.spend.tokens,
        requests=counter.spend.requests,
        unpriced_events=counter.unpriced,
        revision=budget.revision,
        on_soft_limit=budget.on_soft_limit,
        on_hard_limit=budget.on_hard_limit,
        mode=budget.mode,
        owner=budget.owner,
        match={name: list(values) for name, values in budget.match},
        contributors=[*_top(counter, USER_LABEL), *_top(counter, MODEL_LABEL)],
        per_hour=_rounded(speed.per_hour, "0.000001") if speed else None,
        limit_reached_at=speed.reached_at if speed else None,
        period_end_percent=_rounded(speed.period_end_percent) if speed and speed.period_end_percent else None,
    )
    return _announcement(THRESHOLD_CROSSED, detail)


def counter_of(crossing: Mapping[str, Any]) -> CounterRef:
    """The counter that a crossing's detail speaks of."""
    window = window_of(Period(crossing["period"]), datetime.fromisoformat(crossing["period_start"]))
    return CounterRef(crossing["budget_id"], window.code, crossing["key"])


def usage_quarantined(entry_id: str, reason: str, source: str, now: datetime) -> Announcement:
    """A record was refused."""
    detail = UsageQuarantined(id=entry_id, time=now, reason=reason[:2000], source=source)
    return _announcement(USAGE_QUARANTINED, detail)


def usage_unpriced(event: UsageEvent, reason: str, now: datetime) -> Announcement:
    """A model has no price: one announcement per provider, model, tier and UTC day of its arrival."""
    detail = UsageUnpriced(
        id=f"unpriced/{event.provider}/{event.model}/{event.service_tier}/{now:%Y-%m-%d}",
        time=now,
        provider=event.provider,
        model=event.model,
        service_tier=event.service_tier,
        region=event.region,
        project_id=event.attributes["project_id"],
        reason=reason,
    )
    return _announcement(USAGE_UNPRICED, detail)


def _announcement(detail_type: str, detail: Outgoing) -> Announcement:
    return Announcement(detail.id, detail_type, detail.model_dump(mode="json"))


def _top(counter: Counter, label: str) -> list[Contributor]:
    shares = sorted(
        (
            (usd, name.removeprefix(label))
            for name, usd in counter.contributors.items()
            if name.startswith(label) and name != label + OTHERS  # nobody whom one could ask
        ),
        reverse=True,
    )
    total = counter.spend.usd
    return [
        Contributor(
            kind="user" if label == USER_LABEL else "model",
            name=name,
            usd=usd,
            percent=_rounded(usd * 100 / total) if total else Decimal(0),
        )
        for usd, name in shares[:TOP_CONTRIBUTORS]
        if usd > 0
    ]


def _rounded(value: Decimal, places: str = "0.01") -> Decimal:
    return value.quantize(Decimal(places), context=_WIDE)


_WIDE = Context(prec=60, rounding=ROUND_HALF_EVEN)
