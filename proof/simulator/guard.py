"""The invariants of the kill switch, checked at every change that it makes to a resource."""

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from proof.simulator.actor import Actor
from proof.simulator.books import Books
from proof.simulator.fleet import Account
from proof.simulator.reckoning import code, over
from proof.simulator.table import SimTable
from spendplane.application.ports import Message as Notice
from spendplane.domain.budgets import Budget
from spendplane.domain.targets import Target

SKEW = timedelta(seconds=10)
AHEAD = timedelta(minutes=5)
"""An event may be so early, and with it a period that begins."""
LIVE = frozenset({"engaging", "throttled", "restoring"})


@dataclass(slots=True)
class Guard:
    """`raced` are targets that a person changed while the kill switch was at them: of two values either may stay.

    `told` counts what people got, `excuses` the runs of notify in which something went wrong.
    """

    books: Books
    account: Account
    table: SimTable
    now: Any
    raced: set[str] = field(default_factory=set)
    turned: dict[str, datetime] = field(default_factory=dict)
    told: Counter[tuple[str, str]] = field(default_factory=Counter)
    excuses: Counter[str] = field(default_factory=Counter)
    changes: int = 0

    def hear(self, call: str, target: Target, actor: Actor) -> None:
        """Before a change is made."""
        self.changes += 1
        broken = self.books.broken
        if self.turned.get(target.key, actor.began) > actor.began:
            self.raced.add(target.key)
        if not any(self._permitted(item) for _, item in self.account.tagged[target.arn]):
            broken.append(f"I4: {call} of {target.label}, which was never permitted")
        undo = self.table.items.get(("T#" + target.key, "T"))
        if undo is None or undo["state"]["S"] not in LIVE:
            broken.append(f"I5: {call} of {target.label} without a stored undo")
        if call != "throttle":
            return
        if not self._permitted_since(target, actor.began):
            broken.append(f"I4: {target.label} with {dict(self.account.resources[target.arn].tags)}")
        if not self._deserved(target, actor):
            broken.append(f"I4: {target.label} is turned down, and no budget is over its limit")
        owned = self.account.owned.get(target.key, {"allowed": 1})
        if undo and target.key not in self.raced and json.loads(undo["before"]["S"]) != owned:
            broken.append(f"I5: the undo of {target.label} is {undo['before']['S']}, it was {owned}")

    def take(self, topic: str, message: Notice, _: Actor) -> None:
        """People got a message."""
        self.told[topic, message.attributes["alert_id"]] += 1

    def _permitted(self, target: Target) -> bool:
        return target.tags.get("environment") in self.account.permitted and bool(target.tags.get("project"))

    def _permitted_since(self, target: Target, since: datetime) -> bool:
        """At some moment since then: tags may change between a look and an act, where IAM is the last guard."""
        until = None
        for begun, item in reversed(self.account.tagged[target.arn]):
            if until is not None and until < since:
                return False
            if self._permitted(item):
                return True
            until = begun
        return False

    def _deserved(self, target: Target, actor: Actor) -> bool:
        moments = (actor.began - SKEW, self.now() + SKEW, self.now() + AHEAD)
        return any(
            budget.mode == "enforce" and concerns(budget, target) and self._over(budget, target.scope, moments)
            for budgets in self.books.in_force(actor.began - SKEW)
            for budget in budgets.values()
        )

    def _over(self, budget: Budget, key: str | None, moments: tuple[datetime, ...]) -> bool:
        for period in {code(budget.period.value, time) for time in moments}:
            if self._ordered(budget.id, period, key):
                return True
            sums = self.books.standing((budget.id, period, key if budget.per else None))
            if budget.on_hard_limit == "throttle" and over(sums, budget, 100):
                return True
        return False

    def _ordered(self, budget_id: str, period: str, key: str | None) -> bool:
        """A person turned it on."""
        switch = self.table.partitions.get(f"K#{budget_id}", {}).get(f"throttle#{period}#{key or '-'}", {})
        return any(json.loads(value["S"]).get("order") for value in switch.values() if _is_json(value))


def concerns(budget: Budget, target: Target) -> bool:
    """Whether a budget of the plan is about this target."""
    match, tags = dict(budget.match), target.tags
    if "project_id" in match and tags.get("project") not in match["project_id"]:
        return False
    if "environment" in match and tags.get("environment") not in match["environment"]:
        return False
    if budget.per is None:
        return target.scope is None
    return target.scope is not None and target.kind == "bedrock-role"


def _is_json(value: dict[str, Any]) -> bool:
    text: str = value.get("S", "")
    return text.startswith("{")
