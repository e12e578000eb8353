"""A process that is cut off at any of its calls leaves, after redelivery and sweep, what it would have left anyway."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import cache

import pytest

from spendplane.application.books.correct import Note, Scope
from spendplane.application.ports import BusyError
from spendplane.contract.envelope import Message
from spendplane.domain.budgets import Budget
from spendplane.domain.periods import Period
from tests.support.builders import batch, budget, message, raw, record
from tests.support.crashing import AFTER, LOST, MODES, Crash, Tripwire
from tests.support.places import Engine, MemoryPlace
from tests.support.snapshot import Snapshot, check_books, check_settled, snapshot
from tests.support.world import PriceList, Process, World, world_with

BUDGETS = (
    budget("all", 10, thresholds=(50, 80, 100)),
    budget("daily-user", 3, period=Period.DAILY, per="user_id", on_hard_limit="notify"),
    budget("tracked", None, period=Period.TOTAL, match={"environment": "staging"}),
)
PRICES = {"mystery-1": Decimal("6.25")}


def _usage() -> list[Message]:
    """Good ones, a duplicate, a conflict, bad ones, unpriced ones, a batch; more than one threshold is crossed."""
    bad = record("bad", usage={"output": -1})
    return [
        message(record("a", cost_usd="2.5")),
        message(record("b", cost_usd="3.25", user_id="ann")),
        message(record("a", cost_usd="2.5")),
        message(record("b", cost_usd="99", user_id="ann")),
        batch([record("c", cost_usd="4.5", user_id="ann"), bad, record("d", model="mystery-1")]),
        raw("{"),
    ]


Act = Callable[[Process, World], set[str] | None]
"""What the process does; the messages that are to be delivered again, where it is a meter."""


def _fresh(place: object | None = None) -> World:
    return world_with(*BUDGETS, prices=PriceList(), place=place or MemoryPlace())


def _run(world: World, wire: Tripwire, act: Act) -> None:
    """The process, perhaps cut off; then whoever called it does so again, without faults."""
    try:
        act(world.process(wire.wrap), world)
    except (Crash, Exception):  # noqa: BLE001  # a Lambda that fails is called again, whatever it failed with
        act(world.process(), world)


# --- the meter


def _metered(world: World, wire: Tripwire) -> World:
    usage = _usage()
    failed = {item.id for item in usage}
    with suppress(Crash, BusyError):  # the invocation failed: the queue delivers all of them again
        failed = world.process(wire.wrap).meter()(usage, world.now).failed
    world.now += timedelta(seconds=181)  # the queue's visibility timeout
    again = [item for item in usage if item.id in failed]
    if again:
        assert world.deliver(*again).failed == set()
    world.settle()
    return world


@cache
def _expected_of_meter() -> tuple[Snapshot, tuple[str, ...]]:
    wire = Tripwire()
    return snapshot(_metered(_fresh(), wire)), tuple(wire.calls)


METER_CALLS = _expected_of_meter()[1]


def test_the_meter_makes_the_calls_that_are_cut_off_here() -> None:
    world = _metered(_fresh(), Tripwire())
    check_books(world)
    check_settled(world)
    assert {"ledger.commit", "ledger.counters", "quarantine.put", "bus.publish", "outbox.add_alert"} <= set(METER_CALLS)
    assert {"outbox.add", "outbox.sent", "definitions.index", "definitions.current"} <= set(METER_CALLS)
    expected = _expected_of_meter()[0]
    assert len(expected.rows) == 4
    assert len(expected.quarantined) == 3
    assert sorted(expected.announced) == [
        "all/*/m2026-11-01/100/r1",
        "all/*/m2026-11-01/50/r1",
        "all/*/m2026-11-01/80/r1",
        "daily-user/ann/d2026-11-22/100/r1",
        "daily-user/ann/d2026-11-22/80/r1",
        "daily-user/employee-452/d2026-11-22/80/r1",
        "unpriced/aws.bedrock/mystery-1/standard/2026-11-22",
    ]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("number", range(len(METER_CALLS)), ids=lambda n: f"{n}-{METER_CALLS[n]}")
def test_a_meter_cut_off_at_any_call(number: int, mode: str) -> None:
    world = _metered(_fresh(), Tripwire(number, mode))
    check_books(world)
    check_settled(world)
    assert snapshot(world) == _expected_of_meter()[0]


def test_a_meter_cut_off_at_any_call_over_a_table(table_engine: Engine) -> None:
    """Every fourth call, beginning elsewhere for each engine, in turns cut off and left without a reply."""
    start = 2 * (table_engine.name == "ministack")
    for turn, number in enumerate(range(start, len(METER_CALLS), 4)):
        world = _metered(_fresh(table_engine.place()), Tripwire(number, (AFTER, LOST)[turn % 2]))
        check_books(world)
        assert snapshot(world) == _expected_of_meter()[0], METER_CALLS[number]


# --- the others


def _before_notify(place: object | None = None) -> World:
    world = _fresh(place)
    world.deliver(*_usage())
    return world


def _notify(process: Process, world: World) -> None:
    notifier = process.notify()
    for item in world.bus.published:
        if item.detail_type != "Usage Quarantined":
            notifier(item.id, world.now)


def _sweep(process: Process, world: World) -> None:
    process.sweep()(world.now)


def _before_sweep(place: object | None = None) -> World:
    """A meter was cut off before it could publish an alert, and a limit was lowered below the spend."""
    world, usage = _fresh(place), _usage()
    wire = Tripwire(METER_CALLS.index("outbox.add_alert"), AFTER)
    with pytest.raises(Crash):
        world.process(wire.wrap).meter()(usage, world.now)
    world.deliver(*usage)
    world.now += timedelta(minutes=2)
    world.define(replace(BUDGETS[0], limits=budget(usd=8).limits), *BUDGETS[1:])
    world.now += timedelta(minutes=5)
    return world


LOWERED: tuple[Budget, ...] = (replace(BUDGETS[0], thresholds=(20,)), BUDGETS[2], budget("new", 1))


def _define(process: Process, world: World) -> None:
    process.define()(LOWERED, world.now)


def _before_reprice(place: object | None = None) -> World:
    world = _before_notify(place)
    world.deliver(message(record("e", model="mystery-1", user_id="ben")), message(record("f", model="mystery-2")))
    world.prices = PriceList(PRICES)
    return world


def _reprice(process: Process, world: World) -> None:
    process.reprice()(world.now)


def _before_correct(place: object | None = None) -> World:
    """Rows at a wrong price: too little, so that the right one crosses thresholds; and one that was too much."""
    world = _fresh(place)
    world.prices = PriceList({"mystery-1": Decimal("0.5"), "mystery-2": Decimal(100)})
    world.deliver(message(record("e", model="mystery-1", user_id="ben")), message(record("f", model="mystery-1")))
    world.deliver(message(record("g", model="mystery-2", time="2026-10-30T12:00:00Z")))
    world.notify_all()
    world.prices = PriceList({"mystery-1": Decimal("6.25"), "mystery-2": Decimal(1)})
    return world


def _correct(process: Process, world: World) -> None:
    process.correct()(Scope("mystery-*"), world.now, Note("ann", "a wrong contract"))


OTHERS: dict[str, tuple[Callable[..., World], Act]] = {
    "notify": (_before_notify, _notify),
    "sweep": (_before_sweep, _sweep),
    "define": (_before_notify, _define),
    "reprice": (_before_reprice, _reprice),
    "correct": (_before_correct, _correct),
}


@pytest.mark.parametrize("name", OTHERS)
def test_without_a_cut_the_books_are_in_order(name: str) -> None:
    _check(name, -1, AFTER)


def test_they_do_what_is_cut_off_here() -> None:
    calls = {name: set(_expected(name)[1]) for name in OTHERS}
    assert {"outbox.claim", "on_call.send", "outbox.delivered", "outbox.done"} <= calls["notify"]
    assert {"outbox.due", "outbox.add_alert", "bus.publish", "outbox.sent", "definitions.judged"} <= calls["sweep"]
    assert {"definitions.deployed", "definitions.retired", "definitions.write"} <= calls["define"]
    assert {"ledger.rows", "ledger.counters", "ledger.amend", "outbox.add_alert", "bus.publish"} <= calls["correct"]
    assert {"ledger.rerate", "ledger.settled", "outbox.add_alert", "bus.publish"} <= calls["reprice"]


@cache
def _expected(name: str) -> tuple[Snapshot, tuple[str, ...]]:
    prepare, act = OTHERS[name]
    world, wire = prepare(), Tripwire()
    _run(world, wire, act)
    world.settle()
    return snapshot(world), tuple(wire.calls)


def _check(name: str, number: int, mode: str, place: object | None = None) -> None:
    prepare, act = OTHERS[name]
    world = prepare(place)
    _run(world, Tripwire(number, mode), act)
    world.settle()
    check_books(world)
    found, (expected, calls) = snapshot(world), _expected(name)
    if name != "notify":
        check_settled(world)
        assert found == expected
        return
    assert replace(found, told=expected.told) == expected
    place_of_cut = (calls[number].rpartition(".")[2], mode in {AFTER, LOST})
    sends = place_of_cut in {("send", True), ("delivered", False)}
    for topic, messages in expected.told.items():
        extra = found.told[topic] - messages
        assert messages - found.told[topic] == {}, "nobody goes without a message"
        assert extra.total() <= int(sends), "only a cut between sending and remembering may send again"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("name", "number"), [(name, number) for name in OTHERS for number in range(len(_expected(name)[1]))],
    ids=str,
)  # fmt: skip
def test_the_others_cut_off_at_any_call(name: str, number: int, mode: str) -> None:
    _check(name, number, mode)


@pytest.mark.parametrize("name", OTHERS)
def test_the_others_cut_off_at_any_call_over_a_table(table_engine: Engine, name: str) -> None:
    start = 2 * (table_engine.name == "ministack")
    for number in range(start, len(_expected(name)[1]), 5):
        _check(name, number, AFTER, table_engine.place())
