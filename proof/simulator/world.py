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
from proof.simulator.people import TARGETS, People
from proof.simulator.plan import Plan, plan
from proof.simulator.services import Network, SimQueue
from proof.simulator.table import SimTable
from spendplane.application.ports import Announcement
from spendplane.application.ports import Message as Notice
from spendplane.contract.outgoing import THRESHOLD_CROSSED
from tests.support.builders import envelope
from tests.support.world import FOR_PEOPLE, NOT_PRODUCTION, PriceList

HEALING = timedelta(minutes=16)
"""After the last fault: so long everything may take to come to rest."""
RETRIES = (60.0, 120.0)
"""Of an asynchronous invocation that failed."""
BATCH, AT_ONCE = 8, 3


def _deaf(*_: Any) -> None:
    """Nobody listens."""


@dataclass(slots=True)
class World:
    """One run. `chosen` are the actions that happen, `faults` the faults; None: all."""

    seed: int
    chosen: Collection[int] | None = None
    faults: Collection[int] | None = None
    traced: bool = False
    plan: Plan = field(init=False)
    loop: Loop = field(init=False)
    chaos: Chaos = field(init=False)
    table: SimTable = field(default_factory=SimTable)
    account: Account = field(init=False)
    queue: SimQueue = field(init=False)
    functions: Functions = field(init=False)
    network: Network = field(init=False)
    people: People = field(init=False)
    prices: PriceList = field(default_factory=PriceList)
    metering: int = 0
    on_accepted: Callable[[dict[str, Any]], None] = _deaf
    on_told: Callable[[str, Notice, Actor], None] = _deaf
    on_notified: Callable[[str, Actor], None] = _deaf
    on_turned: Callable[[str], None] = _deaf

    def __post_init__(self) -> None:
        self.plan = plan(random.Random(f"{self.seed}/plan"))
        rng = random.Random(f"{self.seed}/run")
        self.loop = Loop(self.plan.start, trace=[] if self.traced else None)
        self.chaos = Chaos(random.Random(f"{self.seed}/chaos"), self.faults)
        self.account = Account(NOT_PRODUCTION.environments)
        self.network = Network(self.loop, self.chaos, rng)
        self.queue = SimQueue(self.loop, self.chaos, rng, wake=self._poll)
        self.people = People(self)
        self.functions = Functions(self, rng, NOT_PRODUCTION, rng.choice((0.0, 1.0, 5.0)))
        for item, parts in TARGETS:
            self.account.add(item, self.loop.now, **parts)

    def run(self) -> None:
        """Everything that is planned, with faults; then without, until it must have come to rest."""
        self.chaos.on = False
        self.people.deploy(self.plan.budgets)
        self.loop.run_until(self.plan.start + timedelta(seconds=1))
        self.chaos.on = True
        for action in self.plan.actions:
            if self.chosen is None or action.number in self.chosen:
                self._at(action.at + 1, lambda action=action: self.people(action))  # type: ignore[misc]
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
