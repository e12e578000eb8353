"""Whenever rounds run, however often, and wherever they are cut off: each running second counts once, and exactly."""

from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spendplane.adapters.dynamodb.hours import DynamoHoursBook
from spendplane.application.ports import BusyError
from spendplane.contract.hours_record import ENDPOINT, NOTEBOOK, TRAINING
from tests.support.builders import NOW
from tests.support.crashing import AFTER, LOST, MODES, Crash, Tripwire
from tests.support.hours import Cloud, HoursWorld, Life, Prices, cost
from tests.support.places import Engine

SECOND = timedelta(seconds=1)
PRICES = [Decimal(text) for text in ("0.055", "1.408", "0.8218", "113.068", "0.0000001")]
gaps = st.integers(0, 7 * 3600) | st.integers(0, 600)
rounds = st.lists(
    st.tuples(gaps, st.none() | st.tuples(st.integers(0, 12), st.sampled_from(MODES))), min_size=1, max_size=8
)


def play(world: HoursWorld, plan: list[tuple[int, tuple[int, str] | None]]) -> datetime:
    """The rounds, with their faults; two more without any. Returns when the last one was."""
    now = NOW
    world.round(now)
    for gap, fault in plan:
        now += gap * SECOND
        wire = Tripwire(*fault) if fault else Tripwire()
        with suppress(Crash, BusyError):
            world.round(now, wire.wrap)
    world.round(now)
    world.round(now)
    return now


@settings(max_examples=120)
@given(plan=rounds, price=st.sampled_from(PRICES), count=st.integers(1, 9), before=st.integers(0, 99_999))
def test_what_runs_all_the_time_costs_its_seconds_times_its_price(
    plan: list[tuple[int, tuple[int, str] | None]], price: Decimal, count: int, before: int
) -> None:
    """The counting begins with its first round, not with the resource."""
    life = Life("a", created=NOW - before * SECOND, counts=[(NOW - before * SECOND, count)])
    world = HoursWorld(Cloud([life]), Prices({"ml.g5.xlarge": price}))
    last = play(world, plan)
    assert world.usd == cost(last - NOW, count, price)


@settings(max_examples=120)
@given(plan=rounds, born=st.integers(0, 40_000), lived=st.integers(1, 40_000))
def test_a_training_job_costs_what_it_ran_whoever_looked_meanwhile(
    plan: list[tuple[int, tuple[int, str] | None]], born: int, lived: int
) -> None:
    start = NOW + born * SECOND
    life = Life("job", TRAINING, created=start, ended=start + lived * SECOND)
    world = HoursWorld(Cloud([life]))
    last = play(world, plan)
    ran = min(last, start + lived * SECOND) - start
    assert world.usd == cost(max(ran, timedelta()))


@settings(max_examples=120)
@given(plan=rounds, counts=st.lists(st.tuples(st.integers(1, 20_000), st.integers(0, 5)), max_size=5))
def test_records_follow_each_other_without_gap_or_overlap(
    plan: list[tuple[int, tuple[int, str] | None]], counts: list[tuple[int, int]]
) -> None:
    """Whatever the scaling does: no second twice, each record within one hour, and the dollars are its own seconds'."""
    changes = sorted((NOW + after * SECOND, count) for after, count in counts)
    world = HoursWorld(Cloud([Life("a", ENDPOINT, counts=changes)]))
    last = play(world, plan)
    end = NOW
    for row in world.rows():
        start, until = datetime.fromisoformat(row["time"]), datetime.fromisoformat(row["until"])
        assert end <= start < until <= last
        assert (start.date(), start.hour) == ((until - SECOND).date(), (until - SECOND).hour)
        assert abs(Decimal(row["cost_usd"]) - cost(until - start, row["instances"])) <= Decimal("1E-17")
        end = until
    if not changes:
        assert end == last


@settings(max_examples=80)
@given(plan=rounds, up=st.integers(1, 20_000), down=st.integers(1, 20_000))
def test_a_notebook_is_counted_to_the_second_in_which_it_was_stopped(
    plan: list[tuple[int, tuple[int, str] | None]], up: int, down: int
) -> None:
    """It tells when it stopped. What it did between two looks and took back before the second one, nobody saw."""
    stop = NOW + up * SECOND
    world = HoursWorld(Cloud([Life("n", NOTEBOOK, counts=[(NOW, 1), (stop, 0), (stop + 10**7 * down * SECOND, 1)])]))
    last = play(world, plan)
    assert world.usd == cost(min(stop, last) - NOW)


def calls() -> list[str]:
    """What a round with something to do asks of its ports."""
    wire = Tripwire()
    world = HoursWorld(Cloud([Life("a"), Life("job", TRAINING, ended=NOW + timedelta(minutes=7))]))
    world.round(NOW)
    world.round(NOW + timedelta(minutes=10), wire.wrap)
    return wire.calls


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("number", range(len(calls())))
def test_a_round_cut_off_at_any_call_is_made_up_for_by_the_next(number: int, mode: str) -> None:
    """Even if something else runs by then: what was pending is published as it was."""
    life = Life("a", counts=[(NOW, 1), (NOW + timedelta(minutes=12), 4)])
    world = HoursWorld(Cloud([life, Life("job", TRAINING, ended=NOW + timedelta(minutes=7))]))
    world.round(NOW)
    with suppress(Crash, BusyError):
        world.round(NOW + timedelta(minutes=10), Tripwire(number, mode).wrap)
    world.round(NOW + timedelta(minutes=12))
    world.round(NOW + timedelta(minutes=15))
    assert world.usd == cost(12 * 60) + cost(3 * 60, 4) + cost(7 * 60)


def test_a_round_cut_off_at_any_call_over_a_table(ministack_engine: Engine) -> None:
    """As above, with what is covered in DynamoDB: the process ends, or the reply to its write is lost."""
    for number in range(len(calls())):
        life = Life(f"a{number}", counts=[(NOW, 1), (NOW + timedelta(minutes=12), 4)])
        job = Life(f"job{number}", TRAINING, ended=NOW + timedelta(minutes=7))
        world = HoursWorld(Cloud([life, job]), book=DynamoHoursBook(ministack_engine.place().table))
        world.round(NOW)
        with suppress(Crash, BusyError):
            world.round(NOW + timedelta(minutes=10), Tripwire(number, (AFTER, LOST)[number % 2]).wrap)
        world.round(NOW + timedelta(minutes=15))
        world.round(NOW + timedelta(minutes=15))
        assert world.usd == cost(12 * 60) + cost(3 * 60, 4) + cost(7 * 60)


def test_a_round_makes_the_calls_that_are_cut_off_here() -> None:
    assert {"book.rounds", "instances.sights", "book.running", "book.put", "bus.publish_records", "book.done"} == set(
        calls()
    )
