"""The audit while records come in: nothing on its way is taken for missing, and nothing is added twice."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from spendplane.application.books.rebuild import MAX_PASSES, MendReport, Rebuild, RebuildReport
from spendplane.application.ports import BookedRow
from spendplane.domain.counters import CounterRef, Increment
from tests.support.builders import at, budget, message, record
from tests.support.world import World

CAP, OTHER = CounterRef("cap", "m2026-11-01"), CounterRef("other", "m2026-11-01")


@dataclass
class Meanwhile:
    """A ledger whose rows are read while others book: `act` is called before each read of all rows, and after it."""

    ledger: Any
    act: Callable[[int], None]
    passes: int = 0

    def all_counters(self) -> Any:
        return self.ledger.all_counters()

    def rows(self) -> Iterator[BookedRow]:
        self.passes += 1
        self.act(self.passes)
        yield from self.ledger.rows()


@pytest.fixture
def world() -> World:
    made = World(now=at("2026-11-22T08:00:00+00:00"))
    made.define(budget("cap", 10, match={"project_id": "mine"}), budget("other", 10, match={"project_id": "other"}))
    spend(made, "first", "1")
    return made


def spend(world: World, name: str, usd: str, project: str = "mine") -> None:
    world.deliver(message(record(name, time=world.now.isoformat(), cost_usd=usd, project_id=project)))


def tamper(world: World, ref: CounterRef, usd: str) -> None:
    world.place.connect().ledger.correct(Increment(ref, usd=Decimal(usd)))


def audit(world: World, act: Callable[[int], None]) -> tuple[RebuildReport, int]:
    ledger = Meanwhile(world.place.connect().ledger, act)
    return Rebuild(ledger)(world.now), ledger.passes  # type: ignore[arg-type]


def test_records_that_come_at_an_even_pace_are_no_difference(world: World) -> None:
    """The same amount is on its way in each pass: two passes that agree prove nothing."""
    report, passes = audit(world, lambda number: spend(world, f"n{number}", "0.5"))
    assert (report.differences, report.moving, passes) == ((), (CAP,), MAX_PASSES)


def test_what_came_to_rest_is_compared_again(world: World) -> None:
    report, passes = audit(world, lambda number: spend(world, "late", "0.5") if number == 1 else None)
    assert (report.differences, report.moving, passes) == ((), (), 2)


def test_a_difference_is_found_beside_a_counter_that_never_rests(world: World) -> None:
    spend(world, "calm", "2", project="other")
    tamper(world, OTHER, "-0.25")
    report, _ = audit(world, lambda number: spend(world, f"n{number}", "0.5"))
    (difference,) = report.differences
    assert (difference.ref, difference.missing.usd, report.moving) == (OTHER, Decimal("0.25"), (CAP,))


def test_a_difference_of_what_moved_at_first_is_found_too(world: World) -> None:
    tamper(world, CAP, "3")
    report, passes = audit(world, lambda number: spend(world, "late", "0.5") if number == 1 else None)
    (difference,) = report.differences
    assert (difference.missing.usd, report.moving, passes) == (Decimal(-3), (), 2)


def test_two_people_mend_the_same_once(world: World) -> None:
    tamper(world, CAP, "-0.25")
    seen = world.rebuild()
    mend = world.process().mend()
    assert mend(seen, world.now) == MendReport(fixed=1, outrun=0, alerts=0)
    assert mend(seen, world.now) == MendReport(fixed=0, outrun=1, alerts=0)
    assert world.rebuild().differences == ()


def test_what_comes_between_look_and_mend_stays_counted(world: World) -> None:
    tamper(world, CAP, "-0.25")
    seen = world.rebuild()
    spend(world, "between", "4")
    world.process().mend()(seen, world.now)
    assert world.rebuild().differences == ()
    assert world.counters()[CAP].spend.usd == 5


def test_a_limit_that_a_mend_shows_to_be_crossed_is_told(world: World) -> None:
    tamper(world, CAP, "-9")
    spend(world, "most", "8.5")
    spend(world, "little", "0.5")
    assert world.announced() == {}
    assert world.mend() == MendReport(fixed=1, outrun=0, alerts=2)
    assert world.counters()[CAP].spend.usd == 10
    assert [item.detail["threshold_percent"] for item in world.announced().values()] == [80, 100]


def test_whoever_is_cut_off_before_judging_is_made_up_for_by_the_next_who_mends(world: World) -> None:
    tamper(world, CAP, "-9")
    spend(world, "most", "8.5")
    (difference,) = world.rebuild().differences
    assert world.place.connect().ledger.correct(difference.missing, difference.live.mends)
    assert world.announced() == {}
    assert world.mend() == MendReport(fixed=0, outrun=0, alerts=1)
