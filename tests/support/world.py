"""A whole control plane over one place, with a clock that tests set: what a deployment is, without the network."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from spendplane import bootstrap
from spendplane.adapters.memory import MemoryBus, MemoryTopic
from spendplane.adapters.memory.activities import MemoryActivities
from spendplane.adapters.memory.fleet import MemoryFleet
from spendplane.application.alerting.sweep import Sweep, SweepReport
from spendplane.application.books.correct import Correct
from spendplane.application.books.rebuild import Mend, MendReport, Rebuild, RebuildReport
from spendplane.application.books.replay import Replay
from spendplane.application.books.reprice import Reprice, RepriceReport
from spendplane.application.books.status import Standing, Status
from spendplane.application.define_budgets import DefineBudgets, Plan
from spendplane.application.metering.meter import Meter, MeterReport
from spendplane.application.ports import Announcement, PriceBook
from spendplane.application.switching.orders import Answer, Orders
from spendplane.application.telling.notify import Notify
from spendplane.contract.envelope import Message
from spendplane.contract.outgoing import THRESHOLD_CROSSED, USAGE_UNPRICED
from spendplane.contract.switch_events import MODELS as SWITCH_EVENTS
from spendplane.domain.budgets import Budget
from spendplane.domain.counters import Counter, CounterRef
from spendplane.domain.idle_policy import IdlePolicy
from spendplane.domain.producers import ANYBODY, Producers
from spendplane.domain.rating import Rate, RateCard, UnpricedError
from spendplane.domain.targets import Protection
from spendplane.domain.usage import UsageEvent
from tests.support.builders import NOW, envelope
from tests.support.places import QUICK, Place, Stores, new_place

Wrap = Callable[[str, Any], Any]
FOR_PEOPLE = (THRESHOLD_CROSSED, USAGE_UNPRICED, *SWITCH_EVENTS)
NOT_PRODUCTION = Protection(frozenset({"staging", "development", "sandbox", "test"}))


@dataclass(slots=True)
class PriceList:
    """A price book of flat prices per request, by model."""

    usd: dict[str, Decimal] = field(default_factory=dict)

    def card(self, event: UsageEvent) -> RateCard:
        """See `ports.PriceBook`."""
        if event.model not in self.usd:
            raise UnpricedError(f"no price for model {event.model!r}")
        free = Rate(Decimal(0))
        return RateCard(free, free, free, free, free, usd_per_request=self.usd[event.model], price="list")


@dataclass(slots=True)
class Process:
    """One function's process: its own adapters and caches over the shared place. `wrap` may put faults around ports."""

    stores: Stores
    bus: Any
    topics: tuple[Any, Any]
    prices: PriceBook
    fleet: Any = field(default_factory=MemoryFleet)
    protection: Protection = NOT_PRODUCTION
    idle: IdlePolicy | None = None
    activities: Any = field(default_factory=MemoryActivities)

    @property
    def _ports(self) -> bootstrap.Ports:
        stores = self.stores
        return bootstrap.Ports(
            stores.ledger, stores.definitions, stores.outbox, stores.quarantine, self.bus, self.prices, QUICK
        )

    def meter(self) -> Meter:
        """A meter of this process."""
        return bootstrap.meter(self._ports)

    def sweep(self) -> Sweep:
        """A sweep."""
        stores = self.stores
        return Sweep(stores.ledger, stores.definitions, stores.outbox, self.bus, bootstrap.judge(self._ports))

    def notify(self) -> Notify:
        """A notifier."""
        return Notify(self.stores.outbox, *self.topics)

    def orders(self) -> Orders:
        """The kill switch."""
        stores, bus = self.stores, self.bus
        enforce = bootstrap.enforce(
            stores.ledger,
            stores.definitions,
            stores.switches,
            self.fleet,
            stores.outbox,
            bus,
            self.protection,
            stores.drifts,
            idle=self.idle,
            activities=self.activities,
        )
        return Orders(replace(enforce, retry=QUICK))

    def define(self) -> DefineBudgets:
        """The custom resource's use case."""
        return DefineBudgets(self.stores.definitions)

    def reprice(self) -> Reprice:
        """The command's use case."""
        return Reprice(self.stores.ledger, self.prices, bootstrap.judge(self._ports), QUICK)

    def correct(self) -> Correct:
        """The command's use case."""
        return Correct(self.stores.ledger, self.prices, bootstrap.judge(self._ports), QUICK)

    def mend(self) -> Mend:
        """The command's use case."""
        return Mend(self.stores.ledger, bootstrap.judge(self._ports), QUICK)


