"""What the audit keeps of a look: the inputs, the plan, and what became of it. JSON values only.

The numbers order the entries of one look: a person's word, the decision, the undo of each target (2), the results.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from spendplane.application.ports.switches import AuditEntry
from spendplane.application.switching.hands import Outcome
from spendplane.application.switching.looking import Look
from spendplane.domain.budgets import Budget
from spendplane.domain.counters import Counter
from spendplane.domain.plans import Plan
from spendplane.domain.switches import Hold, Order, Switch
from spendplane.domain.targets import Target

MAX_LIST_BYTES = 60_000
"""Of one list as JSON: an entry is one item of the table, which takes 400 KB. What does not fit is counted."""


def word(switch: Switch, said: Order | Hold, now: datetime) -> AuditEntry:
    """What a person said to the switch as it was."""
    detail: dict[str, Any] = {"by": said.by, "reason": said.reason, "phase_before": switch.phase.value}
    if isinstance(said, Order):
        return AuditEntry(switch.id, now, 0, "order", {**detail, "max_targets": said.max_targets})
    until = said.until.isoformat() if said.until else None
    extend = None if said.extend_usd is None else f"{said.extend_usd:f}"
    return AuditEntry(switch.id, now, 0, "hold", {**detail, "until": until, "extend_usd": extend})


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
        **_bounded({"found": [_target(target) for target in found]}),
    }
    if plan is not None:
        detail["plan"] = _bounded(plan_to_dict(plan))
    else:
        detail |= _bounded({"releasing": sorted(look.switch.held)})
    if look.wanted.starts_at is not None:
        detail["starts_at"] = look.wanted.starts_at.isoformat()
        return AuditEntry(switch.id, look.now, 1, "announce", detail)
    return AuditEntry(switch.id, look.now, 1, "engage" if look.wanted.on else "release", detail)


def results(look: Look, switch: Switch, outcomes: Sequence[Outcome]) -> AuditEntry:
    """What became of each target."""
    detail = {"phase": switch.phase.value, "targets": [outcome.to_dict() for outcome in outcomes]}
    return AuditEntry(switch.id, look.now, 3, "results", _bounded(detail))


def plan_to_dict(plan: Plan) -> dict[str, Any]:
    """For the audit, and for `kill plan`."""
    return {
        "verdict": plan.verdict.value,
        "reason": plan.reason,
        "targets": [_target(target) for target in plan.targets],
        "refused": [{**_target(item.target), "reason": item.reason} for item in plan.refused],
        "notes": list(plan.notes),
    }


def _bounded(detail: dict[str, Any]) -> dict[str, Any]:
    """Lists as far as they fit; how many entries did not stands beside them, such as `found_more`."""
    bounded: dict[str, Any] = {}
    for name, value in detail.items():
        bounded[name] = value
        if isinstance(value, list):
            kept = bounded[name] = _fitting(value)
            if len(kept) < len(value):
                bounded[f"{name}_more"] = len(value) - len(kept)
    return bounded


def _fitting(items: Sequence[Any]) -> list[Any]:
    left, kept = MAX_LIST_BYTES, []
    for item in items:
        left -= len(json.dumps(item)) + 2
        if left < 0:
            break
        kept.append(item)
    return kept


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
