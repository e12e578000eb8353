"""One kill switch with its history: its targets and their undo, and the audit told line by line."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cli import audit, orders, switches, targets
from cli.output import facts, minute, safe, table
from spendplane.domain.money import format_usd
from spendplane.domain.switches import Grip, GripPhase, Phase, Switch

if TYPE_CHECKING:
    from rich.console import RenderableType

    from spendplane.application.ports.switches import AuditEntry

_STATES = {
    GripPhase.ENGAGING: "going down",
    GripPhase.THROTTLED: "down",
    GripPhase.RESTORING: "coming back",
    GripPhase.RESTORED: "as it was",
    GripPhase.LEFT: "left as it is",
}


def to_object(switch: Switch, grips: Iterable[Grip], entries: "Iterable[AuditEntry]", now: datetime) -> dict[str, Any]:
    """For scripts: everything."""
    return {
        **switches.to_object(switch, now),
        "targets": [_target(grip) for grip in _in_order(grips)],
        "audit": [{"at": entry.at, "kind": entry.kind, "detail": entry.detail} for entry in entries],
    }


def _target(grip: Grip) -> dict[str, Any]:
    target = grip.target
    return {
        "target": target.key,
        "kind": target.kind,
        "name": target.name,
        "arn": target.arn,
        "scope": target.scope,
        "tags": dict(target.tags),
        "state": grip.phase.value,
        "before": dict(grip.before),
        "kept_down_by": sorted(grip.holders),
        "since": grip.since,
        "attempts": grip.attempts,
        "error": grip.error,
    }


def _in_order(grips: Iterable[Grip]) -> list[Grip]:
    return sorted(grips, key=lambda grip: (grip.target.kind, grip.target.key))


def lines(
    switch: Switch, grips: Iterable[Grip], entries: "Sequence[AuditEntry]", now: datetime
) -> "list[RenderableType]":
    """For people."""
    held, order, by_key = switch.hold, switch.order, _in_order(grips)
    until = orders.until_text(switches.held_until(switch, held)) if held else ""
    granted = f", {format_usd(held.extend_usd)} beyond the limit" if held and held.extend_usd is not None else ""
    cap = f", up to {order.max_targets} targets" if order and order.max_targets else ""
    rows = [
        ("state", switches.words(switch, now)),
        ("reason", switch.reason),
        (
            "announced" if switch.phase is Phase.ANNOUNCED else "went on",
            f"{minute(switch.since)}, for the {_ordinal(switch.generation)} time" if switch.since else "",
        ),
        ("period", str(switch.ref.window)),
        ("held off", f"{until}{granted}, by {held.by}: {held.reason}" if held else ""),
        ("ordered by", f"{order.by}: {order.reason}{cap}" if order else ""),
        _next(switch),
    ]
    parts: list[RenderableType] = [safe(f"Kill switch {switch.id}"), ""]
    parts.append(facts([(name, safe(text)) for name, text in rows if text]))
    if by_key:
        parts += ["", _targets(switch, by_key)]
    if entries:
        parts += ["", audit.to_table(entries, {grip.target.key: grip.target.label for grip in by_key})]
    return parts


def _next(switch: Switch) -> tuple[str, str]:
    budget, key = switch.ref.budget_id, switch.ref.key
    if switch.phase in {Phase.ANNOUNCED, Phase.ON, Phase.REFUSED, Phase.RELEASING}:
        return "release it", orders.release_command(budget, key)
    return "turn it on", orders.engage_command(budget, key)


def _ordinal(number: int) -> str:
    endings = {1: "st", 2: "nd", 3: "rd"}
    return f"{number}{'th' if number % 100 in {11, 12, 13} else endings.get(number % 10, 'th')}"


def _targets(switch: Switch, grips: Iterable[Grip]) -> "RenderableType":
    made = table(
        "Target", "State", "Was", "In vain", "Last error", right=("In vain",), fold=("Target", "Was", "Last error")
    )
    for grip in grips:
        others = sorted(grip.holders - {switch.id})
        also = "also" if switch.id in grip.holders else "only"
        state = _STATES[grip.phase] + (f", {also} for {', '.join(others)}" if grip.live and others else "")
        vain = str(grip.attempts) if grip.attempts else ""
        made.add_row(
            safe(grip.target.label), safe(state), safe(targets.state(grip.before)), vain, safe(grip.error or "")
        )
    return made
