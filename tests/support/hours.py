"""An account whose endpoints, notebooks and jobs run as a test says, and the counting of their hours."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from spendplane.adapters.memory.hours import MemoryHoursBook
from spendplane.application.sources.hours import CountHours, HoursReport, Unread
from spendplane.contract.attribution import attributes
from spendplane.contract.hours_record import ENDPOINT, NOTEBOOK, TRAINING
from spendplane.contract.instance_prices_file import Use
from spendplane.domain.budgets import Budget
from spendplane.domain.hours import Part, Sight
from spendplane.domain.periods import Period
from tests.support.builders import NOW, batch, budget
from tests.support.world import World, Wrap, world_with

PRICE = Decimal("1.408")
TAGS = {"project": "ranking", "environment": "staging", "user_id": "ann"}
ALL: Budget = budget("all", None, period=Period.TOTAL)


@dataclass(slots=True)
class Life:
    """A resource: `counts` are its instances from each time on. `tells` is whether it is listed after its end."""

    name: str
    kind: str = ENDPOINT
    created: datetime = NOW
    counts: list[tuple[datetime, int]] = field(default_factory=list)
    ended: datetime | None = None
    instance_type: str = "ml.g5.xlarge"
    tags: dict[str, str] = field(default_factory=lambda: dict(TAGS))
    sick: bool = False

    @property
    def arn(self) -> str:
        """Its ARN."""
        return f"arn:aws:sagemaker:us-east-1:123456789012:{self.kind.removeprefix('sagemaker-')}/{self.name}"

    def sight(self, now: datetime, since: datetime) -> Sight | None:
        """What the service tells at `now`."""
        if now < self.created or (self.ended and self.ended <= now and (self.kind != TRAINING or self.ended < since)):
            return None
        over = self.ended is not None and self.ended <= now
        changes = sorted([(self.created, 1), *self.counts], key=lambda item: item[0])
        changed, count = [item for item in changes if item[0] <= now][-1]
        parts = (Part("all", self.instance_type, count),) if count else ()
        return Sight(
            self.arn,
            self.kind,
            self.name,
            self.created,
            parts,
            attributes(self.tags),
            changed_at=changed,
            stopped_at=self.ended if over else changed if self.kind == NOTEBOOK and not count else None,
            over=over,
        )


@dataclass(slots=True)
class Cloud:
    """All that runs, as seen at `now`."""

    lives: list[Life]
    now: datetime = NOW

    def sights(self, since: datetime) -> Iterator[Sight | Unread]:
        """See `hours.Instances`."""
        for life in self.lives:
            sight = life.sight(self.now, since)
            if sight is not None:
                yield Unread(sight.id, "throttled") if life.sick else sight


@dataclass(slots=True)
class Prices:
    """A price for each type that is named."""

    usd: dict[str, Decimal] = field(default_factory=lambda: {"ml.g5.xlarge": PRICE})

    def usd_per_hour(self, region: str, use: Use, instance_type: str) -> Decimal | None:
        """See `hours.InstancePrices`."""
        assert (region, use) in {("us-east-1", item) for item in Use}
        return self.usd.get(instance_type)


@dataclass(slots=True)
class HoursWorld:
    """A world whose ledger gets what the counting publishes."""

    cloud: Cloud
    prices: Prices = field(default_factory=Prices)
    book: Any = field(default_factory=MemoryHoursBook)
    world: World = field(default_factory=lambda: world_with(ALL))
    heard: int = 0

    def round(self, now: datetime, wrap: Wrap = lambda _, port: port) -> HoursReport:
        """One round, whose records the ledger then gets, also when it was cut off."""
        self.cloud.now = self.world.now = now
        count = CountHours(
            wrap("instances", self.cloud), self.prices, wrap("book", self.book), wrap("bus", self.world.bus)
        )
        try:
            return count(now)
        finally:
            self.deliver()

    def deliver(self) -> None:
        """What is new on the bus, all in one message."""
        new = [json.loads(detail) for _, detail in self.world.bus.usage[self.heard :]]
        self.heard += len(new)
        for start in range(0, len(new), 500):
            self.world.deliver(batch(new[start : start + 500], self.world.now))

    @property
    def usd(self) -> Decimal:
        """What the ledger's counter says."""
        return sum((item.spend.usd for item in self.world.counters().values()), Decimal(0))

    @property
    def unpriced(self) -> int:
        """Records without a price."""
        return sum(item.unpriced for item in self.world.counters().values())

    def rows(self) -> list[dict[str, Any]]:
        """The ledger's records, by time."""
        booked = self.world.place.connect().ledger.rows()
        return sorted((json.loads(item.row.event.canonical) for item in booked), key=lambda item: str(item["time"]))


def cost(seconds: float | timedelta, count: int = 1, price: Decimal = PRICE) -> Decimal:
    """Running time × price, at the ledger's precision."""
    length = seconds.total_seconds() if isinstance(seconds, timedelta) else seconds
    return (price * count * int(length) / 3600).quantize(Decimal(1).scaleb(-18)).normalize()
