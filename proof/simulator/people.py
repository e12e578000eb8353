"""What people, producers and Auto Scaling do: the actions of a plan."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from proof.simulator.actor import Actor
from proof.simulator.plan import MYSTERIES, Action
from spendplane.adapters.memory.fleet import VANISHING
from spendplane.contract.usage_event import USAGE_BATCH_RECORDED, USAGE_RECORDED
from tests.support.fleets import ROLE, target

TARGETS = (
    (target("agent"), {"a": 5, "b": 7}), (target("batch", environment="development"), {"a": 1}),
    (target("chat", VANISHING), {"a": 3, "b": 4}), (target("shared", ROLE), {"allowed": 1}),
    (target("live", environment="production"), {"a": 9}), (target("none", environment=...), {"a": 2}),
    (target("live-chat", VANISHING, environment="production"), {"a": 3}), (target("elsewhere", project="x"), {"a": 6}),
)  # fmt: skip
"""Each kind in staging has its twin in production."""


REPRICED_AGAIN = 300
"""Seconds after which somebody tries again: it reads day by day, so in a bad hour it seldom comes to its end."""


@dataclass(frozen=True, slots=True)
class People:
    """Everybody outside, in a world."""

    world: Any

    def __call__(self, action: Action) -> None:
        """One action of the plan."""
        self.world.loop.say("plan", f"{action}")
        given = action.given
        match action.kind:
            case "usage" | "twin":
                self._publish(given)
            case "deploy":
                self.deploy(given)
            case "turn on":
                self._turn_on(*given)
            case "tag":
                self._tag(*given)
            case "new target":
                self.world.account.add(target("new", environment=given), self.world.loop.now, a=2)
            case "price":
                self.world.operators.price(given, MYSTERIES[given])
            case "release" | "engage":
                self._word(action.kind, given)
            case _:
                self.world.operators(action)

    def _publish(self, records: list[dict[str, Any]]) -> None:
        detail, kind = (
            (records[0], USAGE_RECORDED) if len(records) == 1 else ({"records": records}, USAGE_BATCH_RECORDED)
        )
        self.world.accept(detail, kind)

    def deploy(self, budgets: Any) -> None:
        """`cdk deploy`, until it succeeds."""

        def done(answer: Any, _: Actor) -> None:
            if isinstance(answer, BaseException):
                self.world.loop.after(30, lambda: self.deploy(budgets))  # a deployment that failed is done again

        self.world.functions.invoke("define", lambda define, now: define(budgets, now), done)

    def reprice(self) -> None:
        """`spendplane reprice`, until it succeeds."""

        def done(answer: Any, _: Actor) -> None:
            if isinstance(answer, BaseException):
                self.world.loop.after(REPRICED_AGAIN, self.reprice)

        self.world.functions.invoke("reprice", lambda reprice, now: reprice(now), done)

    def _turn_on(self, name: str, part: str, value: int) -> None:
        key = next(item.key for item, _ in TARGETS if item.name == name)
        if part in self.world.account.owned[key]:
            self.world.loop.say("people", f"{name} {part}={value}")
            self.world.account.turn(key, part, value)
            self.world.on_turned(key)

    def _tag(self, name: str, environment: str, exempt: bool) -> None:  # noqa: FBT001  # drawn in the plan
        item = next(item for item, _ in TARGETS if item.name == name)
        until = f"{self.world.loop.now:%Y-%m-%d}" if exempt else ...
        changed = target(name, item.kind, environment=environment, exempt=until)
        self.world.loop.say("people", f"tag {name} {environment}" + (" exempt" if exempt else ""))
        self.world.account.tag(changed, self.world.loop.now)

    def _word(self, kind: str, given: dict[str, Any]) -> None:
        word = {"command": kind, "budget_id": given["budget_id"], "key": given["key"], "by": "ann", "reason": "why"}
        if kind == "release":
            until = None if given["seconds"] is None else self.world.loop.now + timedelta(seconds=given["seconds"])
            word |= {"until": until and until.isoformat(), "extend_usd": given["extend_usd"]}

        def done(answer: Any, _: Actor) -> None:
            self.world.loop.say(
                "people", f"{kind} was answered: {answer if isinstance(answer, BaseException) else answer['ok']}"
            )

        self.world.functions.invoke("enforce", lambda orders, now: orders(word, now), done)
