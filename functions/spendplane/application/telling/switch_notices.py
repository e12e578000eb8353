"""What people read of the kill switch: what was turned off and why, what was not, and how to take it back."""

from spendplane.application.ports import Announcement, Message
from spendplane.application.telling import idle_notices, layout
from spendplane.application.telling.switch_lines import UNTOUCHED, Notice, counted, given_back, listed
from spendplane.contract import switch_events as events
from spendplane.domain.drift import IN_DOUBT
from spendplane.domain.idle_policy import IDLE
from spendplane.domain.money import format_usd


def message(announcement: Announcement, runbook: str) -> Message:
    """For any event of the kill switch."""
    event = events.MODELS[announcement.detail_type].model_validate(announcement.detail)
    idles = event.budget_id == IDLE
    notice = idle_notices.notice(event) if idles else _notice(event)
    link = f"{runbook}#{notice.anchor}"
    rows = [*notice.rows, *(idle_notices.common(event) if idles else _common(event))]
    steps = "\n".join(notice.commands)
    more = idle_notices.more(event) if idles else f"spendplane kill show {layout.quoted(event.switch_id)}"
    ending = layout.body([("Do", steps), ("See more", more), ("Runbook", link), ("Notice id", event.id)])
    return Message(
        subject=layout.subject(f"[{notice.word}] {notice.headline}"),
        text=f"{notice.headline}\n\n{layout.body(rows)}\n\n{ending}\n",
        sms=layout.sms(
            f"Spendplane {notice.word}: {notice.headline}. {notice.commands[0] if notice.commands else more}"
        ),
        chat=layout.card(
            announcement,
            notice.headline,
            [*rows, ("Runbook", link)],
            [*notice.commands, more],
            thread=f"{event.budget_id}/{event.key or '*'}/{event.period_start:%Y-%m-%d}",
        ),
        machine={**announcement.detail, "detail_type": announcement.detail_type, "text": notice.headline},
        attributes={
            "kind": "kill_switch",
            "severity": notice.severity,
            "budget": event.budget_id,
            "project": layout.single(event.match, event.per, event.key, "project_id"),
            "environment": layout.single(event.match, event.per, event.key, "environment"),
            "alert_id": event.id,
        },
    )


def _notice(event: events.SwitchEvent) -> Notice:
    match event:
        case events.KillSwitchEngaged():
            return _engaged(event)
        case events.KillSwitchRefused():
            return _refused(event)
        case events.KillSwitchReleased():
            return _released(event)
        case events.DegradeRequested():
            return _degraded(event)
    headline = f"{_name(event)}: full model quality again"
    return Notice(headline, [("Why", event.reason)], (), "degrade", "DEGRADE ENDED", "soft")


def _engaged(event: events.KillSwitchEngaged) -> Notice:
    number = counted(event, "throttled", "kept")
    rows = [
        ("Why", event.reason),
        ("Throttled", listed(event, "throttled", "kept")),
        ("Not yet", listed(event, "failed", ending="; tried again each minute")),
        ("Not touched", listed(event, *UNTOUCHED)),
        ("Until", f"{layout.minute(event.period_end)}, the limit is raised, or somebody releases it"
         if event.period_end else "the limit is raised, or somebody releases it"),
    ]  # fmt: skip
    headline = f"{_name(event)}: {number} throttled"
    return Notice(headline, rows, _undo(event), "kill-switch-engaged", "KILL SWITCH")


def _refused(event: events.KillSwitchRefused) -> Notice:
    over = f"{_name(event)}: over its limit"
    if event.verdict == "observe":
        number = counted(event, "planned")
        rows = [
            ("Why", event.reason),
            ("Would be", listed(event, "planned")),
            ("Not touched", listed(event, *UNTOUCHED)),
            ("To act", f"set `mode: enforce` for {event.budget_id} in budgets.yaml and deploy"),
        ]
        asks = f"{number} would be throttled" if event.targets else "cheaper models would be asked for"
        return Notice(f"{over}; {asks} (observe mode)", rows, (), "kill-switch-observes", "OBSERVE")
    doubted = event.reason.startswith(IN_DOUBT)
    label = "Would be" if doubted else "Over cap" if event.verdict == "refuse" else "Targets"
    rows = [
        ("Why", event.reason),
        (label, listed(event, "planned", "failed", "escalated")),
        ("Not touched", listed(event, *UNTOUCHED)),
    ]
    if event.verdict == "refuse":
        commands = [f"spendplane kill plan {_of(event)}"]
        planned, kept = (sum(item.status == status for item in event.targets) for status in ("planned", "kept"))
        if planned:
            cap = "" if doubted else f" --max-targets {planned + kept + event.more_targets}"
            commands.append(f"spendplane kill engage {_of(event)}{cap} --reason '...'")
        headline = f"{over}; {'no more' if kept else 'nothing'} throttled, a person has to look"
        return Notice(headline, rows, commands, "kill-switch-refused", "KILL SWITCH REFUSED")
    if event.verdict == "failed":
        headline = f"{over}; throttling failed, it is tried again each minute"
        return Notice(headline, rows, (), "kill-switch-failed", "KILL SWITCH FAILED")
    number = counted(event, "escalated")
    if event.verdict == "stuck":
        headline = f"{_name(event)}: {number} could not be given back, a person has to look"
        return Notice(headline, rows, (), "kill-switch-escalated", "RELEASE STUCK")
    headline = f"{_name(event)}: {number} given up, a person has to look"
    return Notice(headline, rows, _undo(event), "kill-switch-escalated", "KILL SWITCH GAVE UP")


def _released(event: events.KillSwitchReleased) -> Notice:
    held = f"although it is over its limit, until {layout.minute(event.held_until)}" if event.held_until else ""
    rows = [
        *given_back(event),
        ("Holds", held or ("although it is over its limit, for good" if event.held else "")),
    ]
    headline = f"{_name(event)}: {counted(event, 'restored')} given back"
    if left := sum(item.status == "left" for item in event.targets):
        headline += f", {left} left as somebody set {'it' if left == 1 else 'them'}"
    commands = [f"spendplane kill engage {_of(event)} --reason '...'"] if event.held else []
    return Notice(headline, rows, commands, "kill-switch-released", "RELEASED")


def _degraded(event: events.DegradeRequested) -> Notice:
    rows = [
        ("Why", event.reason),
        ("What", "those who serve its models are asked for cheaper ones; nothing was switched off"),
        ("Until", layout.minute(event.period_end) or "the limit is raised"),
    ]
    return Notice(f"{_name(event)}: cheaper models asked for", rows, _undo(event), "degrade", "DEGRADE", "soft")


def _common(event: events.SwitchEvent) -> list[tuple[str, str]]:
    share = f" ({layout.percent(event.percent)})" if event.percent is not None else ""
    period = layout.period_name(event.period, event.period_start)
    return [
        ("Spent", f"{format_usd(event.spent_usd)} in {period}{share}"),
        ("Notes", "\n".join(event.notes)),
        ("Applies to", layout.selector(event.match)),
        ("Owner", event.owner or "nobody named in budgets.yaml"),
    ]


def _name(event: events.SwitchEvent) -> str:
    return event.budget_id + (f" for {event.per}={event.key}" if event.key is not None else "")


def _of(event: events.SwitchEvent) -> str:
    return event.budget_id + layout.key_option(event.key)


def _undo(event: events.SwitchEvent) -> list[str]:
    return [
        f"spendplane release {_of(event)} --reason '...'",
        f"spendplane release {_of(event)} --extend 50 --until {layout.example(event.time)} --reason '...'",
    ]
