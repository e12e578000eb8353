"""Anything may happen in any order: the invariants hold all the same, over every engine."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from spendplane.application.ports import BusyError
from spendplane.contract.envelope import Message
from spendplane.domain.budgets import Budget
from spendplane.domain.periods import Period
from tests.support.builders import batch, budget, message, record
from tests.support.crashing import MODES, Crash, Tripwire
from tests.support.places import Engine
from tests.support.snapshot import check_books, check_settled
from tests.support.world import PriceList, World

USD = {number: Decimal(f"{number % 4}.{number}07") for number in range(10)}
UNPRICED = {10: "mystery-1", 11: "mystery-2"}
BAD = (12, 13)
PRICES = {"mystery-1": Decimal("2.5"), "mystery-2": Decimal("0.000000000000000001")}

BUDGETS: list[list[Budget]] = [
    [budget("all", 8), budget("user", 3, period=Period.DAILY, per="user_id", on_hard_limit="notify")],
    [budget("all", 4), budget("user", 3, period=Period.DAILY, per="user_id", on_hard_limit="notify")],
    [budget("all", 40, thresholds=(10, 50, 120), shards=3), budget("tracked", None, match={"environment": "staging"})],
    [
        budget("all", 8, period=Period.DAILY),
        budget("none", 0, match={"user_id": "user-1"}),
        budget("n", None, requests=5),
    ],
    [],
]


def usage(number: int) -> dict[str, Any]:
    """Record number so-and-so: always the same, as a producer's retry is."""
    fields: dict[str, Any] = {"user_id": f"user-{number % 3}", "time": f"2026-11-22T{number % 3:02d}:59:00Z"}
    if number in UNPRICED:
        return record(f"n{number}", model=UNPRICED[number], **fields)
    if number in BAD:
        return record(f"n{number}", **{**fields, "environment": "prod"})
    if number == 9:
        fields["provider_request_id"] = "req-9"
    return record(f"n{number}", cost_usd=str(USD[number]), **fields)


batches = st.lists(st.lists(st.integers(0, 13), min_size=1, max_size=4), min_size=1, max_size=4)
wires = st.one_of(st.none(), st.tuples(st.integers(0, 25), st.sampled_from(MODES)))


class Plane(RuleBasedStateMachine):
    """Usage, deployments, ticks of the schedule, repricing; any of them cut off anywhere."""

    def __init__(self, make: Callable[[], World]) -> None:
        super().__init__()
        self.world = make()
        self.queue: list[Message] = []
        self.sent: set[int] = set()
        self.world.define(*BUDGETS[0])

    def _cut(self, wire: tuple[int, str] | None, act: Callable[[Any], Any]) -> Any:
        process = self.world.process(Tripwire(*wire).wrap) if wire else self.world.process()
        try:
            return act(process)
        except (Crash, BusyError):
            return None

    @rule(groups=batches, wire=wires)
    def deliver(self, groups: list[list[int]], wire: tuple[int, str] | None) -> None:
        self.sent |= {number for group in groups for number in group}
        self._meter([message(usage(g[0])) if len(g) == 1 else batch([usage(n) for n in g]) for g in groups], wire)

    @precondition(lambda self: self.queue)
    @rule(wire=wires)
    def redeliver(self, wire: tuple[int, str] | None) -> None:
        waiting, self.queue = self.queue, []
        self._meter(waiting[::-1], wire)

    def _meter(self, messages: list[Message], wire: tuple[int, str] | None) -> None:
        report = self._cut(wire, lambda process: process.meter()(messages, self.world.now))
        self.queue += [item for item in messages if report is None or item.id in report.failed]

    @rule(number=st.integers(0, len(BUDGETS) - 1), wire=wires)
    def deploy(self, number: int, wire: tuple[int, str] | None) -> None:
        if self._cut(wire, lambda process: process.define()(BUDGETS[number], self.world.now)) is None:
            self.world.define(*BUDGETS[number])  # a deployment that failed is done again

    @rule(minutes=st.sampled_from([0, 1, 7, 60]), wire=wires)
    def tick(self, minutes: int, wire: tuple[int, str] | None) -> None:
        self.world.now += timedelta(minutes=minutes)
        self._cut(wire, lambda process: process.sweep()(self.world.now))

    @rule()
    def notify(self) -> None:
        self.world.notify_all()

    @rule(known=st.sets(st.sampled_from(sorted(PRICES))), wire=wires)
    def reprice(self, known: set[str], wire: tuple[int, str] | None) -> None:
        self.world.prices = PriceList({model: PRICES[model] for model in known})
        self._cut(wire, lambda process: process.reprice()(self.world.now))

    @invariant()
    def books(self) -> None:
        check_books(self.world)

    @invariant()
    def each_record_once_at_its_price(self) -> None:
        for item in self.world.place.connect().ledger.rows():
            number = int(item.row.event.id[1:])
            expected = {PRICES[UNPRICED[number]], None} if number in UNPRICED else {USD[number]}
            assert item.row.usd in expected

    def teardown(self) -> None:
        """I6, and that nothing stays open, once everything has come in."""
        waiting, self.queue = self.queue, []
        if waiting:
            assert self.world.deliver(*waiting).failed == set()
        self.world.reprice()
        self.world.settle()
        self.books()
        check_settled(self.world)
        rows = {int(item.row.event.id[1:]) for item in self.world.place.connect().ledger.rows()}
        assert rows == self.sent - set(BAD), "I2 and I6: every good record is in the ledger, once"
        days = sorted({"2026-11-22", f"{self.world.now:%Y-%m-%d}"})
        kept = {entry.body for entry in self.world.place.connect().quarantine.entries(days)}
        assert len(kept) == len(self.sent & set(BAD)), "I6: every bad one is in quarantine"


def _run(engine: Engine, examples: int, steps: int) -> None:
    limits = settings(max_examples=examples, stateful_step_count=steps)
    run_state_machine_as_test(lambda: Plane(lambda: World(place=engine.place())), settings=limits)  # type: ignore[arg-type]


def test_anything_in_any_order_in_memory(memory_engine: Engine) -> None:
    _run(memory_engine, examples=120, steps=14)


@pytest.mark.slow
def test_anything_in_any_order_over_a_table(table_engine: Engine) -> None:
    _run(table_engine, examples=4, steps=7)
