"""Two meters at once on the same hot budgets lose nothing and double nothing."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from spendplane.application.ports.retry import Retry
from spendplane.contract.envelope import Message
from spendplane.domain.periods import Period
from tests.support import places
from tests.support.builders import batch, budget, message, record, ref
from tests.support.places import Engine
from tests.support.snapshot import check_books, check_settled, snapshot
from tests.support.turns import Turns
from tests.support.world import World, world_with

HOT = budget("hot", 30, thresholds=(50, 80, 100))
PER_USER = budget("per-user", 5, period=Period.DAILY, per="user_id")
BUDGETS = (HOT, PER_USER)


def usage(numbers: range, size: int) -> list[Message]:
    """Messages of `size` records of $0.25 each, over five users."""
    records = [record(f"n{number}", cost_usd="0.25", user_id=f"user-{number % 5}") for number in numbers]
    return [batch(records[start : start + size]) for start in range(0, len(records), size)]


def test_two_meters_at_once_over_a_table(table_engine: Engine, monkeypatch: Any) -> None:
    """Four threads, each with its own process; most records reach two of them."""
    monkeypatch.setattr(places, "QUICK", Retry(attempts=30, base_seconds=0.005))
    world = world_with(*BUDGETS, place=table_engine.place())
    work = [usage(range(start, start + 60), 6) for start in (0, 30, 60, 90)]

    def run(messages: list[Message]) -> int:
        random.Random(messages[0].id).shuffle(messages)
        meter = world.process().meter()
        reports = [meter(messages[start : start + 2], world.now) for start in range(0, len(messages), 2)]
        assert not any(report.failed for report in reports)
        return sum(report.counted for report in reports)

    with ThreadPoolExecutor(4) as threads:
        counted = sum(threads.map(run, work))
    world.settle()
    counters = world.counters()
    assert counted == 150
    assert counters[ref(HOT)].spend.usd == Decimal("37.5")
    assert {counters[ref(PER_USER, key=f"user-{n}")].spend.usd for n in range(5)} == {Decimal("7.5")}
    check_books(world)
    check_settled(world)
    assert len(world.announced()) == 3 + 5 * 2


def _messages() -> tuple[list[Message], list[Message]]:
    shared = [message(record("s1", cost_usd="9")), message(record("s2", cost_usd="8", user_id="ann"))]
    conflict = message(record("s1", cost_usd="7"))
    first = [*shared, message(record("a", cost_usd="6")), message(record("u", model="mystery"))]
    return first, [
        conflict,
        *shared[::-1],
        message(record("b", cost_usd="8.5")),
        message(record("u2", model="mystery")),
    ]


def _both(order: list[int]) -> World:
    world = world_with(*BUDGETS)
    first, second = _messages()
    turns = Turns(order)

    def meter(messages: list[Message]) -> Callable[[Any], None]:
        def act(wrap: Any) -> None:
            assert world.process(wrap).meter()(messages, world.now).failed == set()

        return act

    turns.run(meter(first), meter(second))
    world.settle()
    return world


@given(order=st.lists(st.integers(0, 1), max_size=60))
@settings(max_examples=150)
def test_any_interleaving_of_two_meters(order: list[int]) -> None:
    """`s1` exists twice with different payloads: whichever comes first counts, and the other is in quarantine."""
    world = _both(order)
    check_books(world)
    check_settled(world)
    taken = snapshot(world)
    total = world.counters()[ref(HOT)].spend.usd
    s1 = taken.rows["i#s1"][1]
    assert s1 in {Decimal(9), Decimal(7)}
    assert total == s1 + Decimal("22.5")
    assert len(taken.rows) == 6
    assert len(taken.quarantined) == 1


@given(order=st.lists(st.integers(0, 2), max_size=60))
@settings(max_examples=80)
def test_a_meter_a_sweep_and_a_deployment_interleaved(order: list[int]) -> None:
    """The limit is lowered while usage comes in: the alerts of the new terms come, by whoever sees them first."""
    world = world_with(budget("hot", 1000))
    lowered = budget("hot", 10)
    first, _ = _messages()
    Turns(order).run(
        lambda wrap: _ignore(world.process(wrap).meter()(first, world.now)),
        lambda wrap: _ignore(world.process(wrap).define()([lowered], world.now)),
        lambda wrap: _ignore(world.process(wrap).sweep()(world.now)),
    )
    world.settle()
    check_books(world)
    check_settled(world)
    assert {key for key in world.announced() if key.startswith("hot/")} == {
        "hot/*/m2026-11-01/80/r2",
        "hot/*/m2026-11-01/100/r2",
    }


def _ignore(_: object) -> None:
    return None
