"""What people read. Every notice says what, how much of which limit, since when, who, and the command to see more."""

from collections.abc import Callable

from spendplane.application.ports import Announcement, Message
from spendplane.application.telling import idle_telling, layout, switch_notices
from spendplane.contract.outgoing import (
    IDLE_REPORTED,
    THRESHOLD_CROSSED,
    USAGE_UNPRICED,
    ThresholdCrossed,
    UsageUnpriced,
)
from spendplane.contract.switch_events import MODELS as SWITCH_EVENTS
from spendplane.domain.money import format_usd

ABSURD_PERCENT = 1000
"""Beyond this a figure tells no more than "far over"."""
RUNBOOK = "docs/runbook.md"
"""Where on-call reads what a notice means; a deployment may name a URL (`-c runbook=URL`)."""


def message_of(announcement: Announcement, runbook: str = RUNBOOK) -> Message:
    """The message for an announcement. Raises KeyError for a detail type that is not for people."""
    return _RENDERERS[announcement.detail_type](announcement, runbook)


def _threshold(announcement: Announcement, runbook: str) -> Message:
    alert = ThresholdCrossed.model_validate(announcement.detail)
    name = alert.budget_id + (f" for {alert.per}={alert.key}" if alert.key is not None else "")
    level = "HARD limit" if alert.severity == "hard" else "Soft limit"
    late = ", period over" if alert.late else ""
    share, limit = layout.percent(alert.percent), layout.amount(alert.limit, alert.unit)
    headline = f"{level}{late}: {name} at {share} of {limit}"
    command = f"spendplane status --budget {alert.budget_id}" + layout.key_option(alert.key)
    rows = _threshold_rows(alert)
    link = f"{runbook}#{alert.severity}-limit"
    ending = layout.body([("See more", command), ("Runbook", link), ("Alert id", alert.id)])
    return Message(
        subject=layout.subject(f"[{alert.severity.upper()}] {name} {share} of {limit} ({_period(alert)})"),
        text=f"{headline}\n\n{layout.body(rows)}\n\n{ending}\n",
        sms=layout.sms(f"Spendplane {alert.severity.upper()}: {name} {share} of {limit}. {command}"),
        chat=layout.card(
            announcement,
            headline,
            [*rows, ("Runbook", link)],
            [command],
            thread=f"{alert.budget_id}/{alert.key or '*'}/{alert.period_start:%Y-%m-%d}",
        ),
        machine={**announcement.detail, "detail_type": announcement.detail_type, "text": headline},
        attributes={
            "kind": "budget_threshold",
            "severity": alert.severity,
            "budget": alert.budget_id,
            "project": layout.single(alert.match, alert.per, alert.key, "project_id"),
            "environment": layout.single(alert.match, alert.per, alert.key, "environment"),
            "threshold": str(alert.threshold_percent),
            "alert_id": alert.id,
        },
    )


def _threshold_rows(alert: ThresholdCrossed) -> list[tuple[str, str]]:
    return [
        ("Used", f"{_used(alert)}; the alert is at {alert.threshold_percent} %"),
        ("Spent", "" if alert.unit == "usd" else format_usd(alert.spent_usd)),
        (
            "Period",
            f"{_period(alert)}, {'ended' if alert.late else 'ends'} {layout.minute(alert.period_end)}"
            if alert.period_end
            else "all time",
        ),
        ("Pace", _pace(alert)),
        ("Top users", _contributors(alert, "user")),
        ("Top models", _contributors(alert, "model")),
        (
            "Unpriced",
            f"{alert.unpriced_events} records are not in this figure: no price is known (spendplane reprice)"
            if alert.unpriced_events
            else "",
        ),
        ("Applies to", layout.selector(alert.match)),
        ("Owner", alert.owner or "nobody named in budgets.yaml"),
        ("Action", _action(alert)),
    ]


def _action(alert: ThresholdCrossed) -> str:
    """What happens next. The kill switch decides by itself and says so in a notice of its own."""
    hard = alert.severity == "hard"
    if alert.late:
        return "none: its period is over, nothing is switched off"
    if hard and alert.on_hard_limit == "throttle":
        if alert.mode == "enforce":
            return "the kill switch decides now; its own notice follows (none in 3 minutes: spendplane kill ls)"
        return "none, the mode is observe; a notice follows that says what would have been throttled"
    if not hard and alert.on_soft_limit == "degrade":
        if alert.mode == "enforce":
            return "those who serve its models are asked for cheaper ones; nothing was switched off"
        return "none, the mode is observe; else cheaper models would be asked for"
    return "none: nothing was switched off" + (" (on_hard_limit is notify)" if hard else "")


def _used(alert: ThresholdCrossed) -> str:
    used, limit = layout.amount(alert.used, alert.unit), layout.amount(alert.limit, alert.unit)
    return f"{used} of {limit} ({layout.percent(alert.percent)})"


def _pace(alert: ThresholdCrossed) -> str:
    if alert.per_hour is None:
        return ""
    pace = f"{layout.amount(alert.per_hour, alert.unit)} an hour on average"
    if alert.limit_reached_at:
        return f"{pace}; at this rate the limit is reached at {layout.minute(alert.limit_reached_at)}"
    if alert.period_end_percent is None:
        return pace
    if alert.period_end_percent > ABSURD_PERCENT:
        return f"{pace}; at this rate the period ends at over {ABSURD_PERCENT // 100} times the limit"
    return f"{pace}; at this rate the period ends at {layout.percent(alert.period_end_percent)} of the limit"


def _unpriced(announcement: Announcement, runbook: str) -> Message:
    news = UsageUnpriced.model_validate(announcement.detail)
    headline = f"No price known: {news.provider} {news.model}"
    command = "spendplane reprice"
    rows = [
        ("What", "its usage is kept, but missing from every dollar figure and limit until a price is known"),
        ("Why", news.reason.removeprefix("unpriced: ")),
        ("First seen", f"{layout.minute(news.time)}, project {news.project_id}, tier {news.service_tier}"),
        ("Mend", f"add {news.model} to prices.yaml, deploy, then run: {command}"),
        ("Runbook", f"{runbook}#no-price-known"),
    ]
    return Message(
        subject=layout.subject(f"[UNPRICED] {news.provider} {news.model}"),
        text=f"{headline}\n\n{layout.body(rows)}\n",
        sms=layout.sms(f"Spendplane: {headline}. Add it to prices.yaml, then: {command}"),
        chat=layout.card(announcement, headline, rows, [command], thread=f"unpriced/{news.provider}/{news.model}"),
        machine={**announcement.detail, "detail_type": announcement.detail_type, "text": headline},
        attributes={"kind": "usage_unpriced", "severity": "soft", "project": news.project_id, "alert_id": news.id},
    )


def _contributors(alert: ThresholdCrossed, kind: str) -> str:
    return ", ".join(
        f"{item.name} {format_usd(item.usd)} ({layout.percent(item.percent)})"
        for item in alert.contributors
        if item.kind == kind
    )


def _period(alert: ThresholdCrossed) -> str:
    return layout.period_name(alert.period, alert.period_start)


_RENDERERS: dict[str, Callable[[Announcement, str], Message]] = {
    THRESHOLD_CROSSED: _threshold,
    USAGE_UNPRICED: _unpriced,
    IDLE_REPORTED: idle_telling.message,
    **dict.fromkeys(SWITCH_EVENTS, switch_notices.message),
}
