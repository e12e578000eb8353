"""What the kill switch would do, for people and for scripts."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cli import orders, targets
from cli.output import count, minute, safe
from cli.standing_objects import rounded
from cli.standing_objects import to_object as standing_to_object
from cli.standings import limit
from spendplane.domain.drift import IN_DOUBT
from spendplane.domain.idle_policy import IDLE
from spendplane.domain.money import format_usd

if TYPE_CHECKING:
    from rich.console import RenderableType

    from spendplane.application.books.status import Standing
    from spendplane.domain.budgets import Budget

Plan = Mapping[str, Any]
_REFUSE, _OBSERVE = "refuse", "observe"


def to_object(
    budget: "Budget", key: str | None, answer: Mapping[str, Any], standing: "Standing | None"
) -> dict[str, Any]:
    """For scripts: the plan, and how the budget stands (null before its first event)."""
    plan = answer["plan"]
    return {
        "budget_id": budget.id,
        "key": key,
        "switch_id": answer["switch_id"],
        "phase": answer["phase"],
        "on": answer["on"],
        "reason": answer["reason"],
        "mode": answer["mode"] or budget.mode,
        "on_hard_limit": budget.on_hard_limit,
        "plan": {
            **plan,
            "targets": [{**item, "when_down": targets.when_down(item["kind"])} for item in plan["targets"]],
        },
        "standing": standing_to_object(standing) if standing else None,
    }


def lines(
    budget: "Budget", key: str | None, answer: Mapping[str, Any], standing: "Standing | None", state: str
) -> "list[RenderableType]":
    """For people. `state` is how the switch stands, in words."""
    from cli.output import facts

    now = "on" if answer["on"] else "off"
    by_itself = f"budgets.yaml says `on_hard_limit: {budget.on_hard_limit}`: only a person turns it on"
    rows = [
        ("stands at", "" if budget.id == IDLE else _stands(standing)),
        ("should be", f"{now}: {answer['reason']}"),
        ("switch is", f"{state} ({answer['switch_id']})"),
        ("mode", answer["mode"] or budget.mode),
        ("by itself", "" if budget.on_hard_limit == "throttle" else by_itself),
    ]
    head = safe(f"Kill switch of {orders.named(budget.id, key)}")
    shown = facts([(name, safe(text)) for name, text in rows if text])
    return [head, "", shown, "", *verdict(answer)]


def _stands(standing: "Standing | None") -> str:
    if standing is None:
        return "nothing is counted yet in this period"
    window = standing.counter.ref.window
    spent = f"{format_usd(standing.counter.spend.usd)} spent"
    percent = standing.percent
    used = "no limit" if percent is None else f"{rounded(percent, '0.1'):,f} % of {limit(standing)}"
    return f"{spent}, {used}; {window}" + (f", ends {minute(window.end)}" if window.end else "")


def verdict(answer: Mapping[str, Any], max_targets: int | None = None) -> "list[RenderableType]":
    """In a sentence, then what it is about. `max_targets` is what a person is about to allow."""
    plan: Plan = answer["plan"]
    number = count(len(plan["targets"]), "target")
    cap = needed_cap(plan)
    if cap and max_targets and max_targets >= cap:
        said = f"Allowed by --max-targets {max_targets}: {number} would be turned down."
    elif plan["verdict"] == _REFUSE:
        said = f"Refused, a person has to look: {plan['reason']}."
    elif plan["verdict"] == _OBSERVE:
        said = f"Observed only: {plan['reason']}. In mode enforce {number} would be turned down."
    else:
        why = f"; {plan['reason']}" if plan["reason"] else ""
        said = f"{number} {'kept down now' if answer['phase'] == 'on' else 'would be turned down'}{why}."
    return [safe(said), *about(plan)]


def about(plan: Plan) -> "list[RenderableType]":
    """What would be turned down, what is not touched, and notes; each under an empty line."""
    parts: list[RenderableType] = []
    if plan["targets"]:
        parts += ["", targets.planned(plan["targets"])]
    if plan["refused"]:
        parts += ["", targets.refused(plan["refused"])]
    if plan["notes"]:
        parts += ["", *(safe(f"Note: {note}") for note in plan["notes"])]
    return parts


def needed_cap(plan: Plan) -> int | None:
    """How many targets a person would have to allow; None where no cap is in the way.

    Only the cap, and figures in doubt, refuse a plan that has targets.
    """
    refused = plan["verdict"] == _REFUSE and plan["targets"] and not doubted(plan)
    return len(plan["targets"]) if refused else None


def doubted(plan: Plan) -> bool:
    """The ledger is too far above the bill for the switch to act by itself."""
    return bool(plan["reason"].startswith(IN_DOUBT))


def mend(plan: Plan, budget: str, key: str | None) -> str:
    """What it takes to have something turned down, where the plan turns nothing down."""
    cap = needed_cap(plan)
    if plan["verdict"] == _OBSERVE:
        return f"To have it act: set `mode: enforce` for {budget} in budgets.yaml and deploy."
    if doubted(plan):
        act = orders.engage_command(budget, key)
        return f"If the spend is real: {act}. What is counted too much: spendplane reconcile --cur FILE"
    if cap:
        return f"Look at them, then allow so many: {orders.engage_command(budget, key, cap)}"
    if plan["refused"]:
        return "Mend the tags of what is listed as not touched, or turn it down by hand."
    return "Tag its resources as the budget selects them, or turn them down by hand."


def in_the_way(plan: Plan, budget: str, key: str | None) -> list[str]:
    """Why an order came to nothing, and what to do."""
    stands = "The order stands, and is looked at again every five minutes until the period ends or it is withdrawn."
    return [f"Why: {safe(plan['reason'])}.", mend(plan, budget, key), stands]


def ending(answer: Mapping[str, Any], budget: str, key: str | None) -> str:
    """The next step after looking at the plan."""
    if answer["phase"] == "on":
        return f"It is on. To give everything back: {orders.release_command(budget, key)}"
    if answer["plan"]["verdict"] == "throttle":
        however = "though it is called" if budget == IDLE else "whatever is spent"
        return f"To turn it on now, {however}: {orders.engage_command(budget, key)}"
    return mend(answer["plan"], budget, key)
