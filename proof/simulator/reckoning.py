"""The books reckoned anew, from what stands in the table and what producers sent: nothing here asks the product."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from proof.simulator.expressions import EXACT, Item
from proof.simulator.table import Key
from spendplane.domain.budgets import Budget

Ref = tuple[str, str, str | None]
"""A budget, a period and a value of `per`."""
Sums = tuple[Decimal, int, int, int]
"""Dollars, tokens, requests, unpriced records."""
NOTHING: Sums = (Decimal(0), 0, 0, 0)


def code(period: str, time: datetime) -> str:
    """The period of a time, reckoned here on its own: `d`, `w` and `m` with the first day, `t` for all time."""
    first = {"d": time, "w": time - timedelta(days=time.weekday()), "m": time.replace(day=1)}.get(period[0])
    return "t" if first is None else f"{period[0]}{first:%Y-%m-%d}"


def over(sums: Sums, budget: Budget, percent: int) -> bool:
    """Whether one of the limits was reached to so many percent; nothing spent never is."""
    limits = budget.limits
    measured = ((sums[0], limits.usd), (Decimal(sums[1]), limits.tokens), (Decimal(sums[2]), limits.requests))
    return any(limit is not None and used > 0 and used * 100 >= limit * percent for used, limit in measured)


def dedup_key(record: dict[str, Any]) -> str:
    """The identity of a call, as the contract says it."""
    request = record.get("provider_request_id")
    return f"r#{record['provider']}#{request}" if request else f"i#{record['id']}"


def is_valid(record: dict[str, Any]) -> bool:
    """What the plan makes invalid: an environment that there is not. (Too old is judged when it has arrived.)"""
    return bool(record["environment"] != "prod")


def cost(record: dict[str, Any]) -> Decimal | None:
    """What the producer said; None: nothing."""
    return Decimal(record["cost_usd"]) if "cost_usd" in record else None


def tokens(event: dict[str, Any]) -> int:
    """Prompt and answer; reasoning is a part of the answer."""
    return sum(count for name, count in event["usage"].items() if name != "reasoning")


def ref_of_key(key: Key) -> Ref:
    """The counter that an item is a part of."""
    _, budget_id, period, slot = key[0].split("#")
    return budget_id, period, None if slot[0] == "s" else key[1]


def refs_of(counted: str, event: dict[str, Any]) -> Iterator[Ref]:
    """What a row says that it was counted in."""
    for part in counted.split(",") if counted else ():
        budget_id, _, terms = part.partition("=")
        letter, _, per = terms.partition(":")
        yield budget_id, code(letter, datetime.fromisoformat(event["time"])), event[per] if per else None


def counted(event: dict[str, Any], budgets: Iterable[Budget]) -> set[Ref]:
    """Each budget looked at, one by one."""
    time = datetime.fromisoformat(event["time"])
    return {
        (item.id, code(item.period.value, time), event[item.per] if item.per else None)
        for item in budgets
        if all(event.get(name) in values for name, values in item.match)
    }


def plus(one: Sums, other: Sums) -> Sums:
    """Together, to the last digit."""
    return EXACT.add(one[0], other[0]), one[1] + other[1], one[2] + other[2], one[3] + other[3]


def most(*given: Sums) -> Sums:
    """The highest of each."""
    usd, tokens, requests, unpriced = zip(*given, strict=True)
    return max(usd), max(tokens), max(requests), max(unpriced)


def numbers(item: Item | None) -> Sums:
    """What an item of a counter holds."""
    if item is None or "requests" not in item:
        return NOTHING
    unpriced = int(item["unpriced"]["N"]) if "unpriced" in item else 0
    return Decimal(item["usd"]["N"]), int(item["tokens"]["N"]), int(item["requests"]["N"]), unpriced
