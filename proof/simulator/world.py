"""The whole account: services, functions, schedules and people, driven by a plan."""

import random
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from proof.simulator.actor import Actor
from proof.simulator.chaos import Chaos
from proof.simulator.fleet import Account
from proof.simulator.functions import Functions
from proof.simulator.hours import Instances
from proof.simulator.loop import Loop
from proof.simulator.operators import Operators
from proof.simulator.people import TARGETS, People
from proof.simulator.plan import Plan, plan
from proof.simulator.reckoning import Ref, Sums
from proof.simulator.services import Network, SimQueue
from proof.simulator.table import SimTable
from spendplane.application.ports import Announcement
from spendplane.application.ports import Message as Notice
from spendplane.contract.outgoing import THRESHOLD_CROSSED
from tests.support.builders import envelope
from tests.support.world import FOR_PEOPLE, NOT_PRODUCTION, PriceList

COUNTED = timedelta(minutes=6)
"""After the last fault: so long hours are still counted."""
NOTHING_MORE: Mapping[str, str] = {}
HEALING = timedelta(minutes=12)
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
    operators: Operators = field(init=False)
    instances: Instances = field(default_factory=Instances)
    archive: list[tuple[dict[str, Any], str, str]] = field(default_factory=list)
    """What came over the bus as usage: details, with their types and sources."""
    minute: int = 0
    hours_until: datetime | None = None
    """Rounds of the hours are made until then; None: there is nothing to count."""
    prices: PriceList = field(default_factory=PriceList)
    metering: int = 0
    on_accepted: Callable[[dict[str, Any]], None] = _deaf
    on_told: Callable[[str, Notice, Actor], None] = _deaf
    on_notified: Callable[[str, Actor], None] = _deaf
    on_turned: Callable[[str], None] = _deaf
    on_tampered: Callable[[Ref, Sums], None] = _deaf
    on_priced: Callable[[str, Decimal], None] = _deaf

    def __post_init__(self) -> None:
        self.plan = plan(random.Random(f"{self.seed}/plan"), random.Random(f"{self.seed}/mending"))
        rng = random.Random(f"{self.seed}/run")
        self.loop = Loop(self.plan.start, trace=[] if self.traced else None)
        self.chaos = Chaos(random.Random(f"{self.seed}/chaos"), self.faults)
        self.account = Account(NOT_PRODUCTION.environments)
        self.network = Network(self.loop, self.chaos, rng)
        self.queue = SimQueue(self.loop, self.chaos, rng, wake=self._poll)
        self.people, self.operators = People(self), Operators(self)
        self.functions = Functions(self, rng, NOT_PRODUCTION, rng.choice((0.0, 1.0, 5.0)))
        for item, parts in TARGETS:
            self.account.add(item, self.loop.now, **parts)

    def run(self) -> None:
        """Everything that is planned, with faults; then without, until it must have come to rest."""
        self.chaos.on = False
        self.people.deploy(self.plan.budgets)
        self.loop.run_until(self.plan.start + timedelta(seconds=1))
        self.chaos.on = True
        actions = [item for item in self.plan.actions if self.chosen is None or item.number in self.chosen]
        for action in actions:
            self._at(action.at + 1, lambda action=action: self.people(action))  # type: ignore[misc]
        if any(action.kind == "instance" for action in actions):
            self.hours_until = datetime.max.replace(tzinfo=UTC)
        replays = [(action.at - 30, action.at + 200) for action in actions if action.kind == "archive"]
        for begin, end in (*self.plan.segments, *replays):
            self._tick(self.plan.start + timedelta(seconds=begin), self.plan.start + timedelta(seconds=end))
        self.heal()

    def heal(self) -> None:
        """Faults stop, the dead letters are moved back, and the schedules go on."""
        self.chaos.on = False
        self.loop.say("world", "---- faults stop")
        for seconds in (5, 200, 400):
            self.loop.after(seconds, self.queue.redrive)
        self.operators.finish()
        if self.hours_until:
            self.hours_until = self.loop.now + COUNTED
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
            if self.hours_until and self.minute % 5 == 0 and self.loop.now < self.hours_until:
                self._count_hours()
            self.minute += 1
            self.loop.run_until(min(end, self.loop.now + timedelta(minutes=1)))

    def _at(self, seconds: float, act: Callable[[], None]) -> None:
        self.loop.at(self.plan.start + timedelta(seconds=seconds), act)

    def _count_hours(self) -> None:
        """The schedule's tick, which may come twice."""

        def act() -> None:
            self.instances.looked = self.loop.now
            self.functions.invoke("hours", lambda hours, now: hours(now), _deaf)

        if not self.chaos.pick("dropped"):
            act()
        if self.chaos.pick("duplicate"):
            self.loop.after(self.functions.rng.uniform(0, 90), act)

    def accept(self, detail: dict[str, Any], kind: str, source: str = "com.example.app") -> None:
        """The bus takes an event of usage: it keeps it in its archive, and brings it to the queue."""
        for record in detail.get("records", (detail,)):
            self.on_accepted(record)
        self.archive.append((detail, kind, source))
        self.carry(detail, kind, source)

    def carry(self, detail: dict[str, Any], kind: str, source: str, more: Mapping[str, str] = NOTHING_MORE) -> None:
        """From the bus to the queue. `more` is what the envelope has besides."""
        put = {**envelope(detail, kind, source), **more}
        self.network.hand_over("usage", lambda: self.queue.put(put), may_drop=False)

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