@dataclass(slots=True)
class World:
    """Everything that is there. Each action runs in a fresh process, as a Lambda's cold start would."""

    place: Place = field(default_factory=new_place)
    prices: PriceBook = field(default_factory=PriceList)
    now: datetime = NOW
    bus: MemoryBus = field(default_factory=MemoryBus)
    on_call: MemoryTopic = field(default_factory=lambda: MemoryTopic("on-call"))
    budget_alerts: MemoryTopic = field(default_factory=lambda: MemoryTopic("budget-alerts"))
    fleet: MemoryFleet = field(default_factory=MemoryFleet)
    protection: Protection = NOT_PRODUCTION
    idle: IdlePolicy | None = None
    activities: MemoryActivities = field(default_factory=MemoryActivities)
    heard: int = 0
    """Events of the bus that the notifier has been given."""
    obeyed: int = 0
    """Events of the bus that the kill switch has been given."""

    def process(self, wrap: Wrap = lambda _, port: port) -> Process:
        """A new process; `wrap` gets each port with its name."""
        fresh = self.place.connect()
        stores = Stores(
            *(
                wrap(name, getattr(fresh, name))
                for name in ("ledger", "definitions", "outbox", "quarantine", "switches", "drifts")
            )
        )
        topics = (wrap("on_call", self.on_call), wrap("budget_alerts", self.budget_alerts))
        fleet, activities = wrap("fleet", self.fleet), wrap("activities", self.activities)
        bus = wrap("bus", self.bus)
        return Process(stores, bus, topics, self.prices, fleet, self.protection, self.idle, activities)

    def define(self, *budgets: Budget, producers: Producers = ANYBODY) -> Plan:
        """A deployment with exactly these budgets."""
        return self.process().define()(budgets, self.now, producers)

    def deliver(self, *messages: Message) -> MeterReport:
        """One batch of the usage queue; every record of it is accounted for."""
        report = self.process().meter()(messages, self.now)
        ends = (report.counted, report.duplicates, report.quarantined, report.not_kept)
        assert report.received == sum(ends), f"of {report.received} records {ends} are accounted for"
        return report

    def sweep(self) -> SweepReport:
        """One tick of the schedule."""
        return self.process().sweep()(self.now)

    def reprice(self) -> RepriceReport:
        """`spendplane reprice`."""
        return self.process().reprice()(self.now)

    def rebuild(self) -> RebuildReport:
        """`spendplane rebuild --check`."""
        return Rebuild(self.process().stores.ledger)(self.now)

    def mend(self) -> MendReport:
        """`spendplane rebuild --fix`."""
        return self.process().mend()(self.rebuild(), self.now)

    def replay(self, **changes: str) -> list[tuple[str, str]]:
        """Replays everything in quarantine; returns what the bus got as usage."""
        stores = self.process().stores
        for entry in list(stores.quarantine.entries([f"{self.now:%Y-%m-%d}"])):
            Replay(stores.quarantine, self.bus)(entry, changes)
        return self.bus.usage

    def status(self) -> list[Standing]:
        """`spendplane status`."""
        stores = self.process().stores
        return list(Status(stores.ledger, stores.definitions)(self.now))

    def notify_all(self) -> int:
        """Gives the notifier every event that the bus got since the last time, as the bus's rule does."""
        waiting = [item for item in self.bus.published[self.heard :] if item.detail_type in FOR_PEOPLE]
        self.heard = len(self.bus.published)
        return sum(self.process().notify()(item.id, self.now) for item in waiting)

    def enforce_all(self) -> list[Answer]:
        """Gives the kill switch every crossing that the bus got since the last time, as the bus's rule does."""
        waiting = [item for item in self.bus.published[self.obeyed :] if item.detail_type == THRESHOLD_CROSSED]
        self.obeyed = len(self.bus.published)
        return [self.order(**envelope(item.detail, item.detail_type, "spendplane")) for item in waiting]

    def round(self) -> Answer:
        """The kill switch's minute."""
        return self.order(command="reconcile")

    def order(self, **event: Any) -> Answer:
        """What the enforce function is asked."""
        return self.process().orders()(event, self.now)

    def settle(self) -> None:
        """Time passes until the sweep finds nothing to do and everybody was told."""
        for _ in range(8):
            told = self.notify_all()
            self.now += timedelta(minutes=6)
            if self.sweep() == SweepReport() and not told:
                return
        raise AssertionError("it does not come to rest")

    def counters(self) -> dict[CounterRef, Counter]:
        """Every counter."""
        return {counter.ref: counter for counter in self.place.connect().ledger.all_counters()}

    def announced(self) -> dict[str, Announcement]:
        """Everything in the outbox."""
        return self.place.announcements()

    def told(self, topic: str = "budget-alerts") -> list[str]:
        """The ids of what people got, in order."""
        messages = (self.on_call if topic == "on-call" else self.budget_alerts).messages
        return [message.attributes["alert_id"] for message in messages]


def world_with(*budgets: Budget, **fields: Any) -> World:
    """A world in which these budgets were deployed and judged long ago."""
    world = World(**fields)
    world.now -= timedelta(days=1)
    world.define(*budgets)
    world.now += timedelta(hours=1)
    world.sweep()
    world.now += timedelta(hours=23)
    return world


def spent(counter: Counter) -> tuple[Decimal, int, int, int]:
    """Dollars, tokens, requests and unpriced records."""
    return counter.spend.usd, counter.spend.tokens, counter.spend.requests, counter.unpriced


def ids(messages: Sequence[Any]) -> list[str]:
    """The ids of announcements."""
    return [item.id for item in messages]
