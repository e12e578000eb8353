"""The deployed functions: the real use cases over the real adapters, in containers that stay warm, crash and overlap."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from proof.simulator.actor import Actor, Crash
from proof.simulator.dynamo import SimDynamo
from proof.simulator.fleet import SimFleet
from proof.simulator.services import SimBus, SimTopic
from spendplane import bootstrap
from spendplane.adapters.dynamodb.client import Table
from spendplane.adapters.dynamodb.definitions import DynamoDefinitions
from spendplane.adapters.dynamodb.ledger import DynamoLedger
from spendplane.adapters.dynamodb.outbox import DynamoOutbox
from spendplane.adapters.dynamodb.quarantine import DynamoQuarantine
from spendplane.adapters.dynamodb.switches import DynamoSwitches
from spendplane.application.define_budgets import DefineBudgets
from spendplane.application.notify import Notify
from spendplane.application.orders import Orders
from spendplane.application.rebuild import Rebuild
from spendplane.application.reprice import Reprice
from spendplane.application.sweep import Sweep
from spendplane.domain.targets import Protection

SECONDS = {"meter": 30, "notify": 30, "sweep": 55, "enforce": 60, "define": 60, "reprice": 300, "rebuild": 300}
"""Timeouts, as the stacks have them; of the last two, which people run, how long they wait."""
KEPT_WARM = 4


@dataclass(slots=True)
class Container:
    """One process of a function, with what it remembers between invocations."""

    actor: Actor
    use_case: Any
    busy: bool = False


@dataclass(slots=True)
class Functions:
    """Makes containers and runs invocations in them. `world` gives the services."""

    world: Any
    rng: random.Random
    protection: Protection
    skew_seconds: float
    pools: dict[str, list[Container]] = field(default_factory=dict)
    made: int = 0
    wrap: Callable[[str, Any], Any] = lambda _, port: port
    """For bugs that are planted: gets each adapter with its name."""

    def invoke(self, function: str, act: Callable[[Any, datetime], Any], done: Callable[[Any, Actor], None]) -> None:
        """At once; `done` gets the answer, or the exception that ended it."""
        container = self._container(function)
        container.busy = True
        actor = container.actor

        def run() -> None:
            actor.begin(SECONDS[function])
            answer: Any
            try:
                answer = act(container.use_case, actor.now)
            except Crash as crash:
                answer = crash
            except Exception as error:  # noqa: BLE001  # a function that raises has failed, whatever it was
                answer = error
            container.busy = False
            if isinstance(answer, BaseException):
                actor.loop.say(actor.name, f"** ended with {type(answer).__name__}: {answer}"[:160])
            if isinstance(answer, Crash):
                self.pools[function].remove(container)
            done(answer, actor)

        self.world.loop.spawn(run)

    def _container(self, function: str) -> Container:
        pool = self.pools.setdefault(function, [])
        idle = [item for item in pool if not item.busy]
        if idle and self.rng.random() < 0.8:
            return self.rng.choice(idle)
        if len(pool) >= KEPT_WARM and idle:
            pool.remove(idle[0])
        self.made += 1
        skew = timedelta(seconds=self.rng.uniform(-self.skew_seconds, self.skew_seconds))
        actor = Actor(f"{function} {self.made}", self.world.loop, self.world.chaos, self.rng, skew)
        container = Container(actor, self._use_case(function, actor))
        pool.append(container)
        return container

    def _use_case(self, function: str, actor: Actor) -> Any:
        world, wrap, retry = self.world, self.wrap, actor.retry
        table = Table(SimDynamo(world.table, actor), "spendplane", retry)
        ledger, definitions = wrap("ledger", DynamoLedger(table)), wrap("definitions", DynamoDefinitions(table))
        outbox, quarantine = wrap("outbox", DynamoOutbox(table)), wrap("quarantine", DynamoQuarantine(table))
        bus = wrap("bus", SimBus(actor, world.deliver))
        ports = bootstrap.Ports(ledger, definitions, outbox, quarantine, bus, world.prices, retry)
        if function == "meter":
            return wrap("meter", bootstrap.meter(ports))
        if function == "sweep":
            return wrap("sweep", Sweep(ledger, definitions, outbox, bus, bootstrap.judge(ports)))
        if function == "notify":
            topics = [SimTopic(name, actor, world.tell) for name in ("on-call", "budget-alerts")]
            return wrap("notify", Notify(outbox, *topics))
        if function == "define":
            return DefineBudgets(definitions)
        if function == "reprice":
            return Reprice(ledger, world.prices, bootstrap.judge(ports), retry)
        if function == "rebuild":
            return Rebuild(ledger)
        switches = wrap("switches", DynamoSwitches(table))
        fleet = wrap("fleet", SimFleet(world.account, actor))
        made = bootstrap.enforce(ledger, definitions, switches, fleet, outbox, bus, self.protection, actor.map)
        return Orders(wrap("enforce", replace(made, retry=actor.patient(12, 0.2, 2.0))))
