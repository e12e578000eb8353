"""What must be equal, and what must always hold, however a world got there."""

from collections import Counter as Tally
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from spendplane.application.ports import AnnouncementState
from spendplane.contract.outgoing import THRESHOLD_CROSSED
from spendplane.domain.alerts import alert_id, due
from spendplane.domain.counters import CounterRef
from tests.support.world import World, spent


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Counters, ledger, quarantine, alerts and what people got."""

    counters: dict[CounterRef, Any]
    rows: dict[str, Any]
    quarantined: dict[str, str]
    announced: dict[str, Any]
    told: dict[str, Tally[str]]


def snapshot(world: World) -> Snapshot:
    """Of a world, whatever its engine."""
    stores = world.place.connect()
    counters = {ref: (*spent(item), item.fired, item.contributors) for ref, item in world.counters().items()}
    rows = {
        item.row.event.dedup_key: (item.row.event.id, item.row.usd, item.row.price, item.refs)
        for item in stores.ledger.rows()
    }
    days = {f"{world.now:%Y-%m-%d}", "2026-11-21", "2026-11-22", "2026-11-23"}
    quarantined = {entry.id: entry.reason for entry in stores.quarantine.entries(sorted(days))}
    announced = {key: (item.detail_type, item.state) for key, item in world.announced().items()}
    told = {topic: Tally(world.told(topic)) for topic in ("on-call", "budget-alerts")}
    return Snapshot(counters, rows, quarantined, announced, told)


def check_books(world: World) -> None:
    """I1, I3 and I7: at any moment."""
    sums: dict[CounterRef, tuple[Decimal, int, int, int]] = {}
    for item in world.place.connect().ledger.rows():
        usd, tokens = item.row.usd, item.row.event.usage.total
        for ref in item.refs:
            old = sums.get(ref, (Decimal(0), 0, 0, 0))
            sums[ref] = (old[0] + (usd or 0), old[1] + tokens, old[2] + 1, old[3] + (usd is None))
    counters = world.counters()
    assert {ref: spent(item) for ref, item in counters.items()} == sums, "I1: a counter equals the sum of its rows"
    raised = {alert_id(ref, *map(int, marker.split("."))) for ref, item in counters.items() for marker in item.fired}
    announced = {key for key, item in world.announced().items() if item.detail_type == THRESHOLD_CROSSED}
    assert raised == announced, "I3: a marker and its announcement stand together"
    assert world.rebuild().differences == (), "I7: counters rebuilt from the ledger equal the live ones"


def check_order(world: World) -> None:
    """I3: whatever is said of a higher threshold, every lower one that was raised was said before. At any moment."""
    first: dict[str, int] = {}
    for place, item in enumerate(world.bus.published):
        first.setdefault(item.id, place)
    for ref, counter in world.counters().items():
        raised = sorted(tuple(map(int, marker.split(".")))[::-1] for marker in counter.fired)
        for (of, lower), (revision, higher) in pairwise(raised):
            low, high = alert_id(ref, lower, of), alert_id(ref, higher, revision)
            if of == revision and high in first:
                assert first.get(low, len(first)) < first[high], f"I3: {high} was said before {low}"


def check_settled(world: World) -> None:
    """When nothing is on the way any more: everything due was raised, and everybody was told once, in order."""
    check_order(world)
    budgets = world.place.connect().definitions.deployed()
    for ref, counter in world.counters().items():
        budget = budgets.get(ref.budget_id)
        if budget and ref.window.period is budget.period and not ref.window.closed(world.now):
            assert due(budget, counter, world.now) == [], f"an alert of {ref} is missing"
    announced = world.announced()
    assert {item.state for item in announced.values()} <= {AnnouncementState.NOTIFIED}
    assert Tally(world.told()) == Tally(announced.keys()), "everybody was told of everything, once"
    assert set(Tally(world.told("on-call")).values()) <= {1}
