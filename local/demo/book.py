"""The generator's own book: what the account must hold in the end, by what was published alone."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from local.demo.events import Event, Sent
from spendplane.application.metering.pricing import try_price
from spendplane.application.ports import PriceBook
from spendplane.contract.text import nfc
from spendplane.contract.usage_event import UsageRecord, to_domain
from spendplane.domain.alerts import alert_id
from spendplane.domain.budgets import Budget, BudgetIndex
from spendplane.domain.counters import CounterRef
from spendplane.domain.ledger import counted_in
from spendplane.domain.limits import Spend, crossed
from spendplane.domain.money import exact_sum


@dataclass(frozen=True, slots=True)
class Crossing:
    """A threshold that must be told. `at` is when PutEvents was called with the record that reached it."""

    ref: CounterRef
    percent: int
    at: float


@dataclass(slots=True)
class Book:
    """Counts by identity: (provider, request id), else the id. Bad records count as quarantined, whatever they hold."""

    index: BudgetIndex
    prices: PriceBook
    published: int = 0
    duplicates: int = 0
    quarantined: int = 0
    unpriced: int = 0
    seen: set[tuple[str, ...]] = field(default_factory=set)
    usd: Decimal = Decimal(0)
    tokens: int = 0
    by_source: dict[str, int] = field(default_factory=dict)
    spent: dict[CounterRef, Spend] = field(default_factory=dict)
    crossings: dict[str, Crossing] = field(default_factory=dict)
    """By alert id."""

    @property
    def unique_valid(self) -> int:
        """Distinct records that must be in the ledger."""
        return len(self.seen)

    def add(self, events: Iterable[Event], at: float) -> None:
        """These events were given to one call of PutEvents, made at `at`."""
        for event in events:
            self.published += len(event.sent)
            self.by_source[event.source] = self.by_source.get(event.source, 0) + len(event.sent)
            for sent in event.sent:
                self._record(sent, at)

    def _record(self, sent: Sent, at: float) -> None:
        if sent.bad is not None:
            self.quarantined += 1
            return
        record = nfc(sent.record)
        request = record.get("provider_request_id")
        identity = (record["provider"], request) if request else (record["id"],)
        if identity in self.seen:
            self.duplicates += 1
            return
        self.seen.add(identity)
        event = to_domain(UsageRecord.model_validate(record), datetime.fromisoformat(record["time"]))
        usd, _ = try_price(event, self.prices)
        self.tokens += event.usage.total
        self.unpriced += usd is None
        self.usd = exact_sum((self.usd, usd or Decimal(0)))
        for ref, budget in counted_in(event, self.index):
            self._count(ref, budget, Spend(usd or Decimal(0), event.usage.total, 1), at)

    def _count(self, ref: CounterRef, budget: Budget, more: Spend, at: float) -> None:
        old = self.spent.get(ref, Spend())
        new = Spend(exact_sum((old.usd, more.usd)), old.tokens + more.tokens, old.requests + more.requests)
        self.spent[ref] = new
        for percent in crossed(new, budget.limits, budget.thresholds):
            name = alert_id(ref, percent, budget.revision)
            self.crossings.setdefault(name, Crossing(ref, percent, at))
