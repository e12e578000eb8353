"""Stories that read as a timeline: at nine o'clock eight dollars are spent, and an alert is expected."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any, Self

from spendplane.adapters.memory import MemoryBus
from spendplane.application.books.status import Standing
from spendplane.application.metering.meter import MeterReport
from spendplane.application.ports import Announcement, BusyError, Message
from spendplane.contract.outgoing import USAGE_UNPRICED
from spendplane.contract.switch_events import MODELS as SWITCH_EVENTS
from spendplane.domain.budgets import Budget
from spendplane.domain.producers import ANYBODY, Producers
from tests.support.builders import message, record
from tests.support.snapshot import check_books
from tests.support.world import PriceList, World

_ids = count()


@dataclass(slots=True)
class Timeline:
    """One account. Every step leaves the books in order; every alert has to be expected."""

    world: World = field(default_factory=World)
    read: int = 0
    read_on_call: int = 0
    woken: list[Message] = field(default_factory=list)

    def deploy(self, *budgets: Budget, producers: Producers = ANYBODY) -> Self:
        """`cdk deploy` with these budgets, and only these."""
        self.world.define(*budgets, producers=producers)
        return self

    def at(self, text: str) -> Self:
        """`09:00` of the same day, or `2026-11-30 23:59`; UTC. Time does not go back."""
        day, _, clock = text.rpartition(" ")
        hour, minute = map(int, clock.split(":"))
        date = datetime.fromisoformat(day) if day else self.world.now
        now = date.replace(hour=hour, minute=minute, second=0, microsecond=0, tzinfo=UTC)
        assert now >= self.world.now, f"{now} is before {self.world.now}"
        self.world.now = now
        return self

    def spend(
        self, usd: str | None, *, ago: timedelta = timedelta(), by: str = "com.example.app", **fields: Any
    ) -> MeterReport:
        """One call that cost so much; None: by the price book. `ago`: how late its event arrives; `by`: its source."""
        name = fields.pop("event_id", f"story-{next(_ids)}")
        time = (self.world.now - ago).isoformat()
        cost = {} if usd is None else {"cost_usd": usd}
        return self.deliver(record(name, **{"time": time, **cost, **fields}), source=by)

    def deliver(self, *records: dict[str, Any], source: str = "com.example.app") -> MeterReport:
        """Records as they come, in one batch of the queue."""
        report = self.world.deliver(*(message(item, received_at=self.world.now, source=source) for item in records))
        self.world.notify_all()
        check_books(self.world)
        return report

    def sweep(self) -> Self:
        """The schedule's tick, and what the notifier does after it."""
        self.world.sweep()
        self.world.notify_all()
        check_books(self.world)
        return self

    def price(self, model: str, usd: str) -> Self:
        """The price book learns a price per request, and `spendplane reprice` is run."""
        known = self.world.prices.usd if isinstance(self.world.prices, PriceList) else {}
        self.world.prices = PriceList({**known, model: Decimal(usd)})
        self.world.reprice()
        self.world.notify_all()
        check_books(self.world)
        return self

    def expect_alerts(self, *expected: str) -> list[Message]:
        """Exactly these, in this order, since the last time: `staging 80`, `per-user/ann 100 late`."""
        fresh = self.world.budget_alerts.messages[self.read :]
        self.read += len(fresh)
        self.woken = self.world.on_call.messages[self.read_on_call :]
        self.read_on_call += len(self.woken)
        assert [_said(item) for item in fresh] == list(expected)
        return fresh

    def expect_on_call(self, *expected: str) -> list[Message]:
        """Which of the alerts that were expected last woke somebody."""
        assert [_said(item) for item in self.woken] == list(expected)
        return self.woken

    def expect_quiet(self) -> Self:
        """Nobody was told anything."""
        self.expect_alerts()
        self.expect_on_call()
        return self

    def expect_spent(self, budget_id: str, usd: str, key: str | None = None) -> Standing:
        """What `spendplane status` shows for the current period."""
        found = [item for item in self.world.status() if (item.budget.id, item.counter.ref.key) == (budget_id, key)]
        assert len(found) == 1, f"{budget_id} {key}: {len(found)} lines"
        assert found[0].counter.spend.usd == Decimal(usd)
        return found[0]

    def break_bus(self) -> Self:
        """From now on the bus takes nothing."""
        self.world.bus = BrokenBus(self.world.bus.published)
        return self

    def mend_bus(self) -> Self:
        """It takes everything again."""
        self.world.bus = MemoryBus(self.world.bus.published)
        return self


class BrokenBus(MemoryBus):
    """An outage of EventBridge."""

    def publish(self, announcements: Sequence[Announcement], now: datetime) -> None:  # noqa: ARG002  # the port's
        """See `ports.Bus`."""
        raise BusyError("the bus is down")


def _said(message: Message) -> str:
    detail = message.machine
    if detail["detail_type"] == USAGE_UNPRICED:
        return f"unpriced {detail['model']}"
    name = detail["budget_id"] + (f"/{detail['key']}" if detail["key"] is not None else "")
    if detail["detail_type"] in SWITCH_EVENTS:
        return _said_of_switch(name, detail)
    return f"{name} {detail['threshold_percent']}" + (" late" if detail["late"] else "")


def _said_of_switch(name: str, detail: Any) -> str:
    what = detail["detail_type"].removeprefix("Kill Switch ").lower()
    verdict = f" ({detail['verdict']})" if "verdict" in detail else ""
    targets = [f"{_who(line)} {line['status']}" for line in detail["targets"]]
    return f"{name} {what}{verdict}" + (f": {', '.join(targets)}" if targets else "")


def _who(line: Any) -> str:
    return str(line["name"]) + (f"#{line['scope']}" if line["scope"] else "")
