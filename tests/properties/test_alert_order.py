"""Each threshold is said once and in order: however processes interleave, wherever one ends, by whatever clock."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from spendplane.application.ports import BusyError
from spendplane.domain.periods import Period
from tests.support.builders import at, budget, message, record
from tests.support.crashing import MODES, Crash, Tripwire
from tests.support.snapshot import check_books, check_order, check_settled
from tests.support.turns import Turns
from tests.support.world import World, world_with

LEAP = budget("leap", 10, thresholds=(50, 80, 100, 120), period=Period.DAILY)
TODAY = at("2026-11-22T12:00:00Z")
EVE = at("2026-11-21T23:59:30Z")
"""Just before the period of the records begins."""
Cut = tuple[int, str, int]
CUTS = st.tuples(st.integers(-1, 24), st.sampled_from(MODES), st.integers(-90, 90))
"""At which of its calls a process meets a fault, which one, and by how many seconds its clock is wrong."""


def _process(world: World, usd: str, cut: Cut, again: list[Any]) -> Callable[[Any], None]:
    number, mode, seconds = cut
    time = max(world.now, at("2026-11-22T00:00:10Z"))
    usage = message(record(usd, cost_usd=usd, time=time.isoformat()), received_at=world.now)

    def act(turn: Any) -> None:
        wire = Tripwire(number, mode)
        meter = world.process(lambda name, port: wire.wrap(name, turn(name, port))).meter()
        again.append(usage)
        with suppress(Crash, BusyError):
            if not meter([usage], world.now + timedelta(seconds=seconds)).failed:
                again.remove(usage)

    return act


def _sweep(world: World, cut: Cut) -> Callable[[Any], None]:
    def act(turn: Any) -> None:
        wire = Tripwire(cut[0], cut[1])
        sweep = world.process(lambda name, port: wire.wrap(name, turn(name, port))).sweep()
        with suppress(Crash, BusyError):
            sweep(world.now + timedelta(seconds=100 + cut[2]))

    return act


@given(
    now=st.sampled_from([TODAY, EVE]),
    order=st.lists(st.integers(0, 2), max_size=80),
    first=CUTS,
    second=CUTS,
    sweep=CUTS,
)
@settings(max_examples=250)
def test_two_meters_and_a_sweep_of_which_any_may_end_anywhere(
    now: datetime, order: list[int], first: Cut, second: Cut, sweep: Cut
) -> None:
    world = world_with(LEAP, now=now)
    again: list[Any] = []
    Turns(order).run(_process(world, "7", first, again), _process(world, "6", second, again), _sweep(world, sweep))
    check_order(world)
    world.notify_all()
    world.now += timedelta(seconds=181)
    if again:
        assert world.deliver(*again).failed == set()
    world.settle()
    check_books(world)
    check_settled(world)
    assert world.told() == [f"leap/*/d2026-11-22/{percent}/r1" for percent in (50, 80, 100, 120)]
