"""What people read. Every notice says what, how much of which limit, since when, who, and the command to see more."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from shlex import quote

from spendplane.application.ports import Announcement, Message
from spendplane.contract.outgoing import THRESHOLD_CROSSED, USAGE_UNPRICED, ThresholdCrossed, UsageUnpriced
from spendplane.domain.money import format_usd

ABSURD_PERCENT = 1000
"""Beyond this a figure tells no more than "far over"."""
MAX_SUBJECT = 100
"""SNS: ASCII, under 100 characters, no line breaks."""


def message_of(announcement: Announcement) -> Message:
    """The message for an announcement. Raises KeyError for a detail type that is not for people."""
    return _RENDERERS[announcement.detail_type](announcement)


def _threshold(announcement: Announcement) -> Message:
    alert = ThresholdCrossed.model_validate(announcement.detail)
    name = alert.budget_id + (f" for {alert.per}={alert.key}" if alert.key is not None else "")
    level = "HARD limit" if alert.severity == "hard" else "Soft limit"
    late = ", period over" if alert.late else ""
    headline = f"{level}{late}: {name} at {_percent(alert.percent)} of {_amount(alert.limit, alert.unit)}"
    command = f"spendplane status --budget {alert.budget_id}" + _key_option(alert.key)
    rows = [(label, text) for label, text in _threshold_rows(alert) if text]
    body = "\n".join(f"{label:<12}{text}" for label, text in rows)
    return Message(
        subject=_subject(
            f"[{alert.severity.upper()}] {name} {_percent(alert.percent)} of "
            f"{_amount(alert.limit, alert.unit)} ({_period(alert)})"
        ),
        text=f"{headline}\n\n{body}\n\nSee more    {command}\nAlert id    {alert.id}\n",
        sms=_ascii(
            f"Spendplane {alert.severity.upper()}: {name} {_percent(alert.percent)} of "
            f"{_amount(alert.limit, alert.unit)}. {command}"
        )[:300],
        chat=_chat(
            announcement,
            headline,
            "\n".join(f"*{label}:* {text}" for label, text in rows),
            [f"`{command}`"],
            thread=f"{alert.budget_id}/{alert.key or '*'}/{alert.period_start:%Y-%m-%d}",
        ),
        machine={**announcement.detail, "detail_type": announcement.detail_type, "text": headline},
        attributes={
            "kind": "budget_threshold",
            "severity": alert.severity,
            "budget": alert.budget_id,
            "project": _single(alert, "project_id"),
            "environment": _single(alert, "environment"),
            "threshold": str(alert.threshold_percent),
            "alert_id": alert.id,
        },
    )


def _key_option(key: str | None) -> str:
    """For a shell; a key that begins with a dash must not be taken for an option."""
    return "" if key is None else f" --key{'=' if key.startswith('-') else ' '}{quote(key)}"


def _threshold_rows(alert: ThresholdCrossed) -> list[tuple[str, str]]:
    return [
        ("Used", f"{_used(alert)}; the alert is at {alert.threshold_percent} %"),
        ("Spent", "" if alert.unit == "usd" else format_usd(alert.spent_usd)),
        (
            "Period",
            f"{_period(alert)}, {'ended' if alert.late else 'ends'} {_time(alert.period_end)}"
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
        (
            "Applies to",
            ", ".join(f"{name}={'|'.join(values)}" for name, values in alert.match.items()) or "every event",
        ),
        ("Owner", alert.owner or "nobody named in budgets.yaml"),
        ("Action", "none: nothing was switched off"),
    ]


def _used(alert: ThresholdCrossed) -> str:
    return f"{_amount(alert.used, alert.unit)} of {_amount(alert.limit, alert.unit)} ({_percent(alert.percent)})"


def _pace(alert: ThresholdCrossed) -> str:
    if alert.per_hour is None:
        return ""
    pace = f"{_amount(alert.per_hour, alert.unit)} an hour on average"
    if alert.limit_reached_at:
        return f"{pace}; at this rate the limit is reached at {_time(alert.limit_reached_at)}"
    if alert.period_end_percent is None:
        return pace
    if alert.period_end_percent > ABSURD_PERCENT:
        return f"{pace}; at this rate the period ends at over {ABSURD_PERCENT // 100} times the limit"
    return f"{pace}; at this rate the period ends at {_percent(alert.period_end_percent)} of the limit"


def _unpriced(announcement: Announcement) -> Message:
    news = UsageUnpriced.model_validate(announcement.detail)
    headline = f"No price known: {news.provider} {news.model}"
    command = "spendplane reprice"
    rows = [
        ("What", "its usage is kept, but missing from every dollar figure and limit until a price is known"),
        ("Why", news.reason.removeprefix("unpriced: ")),
        ("First seen", f"{_time(news.time)}, project {news.project_id}, tier {news.service_tier}"),
        ("Mend", f"add {news.model} to prices.yaml, deploy, then run: {command}"),
    ]
    body = "\n".join(f"{label:<12}{text}" for label, text in rows)
    return Message(
        subject=_subject(f"[UNPRICED] {news.provider} {news.model}"),
        text=f"{headline}\n\n{body}\n",
        sms=_ascii(f"Spendplane: {headline}. Add it to prices.yaml, then: {command}")[:300],
        chat=_chat(
            announcement,
            headline,
            "\n".join(f"*{label}:* {text}" for label, text in rows),
            [f"`{command}`"],
            thread=f"unpriced/{news.provider}/{news.model}",
        ),
        machine={**announcement.detail, "detail_type": announcement.detail_type, "text": headline},
        attributes={"kind": "usage_unpriced", "severity": "soft", "project": news.project_id, "alert_id": news.id},
    )


_RENDERERS: dict[str, Callable[[Announcement], Message]] = {
    THRESHOLD_CROSSED: _threshold,
    USAGE_UNPRICED: _unpriced,
}


def _chat(announcement: Announcement, title: str, text: str, steps: list[str], thread: str) -> dict[str, object]:
    """Amazon Q Developer in chat applications, custom notification 1.0; `threadId` groups what belongs together.

    https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
    """
    return {
        "version": "1.0",
        "source": "custom",
        "id": announcement.id,
        "content": {"textType": "client-markdown", "title": title, "description": text, "nextSteps": steps},
        "metadata": {"threadId": thread, "summary": title, "eventType": announcement.detail_type},
    }


def _amount(value: Decimal, unit: str) -> str:
    if unit == "usd":
        return format_usd(value)
    return f"{value:,.0f} {unit}"


def _percent(value: Decimal) -> str:
    return f"{value:,.0f} %" if value == value.to_integral_value() or value >= 1000 else f"{value:,.1f} %"


def _contributors(alert: ThresholdCrossed, kind: str) -> str:
    return ", ".join(
        f"{item.name} {format_usd(item.usd)} ({_percent(item.percent)})"
        for item in alert.contributors
        if item.kind == kind
    )


def _period(alert: ThresholdCrossed) -> str:
    formats = {"daily": "%Y-%m-%d", "weekly": "week of %Y-%m-%d", "monthly": "%B %Y", "total": "all time"}
    return alert.period_start.strftime(formats[alert.period])


def _time(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else ""


def _single(alert: ThresholdCrossed, name: str) -> str:
    return ",".join(alert.match.get(name, [])) or (alert.key or "" if alert.per == name else "") or "*"


def _subject(text: str) -> str:
    plain = _ascii(text)
    return plain if len(plain) < MAX_SUBJECT else plain[: MAX_SUBJECT - 4] + "..."


def _ascii(text: str) -> str:
    return text.encode("ascii", "replace").decode()
