"""Targets of the kill switch in words: what they are called, what would be done to them, what became of them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cli.output import safe, table, to_json
from spendplane.domain.targets import ENVIRONMENT_TAG

if TYPE_CHECKING:
    from rich.table import Table

Facts = Mapping[str, Any]
"""A target, a refused target or an outcome, as the kill switch's function tells of it."""

_DOWN = {
    "lambda-function": "reserved concurrency 0: every call is refused",
    "sagemaker-endpoint": "deleted, with its configuration kept; made again on release",
    "sagemaker-inference-component": "no copies, and no scaling",
    "api-stage": "every request answered with 429",
    "http-api-stage": "every request answered with 429",
    "usage-plan": "every request with one of its keys answered with 429",
    "bedrock-role": "calls of models denied by an inline policy",
    "ecs-service": "no tasks, and no scaling",
}
_BECAME = {
    "throttled": "turned down",
    "kept": "stays down",
    "restored": "came back",
    "already": "not ours",
    "gone": "gone",
    "shared": "still kept down",
    "left": "left as it is",
    "failed": "failed",
    "escalated": "given up",
}
AMISS = frozenset({"failed", "escalated", "shared", "left"})
"""A person may have to look."""
_STYLES = {"failed": "yellow", "escalated": "bold red", "shared": "yellow", "left": "yellow"}
_KEPT = "still kept down "
_STATE_CELLS = 160


def label(target: Facts) -> str:
    """`lambda-function agent`, `bedrock-role shared (session ann)`; outcomes name the session in their key."""
    scope = target.get("scope") or str(target.get("target", "")).partition("#")[2]
    return f"{target['kind']} {target['name']}" + (f" (session {scope})" if scope else "")


def when_down(kind: str) -> str:
    """How this kind is when it is turned down."""
    return _DOWN.get(kind, "turned down")


def planned(targets: Iterable[Facts]) -> "Table":
    """What the switch would turn down."""
    made = table("Target", "Environment", "When down", fold=("Target", "When down"))
    for item in targets:
        made.add_row(safe(label(item)), _environment(item), when_down(item["kind"]))
    return made


def refused(targets: Iterable[Facts]) -> "Table":
    """What carries the budget's tags and is not touched."""
    made = table("Not touched", "Environment", "Why", fold=("Not touched", "Why"))
    for item in targets:
        made.add_row(safe(label(item)), _environment(item), safe(item["reason"]))
    return made


def outcomes(targets: Sequence[Facts]) -> "Table":
    """What became of each, the good news first."""
    from rich.text import Text

    order = list(_BECAME)
    made = table("Target", "Became", "Detail", fold=("Target", "Detail"))
    for item in sorted(targets, key=lambda item: order.index(item["status"]) if item["status"] in order else -1):
        status = str(item["status"])
        became = Text(_BECAME.get(status, status), style=_STYLES.get(status, "green"))
        made.add_row(safe(label(item)), became, safe(_detail(item)))
    return made


def _detail(outcome: Facts) -> str:
    if outcome["status"] == "restored" and outcome.get("after"):
        return f"to {state(outcome['after'])}"
    said = str(outcome.get("detail") or "")
    return said.removeprefix(f"{label(outcome)}: ").removeprefix(_KEPT)


def _environment(target: Facts) -> str:
    return safe((target.get("tags") or {}).get(ENVIRONMENT_TAG, ""))


def state(parts: Mapping[str, Any]) -> str:
    """`reserved 10`, `desired 3, scaling (min 1, max 5)`, `not denied`; the long ones are cut, and --json has all."""
    text = ", ".join(filter(None, (_part(name, value) for name, value in parts.items())))
    return text if len(text) <= _STATE_CELLS else f"{text[:_STATE_CELLS]}…"


def _part(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return name if value else f"not {name}"
    if isinstance(value, Mapping):
        inner = ", ".join(filter(None, (_part(key, item) for key, item in value.items())))
        return f"{name} ({inner})" if inner else ""
    return f"{name} {_value(value)}"


def _value(value: Any) -> str:
    if value is None:
        return "none"
    return value if isinstance(value, str) else to_json(value)
