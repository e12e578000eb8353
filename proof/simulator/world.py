"""The whole account: services, functions, schedules and people, driven by a plan."""

import random
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from proof.simulator.actor import Actor
from proof.simulator.chaos import Chaos
from proof.simulator.fleet import Account
from proof.simulator.functions import Functions
from proof.simulator.loop import Loop
from proof.simulator.plan import MYSTERIES, Action, Plan, plan
from proof.simulator.services import Network, SimQueue
from proof.simulator.table import SimTable
from spendplane.application.ports import Announcement
from spendplane.application.ports import Message as Notice
from spendplane.contract.outgoing import THRESHOLD_CROSSED
from spendplane.contract.usage_event import USAGE_BATCH_RECORDED, USAGE_RECORDED
from spendplane.domain.targets import EXEMPT_TAG
from tests.support.builders import envelope
from tests.support.fleets import ROLE, VANISHING, target
from tests.support.world import FOR_PEOPLE, NOT_PRODUCTION, PriceList

HEALING = timedelta(minutes=16)
"""After the last fault: so long everything may take to come to rest."""
RETRIES = (60.0, 120.0)
"""Of an asynchronous invocation that failed."""
BATCH, AT_ONCE = 8, 3
TARGETS = (
    (target("agent"), {"a": 5, "b": 7}), (target("batch", environment="development"), {"a": 1}),
    (target("chat", VANISHING), {"a": 3, "b": 4}), (target("shared", ROLE), {"allowed": 1}),
    (target("live", environment="production"), {"a": 9}), (target("none", environment=...), {"a": 2}),
    (target("live-chat", VANISHING, environment="production"), {"a": 3}), (target("elsewhere", project="x"), {"a": 6}),
)  # fmt: skip
"""Each kind in staging has its twin in production."""


def _deaf(*_: Any) -> None:
    """Nobody listens."""


