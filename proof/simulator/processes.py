"""What runs in a process: real use cases over real adapters, and under them a simulated wire."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, cast

from proof.simulator.actor import Actor
from proof.simulator.dynamo import SimDynamo
from proof.simulator.fleet import SimFleet
from proof.simulator.hours import SimInstances
from proof.simulator.operators import Desk, Fix
from proof.simulator.services import SimBus, SimTopic
from spendplane import bootstrap
from spendplane.adapters.dynamodb.client import Table
from spendplane.adapters.dynamodb.definitions import DynamoDefinitions
from spendplane.adapters.dynamodb.drifts import DynamoDrifts
from spendplane.adapters.dynamodb.hours import DynamoHoursBook
from spendplane.adapters.dynamodb.ledger import DynamoLedger
from spendplane.adapters.dynamodb.outbox import DynamoOutbox
from spendplane.adapters.dynamodb.quarantine import DynamoQuarantine
from spendplane.adapters.dynamodb.replays import DynamoReplays
from spendplane.adapters.dynamodb.switches import DynamoSwitches
from spendplane.application.alerting.judge import Judge
from spendplane.application.alerting.sweep import Sweep
from spendplane.application.books.archive import MeterQueue
from spendplane.application.books.correct import Correct
from spendplane.application.books.rebuild import Mend, Rebuild
from spendplane.application.books.reprice import Reprice
from spendplane.application.define_budgets import DefineBudgets
from spendplane.application.sources.hours import CountHours
from spendplane.application.switching.orders import Orders
from spendplane.application.telling.notify import Notify
from spendplane.domain.targets import Protection
from tests.support.hours import Prices

Wrap = Callable[[str, Any], Any]
"""For bugs that are planted: gets each adapter and use case with its name."""


@dataclass(slots=True)
class Process:
    """The ports of one process. Each of the other methods makes the use case of a function, or of a command."""

    world: Any
    actor: Actor
    wrap: Wrap
    table: Table = field(init=False)
    ports: bootstrap.Ports = field(init=False)

    def __post_init__(self) -> None:
        world, wrap = self.world, self.wrap
        self.table = table = Table(cast("Any", SimDynamo(world.table, self.actor)), "spendplane", self.actor.retry)
        ledger, definitions = wrap("ledger", DynamoLedger(table)), wrap("definitions", DynamoDefinitions(table))
        outbox, quarantine = wrap("outbox", DynamoOutbox(table)), wrap("quarantine", DynamoQuarantine(table))
        bus = wrap("bus", SimBus(self.actor, world.deliver, world.accept))
        retry = self.actor.retry
        self.ports = bootstrap.Ports(ledger, definitions, outbox, quarantine, bus, world.prices, retry)

    @property
    def _judge(self) -> Judge:
        return bootstrap.judge(self.ports)

    def meter(self) -> MeterQueue:
        """Of the usage queue."""
        return MeterQueue(self.wrap("meter", bootstrap.meter(self.ports)), DynamoReplays(self.table), self.ports.retry)

    def sweep(self) -> Any:
        """Of the minute."""
        ports = self.ports
        return self.wrap("sweep", Sweep(ports.ledger, ports.definitions, ports.outbox, ports.bus, self._judge))

    def notify(self) -> Any:
        """Of the bus."""
        on_call, alerts = (SimTopic(name, self.actor, self.world.tell) for name in ("on-call", "budget-alerts"))
        return self.wrap("notify", Notify(self.ports.outbox, on_call, alerts))

    def define(self) -> DefineBudgets:
        """Of a deployment."""
        return DefineBudgets(self.ports.definitions)

    def hours(self) -> CountHours:
        """Of the five minutes."""
        instances, book = SimInstances(self.world.instances, self.actor), DynamoHoursBook(self.table)
        return CountHours(instances, Prices(), book, cast("SimBus", self.ports.bus))

    def enforce(self, protection: Protection) -> Orders:
        """The kill switch."""
        ports, wrap = self.ports, self.wrap
        switches, drifts = wrap("switches", DynamoSwitches(self.table)), wrap("drifts", DynamoDrifts(self.table))
        fleet = wrap("fleet", SimFleet(self.world.account, self.actor))
        made = bootstrap.enforce(
            ports.ledger,
            ports.definitions,
            switches,
            fleet,
            ports.outbox,
            ports.bus,
            protection,
            drifts,
            self.actor.map,
        )
        return Orders(wrap("enforce", replace(made, retry=self.actor.patient(12, 0.2, 2.0))))

    def reprice(self) -> Reprice:
        """`spendplane reprice`."""
        return Reprice(self.ports.ledger, self.ports.prices, self._judge, self.ports.retry)

    def correct(self) -> Correct:
        """`spendplane recover price --book`."""
        return Correct(self.ports.ledger, self.ports.prices, self._judge, self.ports.retry)

    def rebuild(self) -> Rebuild:
        """`spendplane rebuild --check`."""
        return Rebuild(self.ports.ledger)

    def fix(self) -> Fix:
        """`spendplane rebuild --fix`."""
        return Fix(self.rebuild(), Mend(self.ports.ledger, self._judge, self.ports.retry))

    def replay(self) -> Any:
        """`spendplane quarantine replay`."""
        return self.wrap("replay", Desk(self.ports))
