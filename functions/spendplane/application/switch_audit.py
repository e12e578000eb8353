"""What the audit keeps of a look: the inputs, the plan, and what became of it. JSON values only."""

from collections.abc import Iterable, Sequence
from typing import Any

from spendplane.application.hands import Outcome
from spendplane.application.looking import Look
from spendplane.application.switches import AuditEntry
from spendplane.domain.budgets import Budget
from spendplane.domain.counters import Counter
from spendplane.domain.plans import Plan
from spendplane.domain.switches import Switch
from spendplane.domain.targets import Target


def decision(look: Look, switch: Switch, plan: Plan | None, found: Iterable[Target] = ()) -> AuditEntry:
    """Written before anything is done. Without a plan it is a release."""
    detail: dict[str, Any] = {
        "on": look.wanted.on,
        "reason": look.wanted.reason,
        "by": look.by,
        "generation": switch.generation,
        "phase_before": look.switch.phase.value,
        "budget": _budget(look.budget),
        "counter": _counter(look.counter),
        "found": [_target(target) for target in found],
    }
    if plan is not None:
        detail["plan"] = plan_to_dict(plan)
    else:
        detail["releasing"] = sorted(look.switch.held)
    return AuditEntry(switch.id, look.now, 0, "engage" if look.wanted.on else "release", detail)


def results(look: Look, switch: Switch, outcomes: Sequence[Outcome]) -> AuditEntry:
    """What became of each target."""
    detail = {"phase": switch.phase.value, "targets": [outcome.to_dict() for outcome in outcomes]}
    return AuditEntry(switch.id, look.now, 2, "results", detail)


def plan_to_dict(plan: Plan) -> dict[str, Any]:
    """For the audit, and for `kill plan`."""
    return {
        "verdict": plan.verdict.value,
        "reason": plan.reason,
        "targets": [_target(target) for target in plan.targets],
        "refused": [{**_target(item.target), "reason": item.reason} for item in plan.refused],
        "notes": list(plan.notes),
    }


def _target(target: Target) -> dict[str, Any]:
    return {
        "kind": target.kind,
        "name": target.name,
        "arn": target.arn,
        "scope": target.scope,
        "tags": dict(target.tags),
    }


def _budget(budget: Budget | None) -> dict[str, Any] | None:
    if budget is None:
        return None
    usd = budget.limits.usd
    return {
        "id": budget.id,
        "revision": budget.revision,
        "mode": budget.mode,
        "on_soft_limit": budget.on_soft_limit,
        "on_hard_limit": budget.on_hard_limit,
        "match": {name: list(values) for name, values in budget.match},
        "per": budget.per,
        "limit_usd": None if usd is None else f"{usd:f}",
        "limit_tokens": budget.limits.tokens,
        "limit_requests": budget.limits.requests,
    }


def _counter(counter: Counter) -> dict[str, Any]:
    spend = counter.spend
    return {"spent_usd": f"{spend.usd:f}", "tokens": spend.tokens, "requests": spend.requests}
