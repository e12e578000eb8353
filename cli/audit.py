"""The audit of a kill switch, told line by line: what was decided on which inputs, and what was done."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cli import targets
from cli.output import count, minute, safe, table
from spendplane.domain.idle_policy import IDLE

if TYPE_CHECKING:
    from rich.table import Table

    from spendplane.application.ports.switches import AuditEntry


def touched(entries: "Iterable[AuditEntry]") -> frozenset[str]:
    """The keys of all targets that the audit tells of."""
    keys: set[str] = set()
    for entry in entries:
        keys |= {str(entry.detail["target"])} if "target" in entry.detail else set()
        keys |= {str(item["target"]) for item in entry.detail.get("targets", ())}
    return frozenset(keys)


def to_table(entries: "Iterable[AuditEntry]", labels: Mapping[str, str]) -> "Table":
    """In the order of time. `labels` names targets by their keys."""
    made = table("At (UTC)", "What", "Detail", fold=("Detail",))
    for entry in entries:
        told = "\n".join(safe(line) for line in _told(entry, labels))
        made.add_row(f"{entry.at.astimezone(UTC):%Y-%m-%d %H:%M:%S}", entry.kind, told)
    return made


def _told(entry: "AuditEntry", labels: Mapping[str, str]) -> list[str]:
    detail = entry.detail
    match entry.kind:
        case "engage" | "release" | "announce":
            return _decided(detail)
        case "order" | "hold":
            return _said(detail)
        case "undo stored":
            note = f" ({detail['note']})" if detail.get("note") else ""
            return [f"{_name(detail, labels)}: was {targets.state(detail['before'])}{note}"]
        case "restoring":
            return [f"{_name(detail, labels)}: to {targets.state(detail['to'])}"]
        case "results":
            found = [f"{targets.label(item)}: {item['status']}, {item['detail']}" for item in detail["targets"]]
            return [line.removesuffix(", ") for line in found] + _more(detail, "targets") or ["nothing was turned"]
    return [targets.state(detail)]


def _name(detail: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    return labels.get(detail["target"], str(detail["target"]))


def _said(detail: Mapping[str, Any]) -> list[str]:
    """A person's word, with its terms."""
    terms = {
        "up to {} targets": detail.get("max_targets"),
        "until {}": detail.get("until"),
        "for ${} beyond the limit": detail.get("extend_usd"),
    }
    known = "".join(f", {text.format(value)}" for text, value in terms.items() if value is not None)
    return [f"{detail['by']}: {detail['reason']}{known}"]


def _decided(detail: Mapping[str, Any]) -> list[str]:
    """What was decided, on which inputs, and what was to be done."""
    found = [f"{detail['reason']} (by {detail['by']})"]
    counter, budget = detail.get("counter") or {}, detail.get("budget")
    if "starts_at" in detail:
        found.append(f"goes on at {minute(datetime.fromisoformat(detail['starts_at']))}")
    if budget and budget["id"] == IDLE:  # it has no counter, and no terms but its mode
        counter, budget = {}, None
    if counter:
        found.append(
            f"spent ${counter['spent_usd']}, {counter['tokens']:,} tokens, {count(counter['requests'], 'request')}"
        )
    if budget:
        at = f"at 100 %: {budget['on_hard_limit']}, below: {budget['on_soft_limit']}"
        found.append(f"budget revision {budget['revision']}, mode {budget['mode']}, {at}")
    return [*found, *_planned(detail["plan"], _number(detail, "found"))] if "plan" in detail else found


def _planned(plan: Mapping[str, Any], number: int) -> list[str]:
    reason = f": {plan['reason']}" if plan["reason"] else ""
    allowed, refused = _number(plan, "targets"), _number(plan, "refused")
    return [
        f"plan: {plan['verdict']}{reason}; {allowed} of {number} found, {refused} refused",
        *(f"  to turn down: {targets.label(item)}" for item in plan["targets"]),
        *_more(plan, "targets"),
        *(f"  refused: {targets.label(item)}: {item['reason']}" for item in plan["refused"]),
        *_more(plan, "refused"),
        *(f"  note: {note}" for note in plan["notes"]),
    ]


def _number(detail: Mapping[str, Any], name: str) -> int:
    """Of a list, with what the audit had no room for."""
    return len(detail.get(name, ())) + int(detail.get(f"{name}_more", 0))


def _more(detail: Mapping[str, Any], name: str) -> list[str]:
    more = detail.get(f"{name}_more")
    return [f"  and {more:,} more, for which an entry has no room"] if more else []
