"""What the notices of the kill switch are made of: a headline with its lines, and targets in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from spendplane.contract import switch_events as events

SHOWN = 15
"""Targets in one list; `spendplane kill show` has them all."""
UNTOUCHED = ("refused", "already", "gone")


@dataclass(frozen=True, slots=True)
class Notice:
    """What one kind of event says: its headline, its own lines, the commands, and its place in the runbook."""

    headline: str
    rows: list[tuple[str, str]]
    commands: Sequence[str]
    anchor: str
    word: str
    severity: str = "hard"


def counted(event: events.SwitchEvent, *statuses: str) -> str:
    """`4 targets`, those that the event does not list included."""
    number = sum(item.status in statuses for item in event.targets) + event.more_targets
    return f"{number:,} target{'' if number == 1 else 's'}"


def listed(event: events.SwitchEvent, *statuses: str, ending: str = "") -> str:
    """Those that ended so, a line each."""
    found = [item for item in event.targets if item.status in statuses]
    lines = [_label(item) + (f": {item.detail}{ending}" if item.detail else "") for item in found[:SHOWN]]
    if len(found) > SHOWN:
        lines.append(f"and {len(found) - SHOWN + event.more_targets} more")
    return "\n".join(lines)


def given_back(event: events.SwitchEvent) -> list[tuple[str, str]]:
    """What stands in every notice of a release: whose word it was, and what became of each target."""
    return [
        ("Why", event.reason),
        ("By", event.by),
        ("Given back", listed(event, "restored")),
        ("Left alone", listed(event, "left")),
        ("Still down", listed(event, "shared")),
    ]


def _label(item: events.TargetLine) -> str:
    scope = f" (session {item.scope})" if item.scope else ""
    return f"{item.kind} {item.name}{scope} [{item.environment or 'no environment'}]"
