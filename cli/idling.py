"""What idles, for people and for scripts."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from cli.output import count, minute, safe, table
from spendplane.domain.idle_advice import Advice
from spendplane.domain.idleness import Judged
from spendplane.domain.money import format_usd
from spendplane.domain.targets import ENVIRONMENT_TAG, PROJECT_TAG

if TYPE_CHECKING:
    from rich.console import RenderableType

    from spendplane.application.idle.idle_report import IdleReport, Line

WEEK = 7
_UNKNOWN = "?"


def lines(report: "IdleReport", *, every: bool) -> "list[RenderableType]":
    """The dearest first; what is in use only with `every`. Then the sums, and what is in none of them."""
    shown = [line for line in report.lines if every or line.finding or line.long.usd_idle is None]
    days = (report.end - report.start).days
    parts: list[RenderableType] = []
    if shown:
        parts += [_table(shown, days), ""]
    short, long = report.usd_idle()
    sums = f"{format_usd(short)} in 7 days, " if days > WEEK else ""
    read = f"{count(len(report.lines), 'resource')} read, up to {minute(report.end)}"
    parts.append(f"{read}. Idle: {sums}{format_usd(long)} in {count(days, 'day')}.")
    if (saves := report.saves_usd()) > 0:
        parts.append(f"What is advised saves {format_usd(saves)} a month.")
    if report.unknown:
        parts.append(f"Not known, so in no sum: {report.unknown:,} of them (?).")
    hidden = len(report.lines) - len(shown)
    if hidden:
        parts.append(f"In use, or without instances: {hidden:,}. See them: spendplane idle --all")
    return parts


def _table(shown: "list[Line]", days: int) -> "RenderableType":
    spans = ("Idle 7 d", f"Idle {days} d") if days > WEEK else (f"Idle {days} d",)
    columns = ("Resource", "Hours", "Idle", "Calls", "CPU/GPU", *spans, "Saves/month", "Do")
    made = table(*columns, right=columns[1:-1], fold=("Resource", "Do"))
    for line in shown:
        long, advised = line.long, line.advised
        what = f"{advised.advice.value}: {advised.why}" if advised.advice is not Advice.UNKNOWN else advised.why
        what = f"{what}; {long.unknown}" if long.unknown and long.unknown != advised.why else what
        environment = line.watched.tags.get(ENVIRONMENT_TAG, "no environment")
        made.add_row(
            f"{safe(line.watched.name)}\n{safe(f'{environment}, {_types(line)}')}",
            _hours(long.hours),
            _hours(long.idle_hours),
            "-" if long.calls is None else f"{long.calls:,}",
            f"{_percent(long.cpu)}/{_percent(long.gpu)}",
            *(_usd(judged.usd_idle) for judged in ((line.short, long) if days > WEEK else (long,))),
            _usd(advised.saves_usd),
            safe(what),
        )
    return made


def to_object(report: "IdleReport") -> dict[str, Any]:
    """For scripts: every resource; null is not known, never zero."""
    short, long = report.usd_idle()
    return {
        "start": report.start,
        "end": report.end,
        "usd_idle_7_days": short,
        "usd_idle": long,
        "saves_usd_a_month": report.saves_usd(),
        "unknown": report.unknown,
        "unread": dict(report.unread),
        "resources": [_object(line) for line in report.lines],
    }


def _object(line: "Line") -> dict[str, Any]:
    watched, advised = line.watched, line.advised
    return {
        "kind": watched.kind,
        "name": watched.name,
        "arn": watched.arn,
        "hosting": watched.hosting.value,
        "project": watched.tags.get(PROJECT_TAG),
        "environment": watched.tags.get(ENVIRONMENT_TAG),
        "instances": [
            {"part": part.name, "type": part.instance_type, "now": part.now, "usd_per_hour": part.usd_per_hour}
            for part in watched.parts
        ],
        "last_7_days": _judged(line.short),
        "whole": _judged(line.long),
        "advice": advised.advice.value,
        "why": advised.why,
        "saves_usd_a_month": advised.saves_usd,
    }


def _judged(judged: Judged) -> dict[str, Any]:
    return {
        "instance_hours": judged.hours,
        "idle_instance_hours": judged.idle_hours,
        "invocations": judged.calls,
        "usd_idle": judged.usd_idle,
        "cpu_percent": judged.cpu,
        "gpu_percent": judged.gpu,
        "unknown": judged.unknown or None,
    }


def _types(line: "Line") -> str:
    types = sorted({part.instance_type for part in line.watched.parts})
    return line.watched.hosting.value if types == ["unknown"] else ", ".join(types)


def _hours(hours: Decimal | None) -> str:
    return _UNKNOWN if hours is None else f"{hours:,.0f}"


def _usd(usd: Decimal | None) -> str:
    return _UNKNOWN if usd is None else format_usd(usd)


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f} %"
