"""What people read of a resource that nobody calls: what will be taken to zero, what was, and the way back."""

from spendplane.application.telling import layout
from spendplane.application.telling.switch_lines import UNTOUCHED, Notice, counted, given_back, listed
from spendplane.contract import switch_events as events
from spendplane.domain.targets import EXEMPT_TAG

_NEVER = "no call brings it back, only a release, within minutes"


def notice(event: events.SwitchEvent) -> Notice:
    """For any event of a switch of level `idle`."""
    match event:
        case events.IdleAnnounced():
            return _announced(event)
        case events.KillSwitchEngaged():
            return _engaged(event)
        case events.KillSwitchRefused():
            return _refused(event)
    return _released(event)


def common(event: events.SwitchEvent) -> list[tuple[str, str]]:
    """What stands in each of them."""
    return [
        ("Notes", "\n".join(event.notes)),
        ("Applies to", layout.selector(event.match) if event.match else ""),
        ("Owner", event.owner or "nobody named by a tag `owner`"),
    ]


def more(event: events.SwitchEvent) -> str:
    """The command that shows more: of all together there is no switch."""
    return "spendplane idle" if event.key is None else f"spendplane kill show {layout.quoted(event.switch_id)}"


def _announced(event: events.IdleAnnounced) -> Notice:
    when = layout.minute(event.starts_at)
    rows = [
        ("Why", event.reason),
        ("Goes down", listed(event, "planned")),
        ("When", f"{when}, unless it is called before"),
        ("Then", _NEVER),
        ("To keep it", f"release it now, or set its tag `{EXEMPT_TAG}` to the last day on which it is needed"),
    ]
    return Notice(
        f"{_name(event)} is idle: taken to zero at {when}", rows, _release(event), "idle-announced", "IDLE", "soft"
    )


def _engaged(event: events.KillSwitchEngaged) -> Notice:
    rows = [
        ("Why", event.reason),
        ("Down", listed(event, "throttled", "kept")),
        ("Not yet", listed(event, "failed", ending="; tried again every ten minutes")),
        ("Not touched", listed(event, *UNTOUCHED)),
        ("Until", f"somebody releases it; {_NEVER}"),
    ]
    down = any(item.status in {"throttled", "kept"} for item in event.targets)
    headline = f"{_name(event)} was idle: {'taken to zero' if down else 'nothing was left to take down'}"
    return Notice(headline, rows, _release(event), "idle-taken-down", "IDLE, TAKEN DOWN")


def _refused(event: events.KillSwitchRefused) -> Notice:
    targets = ("Targets", listed(event, "planned", "failed", "escalated"))
    rows = [("Why", event.reason), targets, ("Not touched", listed(event, *UNTOUCHED))]
    if event.verdict == "observe":
        rows.append(("To act", "set `mode: enforce` under `idle` in budgets.yaml and deploy"))
        headline = f"{_name(event)} is idle: it would be taken to zero (observe mode)"
        return Notice(headline, rows, (), "idle-observes", "OBSERVE", "soft")
    if event.verdict == "refuse":
        what = counted(event, "planned") if event.key is None else _name(event)
        headline = f"{what} idle, nothing taken to zero: a person has to look"
        return Notice(headline, rows, ("spendplane idle",), "idle-refused", "IDLE REFUSED")
    if event.verdict == "failed":
        headline = f"{_name(event)} is idle: taking it to zero failed, it is tried again every ten minutes"
        return Notice(headline, rows, (), "kill-switch-failed", "IDLE FAILED")
    if event.verdict == "stuck":
        headline = f"{_name(event)} could not be given back, a person has to look"
        return Notice(headline, rows, (), "kill-switch-escalated", "RELEASE STUCK")
    headline = f"{_name(event)} is idle: given up, a person has to look"
    return Notice(headline, rows, _release(event), "kill-switch-escalated", "IDLE GAVE UP")


def _released(event: events.SwitchEvent) -> Notice:
    held = isinstance(event, events.KillSwitchReleased) and event.held
    until = event.held_until if isinstance(event, events.KillSwitchReleased) else None
    rows = [
        *given_back(event),
        ("Holds", f"not taken down again {f'until {layout.minute(until)}' if until else 'for good'}" if held else ""),
    ]
    back = any(item.status == "restored" for item in event.targets)
    headline = f"{_name(event)}: {'given back' if back else 'nothing to give back'}"
    return Notice(headline, rows, (), "kill-switch-released", "RELEASED")


def _name(event: events.SwitchEvent) -> str:
    return event.key or "all that is idle"


def _release(event: events.SwitchEvent) -> list[str]:
    of = f"{event.budget_id}{layout.key_option(event.key)}"
    return [
        f"spendplane release {of} --reason '...'",
        f"spendplane release {of} --until {layout.example(event.time)} --reason '...'",
    ]