@dataclass(slots=True)
class World:
    """One run. `chosen` are the actions that happen (None: all), `without` the faults that do not."""

    seed: int
    chosen: Collection[int] | None = None
    without: Collection[int] = ()
    plan: Plan = field(init=False)
    loop: Loop = field(init=False)
    chaos: Chaos = field(init=False)
    table: SimTable = field(default_factory=SimTable)
    account: Account = field(init=False)
    queue: SimQueue = field(init=False)
    functions: Functions = field(init=False)
    network: Network = field(init=False)
    prices: PriceList = field(default_factory=PriceList)
    metering: int = 0
    on_accepted: Callable[[dict[str, Any]], None] = _deaf
    on_told: Callable[[str, Notice, Actor], None] = _deaf
    on_notified: Callable[[str, Actor], None] = _deaf
    on_turned: Callable[[str], None] = _deaf

    def __post_init__(self) -> None:
        self.plan = plan(random.Random(f"{self.seed}/plan"))
        rng = random.Random(f"{self.seed}/run")
        self.loop = Loop(self.plan.start)
        self.chaos = Chaos(random.Random(f"{self.seed}/chaos"), self.without)
        self.account = Account(NOT_PRODUCTION.environments)
        self.network = Network(self.loop, self.chaos, rng)
        self.queue = SimQueue(self.loop, self.chaos, rng, wake=self._poll)
        self.functions = Functions(self, rng, NOT_PRODUCTION, rng.choice((0.0, 1.0, 5.0)))
        for item, parts in TARGETS:
            self.account.add(item, self.loop.now, **parts)

    def run(self) -> None:
        """Everything that is planned, with faults; then without, until it must have come to rest."""
        self.chaos.on = False
        self.deploy(self.plan.budgets)
        self.loop.run_until(self.plan.start + timedelta(seconds=1))
        self.chaos.on = True
        for action in self.plan.actions:
            if self.chosen is None or action.number in self.chosen:
                self._at(action.at + 1, lambda action=action: self._act(action))  # type: ignore[misc]
        for begin, end in self.plan.segments:
            self._tick(self.plan.start + timedelta(seconds=begin), self.plan.start + timedelta(seconds=end))
        self.heal()

    def heal(self) -> None:
        """Faults stop, the dead letters are moved back, and the schedules go on."""
        self.chaos.on = False
        self.loop.say("world", "---- faults stop")
        for seconds in (5, 200, 400):
            self.loop.after(seconds, self.queue.redrive)
        self.tick_for(HEALING)

    def tick_for(self, time: timedelta) -> None:
        """The schedules go on for so long."""
        self._tick(self.loop.now, self.loop.now + time)

    def _tick(self, begin: datetime, end: datetime) -> None:
        if begin > self.loop.now:
            self.loop.run_until(begin)
        while self.loop.now < end:
            if not self.chaos.pick("dropped"):
                self.functions.invoke("sweep", lambda sweep, now: sweep(now), _deaf)
            if not self.chaos.pick("dropped"):
                self._order({"command": "reconcile"})
            self.loop.run_until(min(end, self.loop.now + timedelta(minutes=1)))

    def _at(self, seconds: float, act: Callable[[], None]) -> None:
        self.loop.at(self.plan.start + timedelta(seconds=seconds), act)

    # --- services

    def deliver(self, event: Announcement) -> None:
        """The bus's rules."""
        if event.detail_type in FOR_PEOPLE:
            self.network.hand_over(f"{event.id} to notify", lambda: self._notify(event.id, RETRIES))
        if event.detail_type == THRESHOLD_CROSSED and not event.detail["late"]:
            order = envelope(event.detail, event.detail_type, "spendplane")
            self.network.hand_over(f"{event.id} to enforce", lambda: self._order(order, RETRIES))

    def tell(self, topic: str, message: Notice, actor: Actor) -> None:
        """A topic took a message."""
        self.on_told(topic, message, actor)

    def _notify(self, announcement_id: str, retries: tuple[float, ...]) -> None:
        def done(answer: Any, actor: Actor) -> None:
            self.on_notified(announcement_id, actor)
            if isinstance(answer, BaseException) and retries:
                self.loop.after(retries[0], lambda: self._notify(announcement_id, retries[1:]))

        self.functions.invoke("notify", lambda notify, now: notify(announcement_id, now), done)

    def _order(self, event: dict[str, Any], retries: tuple[float, ...] = ()) -> None:
        def done(answer: Any, _: Actor) -> None:
            if isinstance(answer, BaseException) and retries:
                self.loop.after(retries[0], lambda: self._order(event, retries[1:]))

        self.functions.invoke("enforce", lambda orders, now: orders(event, now), done)

    def _poll(self) -> None:
        if self.metering >= AT_ONCE:
            self.loop.after(1, self._poll)
            return
        messages = self.queue.receive(BATCH)
        if not messages:
            return
        self.metering += 1

        def done(answer: Any, _: Actor) -> None:
            self.metering -= 1
            if not isinstance(answer, BaseException):
                for message in messages:
                    if message.id not in answer.failed:
                        self.queue.delete(message.id)

        self.functions.invoke("meter", lambda meter, now: meter(messages, now), done)

    # --- what people and producers do

    def _act(self, action: Action) -> None:
        self.loop.say("plan", f"{action}")
        given = action.given
        match action.kind:
            case "usage":
                self._publish(given)
            case "deploy":
                self.deploy(given)
            case "turn on":
                name, part, value = given
                key = next(item.key for item, _ in TARGETS if item.name == name)
                if part in self.account.owned[key]:
                    self.loop.say("people", f"{name} {part}={value}")
                    self.account.turn(key, part, value)
                    self.on_turned(key)
            case "tag":
                self._tag(*given)
            case "new target":
                self.account.add(target("new", environment=given), self.loop.now, a=2)
            case "price":
                self.prices.usd[given] = MYSTERIES[given]
                self._reprice()
            case _:
                self._word(action.kind, given)

    def _publish(self, records: list[dict[str, Any]]) -> None:
        detail, kind = (records[0], USAGE_RECORDED) if len(records) == 1 else ({"records": records}, USAGE_BATCH_RECORDED)
        for item in records:
            self.on_accepted(item)
        self.network.hand_over("usage", lambda: self.queue.put(envelope(detail, kind)), may_drop=False)

    def deploy(self, budgets: Any) -> None:
        def done(answer: Any, _: Actor) -> None:
            if isinstance(answer, BaseException):
                self.loop.after(30, lambda: self.deploy(budgets))  # a deployment that failed is done again

        self.functions.invoke("define", lambda define, now: define(budgets, now), done)

    def _reprice(self) -> None:
        def done(answer: Any, _: Actor) -> None:
            if isinstance(answer, BaseException):
                self.loop.after(60, self._reprice)

        self.functions.invoke("reprice", lambda reprice, now: reprice(now), done)

    def _tag(self, name: str, environment: str, exempt: bool) -> None:  # noqa: FBT001  # drawn in the plan
        item = next(item for item, _ in TARGETS if item.name == name)
        more = {EXEMPT_TAG: f"{self.loop.now:%Y-%m-%d}"} if exempt else {}
        changed = target(name, item.kind, **{"environment": environment}, **({"exempt": more[EXEMPT_TAG]} if exempt else {}))
        self.loop.say("people", f"tag {name} {environment}" + (" exempt" if exempt else ""))
        self.account.tag(changed, self.loop.now)

    def _word(self, kind: str, given: dict[str, Any]) -> None:
        word = {"command": kind, "budget_id": given["budget_id"], "key": given["key"], "by": "ann", "reason": "why"}
        if kind == "release":
            until = None if given["seconds"] is None else self.loop.now + timedelta(seconds=given["seconds"])
            word |= {"until": until and until.isoformat(), "extend_usd": given["extend_usd"]}

        def done(answer: Any, _: Actor) -> None:
            self.loop.say("people", f"{kind} was answered: {answer if isinstance(answer, BaseException) else answer['ok']}")

        self.functions.invoke("enforce", lambda orders, now: orders(word, now), done)

