"""Budgets for people and for scripts."""

from collections.abc import Mapping
from typing import Any

from cli.errors import Failure
from cli.output import safe
from spendplane.domain.budgets import Budget
from spendplane.domain.idle_policy import EVERY_RESOURCE, IDLE
from spendplane.domain.money import format_usd
from spendplane.domain.producers import Producers


def known(deployed: Mapping[str, Budget], budget_id: str) -> Budget:
    """The deployed budget, or what stands for one where resources idle. Raises Failure, with the nearest name, when
    there is none.
    """
    if budget_id == IDLE:
        return EVERY_RESOURCE
    if budget_id in deployed:
        return deployed[budget_id]
    from difflib import get_close_matches

    close = get_close_matches(budget_id, deployed, n=1)
    hint = f"did you mean `{close[0]}`?" if close else "see what is deployed: spendplane budget ls"
    raise Failure(f"no budget `{budget_id}` is deployed", hint)


def to_object(budget: Budget) -> dict[str, Any]:
    """The definition, flat, in the words of budgets.yaml."""
    return {
        "id": budget.id,
        "match": {name: list(values) for name, values in budget.match},
        "per": budget.per,
        "limit_usd": budget.limits.usd,
        "limit_tokens": budget.limits.tokens,
        "limit_requests": budget.limits.requests,
        "period": budget.period.value,
        "thresholds": list(budget.thresholds),
        "on_soft_limit": budget.on_soft_limit,
        "on_hard_limit": budget.on_hard_limit,
        "mode": budget.mode,
        "owner": budget.owner,
        "shards": budget.shards,
        "revision": budget.revision,
    }


Projects = tuple[str, ...] | None


def bindings(before: Producers, after: Producers) -> list[tuple[str, Projects, Projects]]:
    """The producers whose projects change, with those before and after; None: it is not named."""
    was, now = dict(before.named), dict(after.named)
    return [
        (source, was.get(source), now.get(source))
        for source in sorted({*was, *now})
        if was.get(source) != now.get(source)
    ]


def selector(budget: Budget, separator: str = ", ") -> str:
    """`environment=staging|development, project_id=x, per user_id`."""
    parts = [f"{name}={'|'.join(values)}" for name, values in budget.match] or ["every event"]
    return separator.join(safe(part) for part in [*parts, *([f"per {budget.per}"] if budget.per else [])])


def limits(budget: Budget, separator: str = ", ") -> str:
    """Every limit; `none` where the budget is only tracked."""
    bounds = budget.limits
    found = [
        None if bounds.usd is None else format_usd(bounds.usd),
        None if bounds.tokens is None else f"{bounds.tokens:,} tokens",
        None if bounds.requests is None else f"{bounds.requests:,} requests",
    ]
    return separator.join(text for text in found if text) or "none"
