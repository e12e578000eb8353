"""Kill switches for people and for scripts: which there are, and how each stands, in words."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cli.output import count, minute, safe
from spendplane.domain.money import format_usd
from spendplane.domain.periods import Period
from spendplane.domain.switches import Hold, Level, Phase, Switch

if TYPE_CHECKING:
    from rich.text import Text

    from spendplane.application.books.status import Standing
    from spendplane.application.ports.switches import Switches
    from spendplane.domain.budgets import Budget
    from spendplane.domain.counters import CounterRef

FEW = 5
"""So many switches are read one by one; more are looked for among those that anything is to be done about."""
_WHENEVER = datetime.max.replace(tzinfo=UTC)
_STYLES = {
    Phase.ANNOUNCED: "yellow",
    Phase.ON: "bold red",
    Phase.REFUSED: "yellow",
    Phase.RELEASING: "yellow",
    Phase.HELD: "cyan",
}
_OBSERVES = "the budget's mode is observe"
"""What a switch says that is refused by its budget's mode only."""


def stirring(
    port: "Switches", budgets: Iterable["Budget"], wanted: "Callable[[CounterRef], bool]" = lambda _: True
) -> list[Switch]:
    """Every switch that is not off, also of budgets that are not deployed any more.

    Whatever is not off waits for its next look, so it is on the index. The one exception is held off for good: there
    the period has no end, and the budget's few switches are read.
    """
    waiting = {place for place in port.waiting(_WHENEVER) if wanted(place[0])}
    found = {place: port.get(*place) for place in waiting}
    for budget in budgets:
        if budget.period is Period.TOTAL:
            found |= {(item.ref, item.level): item for item in port.of_budget(budget.id) if wanted(item.ref)}
    return sorted((item for item in found.values() if item and item.phase is not Phase.OFF), key=lambda item: item.id)


def of_standings(port: "Switches", standings: Sequence["Standing"]) -> "dict[CounterRef, list[Switch]]":
    """Those that are not off, by counter."""
    refs = {item.counter.ref: item.budget for item in standings}
    if len(refs) > FEW:
        found = stirring(port, {budget.id: budget for budget in refs.values()}.values(), refs.__contains__)
    else:
        read = [port.get(ref, level) for ref in refs for level in (Level.DEGRADE, Level.THROTTLE)]
        found = [item for item in read if item and item.phase is not Phase.OFF]
    return {ref: of_ref for ref in refs if (of_ref := [item for item in found if item.ref == ref])}


def lines(switch: Switch, now: datetime) -> "list[Text]":
    """Its id, whole on a line of its own as people copy it, and under it how it stands and why."""
    from rich.text import Text

    said = words(switch, now)
    if switch.phase in {Phase.ON, Phase.REFUSED} and switch.since:
        said = f"{brief(switch)} since {minute(switch.since)}"
        said += f", {count(len(switch.held), 'target')}" if switch.level is not Level.DEGRADE and switch.held else ""
    why = switch.hold.reason if switch.hold and switch.phase is Phase.HELD else switch.reason
    told = Text.assemble("  ", (safe(said), _STYLES.get(switch.phase, "")), safe(f": {why}") if why else "")
    return [Text(safe(switch.id), style="bold"), told]


def to_object(switch: Switch, now: datetime) -> dict[str, Any]:
    """For scripts. `targets` are the ARNs (with `#session` for a part of a role) that it keeps down."""
    window, order = switch.ref.window, switch.order
    return {
        "id": switch.id,
        "level": switch.level.value,
        "budget_id": switch.ref.budget_id,
        "key": switch.ref.key,
        "period": window.period.value,
        "period_start": window.start,
        "period_end": window.end,
        "phase": switch.phase.value,
        "state": words(switch, now),
        "reason": switch.reason,
        "starts_at": switch.starts_at,
        "since": switch.since,
        "generation": switch.generation,
        "targets": sorted(switch.held),
        "hold": _hold(switch, switch.hold, now) if switch.hold else None,
        "order": {"by": order.by, "reason": order.reason, "max_targets": order.max_targets} if order else None,
    }


def _hold(switch: Switch, hold: Hold, now: datetime) -> dict[str, Any]:
    until = held_until(switch, hold)
    return {
        "by": hold.by,
        "reason": hold.reason,
        "until": until,
        "extend_usd": hold.extend_usd,
        "active": holds(switch, now),
    }


def holds(switch: Switch, now: datetime) -> bool:
    """A person's release is in force."""
    return switch.hold is not None and switch.hold.active(now) and not switch.ref.window.closed(now)


def held_until(switch: Switch, hold: Hold) -> datetime | None:
    """When a release ends: never after its period, whose successor counts from zero. None: never."""
    return min((time for time in (hold.until, switch.ref.window.end) if time), default=None)


def words(switch: Switch, now: datetime) -> str:
    """`on, 4 targets`, `observing`, `refused: …`, `released until 2026-12-01 00:00 UTC by ann`."""
    said = brief(switch)
    if switch.phase is Phase.REFUSED:
        return said if said == "observing" else f"{said}: {switch.reason}"
    if switch.phase in {Phase.ON, Phase.RELEASING} and switch.level is not Level.DEGRADE:
        return f"{said}, {count(len(switch.held), 'target')}"
    if switch.hold and switch.phase is Phase.HELD:
        return f"{said} by {person(switch.hold.by)}"
    if switch.hold and switch.phase is Phase.OFF and holds(switch, now):
        return f"{said}, {_released(switch, switch.hold)} by {person(switch.hold.by)}"
    return said


def brief(switch: Switch) -> str:
    """The same without numbers and reasons."""
    if switch.phase is Phase.HELD:
        return _released(switch, switch.hold) if switch.hold else "released"
    if switch.phase is Phase.ANNOUNCED:
        return f"announced, goes on at {minute(switch.starts_at)}" if switch.starts_at else "announced"
    if switch.phase is Phase.REFUSED:
        return "observing" if switch.reason.startswith(_OBSERVES) else "refused"
    if switch.phase is Phase.ON and switch.level is Level.DEGRADE:
        return "asks for cheaper models"
    return {Phase.DUE: "due, not looked at yet", Phase.RELEASING: "giving back"}.get(switch.phase, switch.phase.value)


def short(switch: Switch) -> str:
    """In two words or three, for narrow tables: `on, 4 targets`, `refused`, `released`."""
    if switch.phase is Phase.ON and switch.level is Level.THROTTLE:
        return f"on, {count(len(switch.held), 'target')}"
    terse = {Phase.ON: "cheaper models", Phase.DUE: "due", Phase.HELD: "released"}
    return terse.get(switch.phase) or brief(switch)


def _released(switch: Switch, hold: Hold) -> str:
    until = held_until(switch, hold)
    used_up = f"{format_usd(hold.extend_usd)} more are spent" if hold.extend_usd is not None else ""
    ends = " or ".join(text for text in (used_up, minute(until) if until else "") if text)
    return f"released until {ends}" if ends else "released for good"


def person(by: str) -> str:
    """`ann` of `arn:aws:sts::123456789012:assumed-role/admins/ann`."""
    return by.rpartition("/")[2].rpartition(":")[2]
