"""The daily notice of what idles: as an event, and as people read it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal

from spendplane.application.alerting.judge import UNSENT_AFTER, UNTOLD_AFTER
from spendplane.application.idle.idle_report import IdleAudit, IdleReport, Line
from spendplane.application.ports import Announcement, Bus, BusyError, Message, Outbox
from spendplane.application.telling import layout
from spendplane.contract.outgoing import IDLE_REPORTED, IdleLine, IdleReported
from spendplane.domain.money import format_usd
from spendplane.domain.targets import ENVIRONMENT_TAG

LISTED = 40
"""Lines in the event; `spendplane idle` has them all."""
SHOWN = 10
_WIDE = Context(prec=60, rounding=ROUND_HALF_EVEN)
_COMMAND = "spendplane idle"


@dataclass(frozen=True, slots=True)
class TellIdle:
    """Once a day. A day on which nothing idles, and nothing is unknown, is not told of."""

    audit: IdleAudit
    outbox: Outbox
    bus: Bus

    def __call__(self, now: datetime) -> IdleReport:
        """Raises BusyError and RefusedError; told twice a day is told once."""
        report = self.audit.report(self.audit.account.found(lambda: None), now)
        if not lines_of(report) and not report.unread:
            return report
        news = announcement(report, now)
        if self.outbox.add(news, now + UNSENT_AFTER):
            self._publish(news, now)
        return report

    def _publish(self, news: Announcement, now: datetime) -> None:
        try:
            self.bus.publish([news], now)
        except BusyError:
            return  # stored: the sweep publishes it when it is due
        self.outbox.sent(news.id, now + UNTOLD_AFTER)


def lines_of(report: IdleReport) -> list[Line]:
    """What there is to do or to find out about."""
    return [line for line in report.lines if line.finding or line.long.usd_idle is None]


def announcement(report: IdleReport, now: datetime) -> Announcement:
    """One a day (UTC)."""
    lines = lines_of(report)
    short, long = report.usd_idle()
    event = IdleReported(
        id=f"idle-report/{now:%Y-%m-%d}",
        time=now,
        start=report.start,
        end=report.end,
        resources=len(report.lines),
        unknown=report.unknown,
        unread=len(report.unread),
        usd_idle_7_days=cents(short),
        usd_idle=cents(long),
        saves_usd_a_month=cents(report.saves_usd()),
        lines=[_line(line) for line in lines[:LISTED]],
        more_lines=max(0, len(lines) - LISTED),
    )
    return Announcement(event.id, IDLE_REPORTED, event.model_dump(mode="json"))


def message(told: Announcement, runbook: str) -> Message:
    """For the topic `budget-alerts`."""
    event = IdleReported.model_validate(told.detail)
    days = (event.end - event.start).days
    idled = f"{format_usd(event.usd_idle)} idled away in {days} days"
    headline = f"{idled}; {format_usd(event.saves_usd_a_month)} a month could be saved"
    rows = [
        ("Last week", f"{format_usd(event.usd_idle_7_days)} of it"),
        ("Dearest", _dearest(event)),
        ("Not known", f"the idle dollars of {event.unknown} of {event.resources} resources; they are in no sum"
         if event.unknown else ""),
        ("Not read", f"{event.unread} endpoints" if event.unread else ""),
    ]  # fmt: skip
    link = f"{runbook}#idle-report"
    ending = layout.body([("See more", _COMMAND), ("Runbook", link), ("Notice id", event.id)])
    return Message(
        subject=layout.subject(f"[IDLE REPORT] {headline}"),
        text=f"{headline}\n\n{layout.body(rows)}\n\n{ending}\n",
        sms=layout.sms(f"Spendplane: {headline}. {_COMMAND}"),
        chat=layout.card(told, headline, [*rows, ("Runbook", link)], [_COMMAND], thread="idle-report"),
        machine={**told.detail, "detail_type": told.detail_type, "text": headline},
        attributes={"kind": "idle_report", "severity": "soft", "alert_id": event.id},
    )


def cents(usd: Decimal) -> Decimal:
    """Rounded for people; sums are made before."""
    return usd.quantize(Decimal("0.01"), context=_WIDE)


def _dearest(event: IdleReported) -> str:
    shown = [_words(line) for line in event.lines[:SHOWN]]
    rest = len(event.lines) - len(shown) + event.more_lines
    return "\n".join([*shown, *([f"and {rest} more"] if rest else [])])


def _words(line: IdleLine) -> str:
    named = f"{line.kind} {line.name} [{line.environment or 'no environment'}]"
    if line.usd_idle is None:
        return f"{named}: not known: {line.unknown}"
    saves = "" if line.saves_usd_a_month is None else f", saves {format_usd(line.saves_usd_a_month)} a month"
    return f"{named}: {format_usd(line.usd_idle)}; {line.advice}{saves} ({line.why})"


def _line(line: Line) -> IdleLine:
    watched, long, advised = line.watched, line.long, line.advised
    return IdleLine(
        kind=watched.kind,
        name=watched.name,
        arn=watched.arn,
        environment=watched.tags.get(ENVIRONMENT_TAG),
        instance_types=sorted({part.instance_type for part in watched.parts}),
        hours=None if long.hours is None else cents(long.hours),
        idle_hours=None if long.idle_hours is None else cents(long.idle_hours),
        invocations=long.calls,
        usd_idle_7_days=None if line.short.usd_idle is None else cents(line.short.usd_idle),
        usd_idle=None if long.usd_idle is None else cents(long.usd_idle),
        advice=advised.advice.value,
        saves_usd_a_month=None if advised.saves_usd is None else cents(advised.saves_usd),
        why=advised.why,
        unknown=long.unknown,
    )
