"""How notices are laid out: lines of a label and a text, one subject, one text message, one card for chat."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from shlex import quote

from spendplane.application.ports import Announcement
from spendplane.domain.money import format_usd

MAX_SUBJECT = 100
"""SNS: ASCII, under 100 characters, no line breaks."""
MAX_SMS = 300
_LABEL = 12

Rows = Sequence[tuple[str, str]]


def body(rows: Rows) -> str:
    """A label a line; what has several lines goes on under its own beginning. Empty texts are left out."""
    return "\n".join(f"{label:<{_LABEL}}" + text.replace("\n", "\n" + " " * _LABEL) for label, text in rows if text)


def card(announcement: Announcement, title: str, rows: Rows, steps: Sequence[str], thread: str) -> dict[str, object]:
    """Amazon Q Developer in chat applications, custom notification 1.0; `threadId` groups what belongs together.

    https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
    """
    text = "\n".join(f"*{label}:* {text}" for label, text in rows if text)
    steps = [f"`{step}`" for step in steps]
    return {
        "version": "1.0",
        "source": "custom",
        "id": announcement.id,
        "content": {"textType": "client-markdown", "title": title, "description": text, "nextSteps": steps},
        "metadata": {"threadId": thread, "summary": title, "eventType": announcement.detail_type},
    }


def amount(value: Decimal, unit: str) -> str:
    """Dollars, or a number of tokens or requests."""
    if unit == "usd":
        return format_usd(value)
    return f"{value:,.0f} {unit}"


def percent(value: Decimal) -> str:
    """Without decimals where they say nothing."""
    return f"{value:,.0f} %" if value == value.to_integral_value() or value >= 1000 else f"{value:,.1f} %"


def minute(moment: datetime | None) -> str:
    """`2026-12-01 00:00 UTC`."""
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else ""


def period_name(period: str, start: datetime) -> str:
    """`November 2026`."""
    formats = {"daily": "%Y-%m-%d", "weekly": "week of %Y-%m-%d", "monthly": "%B %Y", "total": "all time"}
    return start.strftime(formats[period])


def key_option(key: str | None) -> str:
    """For a shell; a key that begins with a dash must not be taken for an option."""
    return "" if key is None else f" --key{'=' if key.startswith('-') else ' '}{quote(key)}"


def quoted(text: str) -> str:
    """For a shell."""
    return quote(text)


def example(now: datetime) -> str:
    """A moment to come that a person may type as it stands: in eight hours, on the hour."""
    return f"{now.astimezone(UTC) + timedelta(hours=8):%Y-%m-%dT%H:00Z}"


def selector(match: dict[str, list[str]]) -> str:
    """`environment=staging, project_id=marketing-gen-v1`."""
    return ", ".join(f"{name}={'|'.join(values)}" for name, values in match.items()) or "every event"


def single(match: dict[str, list[str]], per: str | None, key: str | None, name: str) -> str:
    """An attribute for filter policies: what the budget selects, or `*`."""
    return ",".join(match.get(name, [])) or (key or "" if per == name else "") or "*"


def subject(text: str) -> str:
    """What SNS takes as one."""
    plain = plain_ascii(text)
    return plain if len(plain) < MAX_SUBJECT else plain[: MAX_SUBJECT - 4] + "..."


def sms(text: str) -> str:
    """ASCII, two messages at most."""
    return plain_ascii(text)[:MAX_SMS]


def plain_ascii(text: str) -> str:
    """What is no ASCII becomes `?`."""
    return text.encode("ascii", "replace").decode()
