"""Two enforcers at once, on one switch or on one target, in any order of their calls."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from spendplane.adapters.memory.fleet import VANISHING
from spendplane.application.ports import BusyError
from spendplane.domain.budgets import Budget
from spendplane.domain.limits import Limits
from spendplane.domain.periods import Period
from spendplane.domain.switches import Phase
from tests.support.builders import budget, message, record
from tests.support.fleets import PROJECT, Watch, staging, target
from tests.support.switch_checks import check_at_rest, check_told_once, heal, switches
from tests.support.turns import Turns, Wrap
from tests.support.world import World, world_with

ONE = staging(10, "one", period=Period.DAILY)
TWO = budget("two", 10, match={"project_id": PROJECT}, mode="enforce")
AGENT, CHAT = target("agent"), target("chat", VANISHING)
STATES = {AGENT.key: {"a": 5, "b": 7}, CHAT.key: {"a": 3, "b": 4}}
orders = st.lists(st.integers(0, 1), min_size=40, max_size=60)
Act = Callable[[Wrap], None]


def world(*budgets: Budget) -> tuple[World, Watch]:
    made = world_with(*budgets)
    watch = Watch(made, states={key: dict(state) for key, state in STATES.items()})
    for item in (AGENT, CHAT):
        made.fleet.add(item, **STATES[item.key])
    made.deliver(message(record("a", cost_usd="12")))
    made.notify_all()
    return made, watch


def asks(made: World, **order: Any) -> Act:
    """An enforcer; what it does not get done is done by a later round."""

    def act(wrap: Wrap) -> None:
        process = made.process(wrap)
        try:
            process.orders()(order, made.now)
        except BusyError:
            return

    return act


def crossing(made: World, number: int) -> Act:
    """The event of a crossing."""
    (event,) = [
        item for item in made.bus.published if item.id.startswith(("one/", "two/")[number]) and "/100/" in item.id
    ]
    return asks(made, **{"detail-type": event.detail_type, "detail": event.detail})


def down(made: World) -> bool:
    return made.fleet.states == {AGENT.key: {"a": 0, "b": 0}}


def check(made: World, watch: Watch) -> None:
    watch.check()
    check_at_rest(made)
    check_told_once(made)


def finish(made: World, watch: Watch) -> None:
    made.define()
    heal(made)
    assert made.fleet.states == watch.states
    assert all(item.phase in {Phase.OFF, Phase.HELD} and not item.held for item in switches(made))
    watch.check()
    check_told_once(made)


@given(orders)
@settings(max_examples=25)
def test_one_crossing_delivered_twice_at_once(order: list[int]) -> None:
    made, watch = world(ONE, TWO)
    Turns(order).run(crossing(made, 0), crossing(made, 0))
    assert down(made), "one of them did it all"
    assert [item.generation for item in switches(made) if item.ref.budget_id == "one"] == [1]
    heal(made)
    check(made, watch)
    finish(made, watch)


@given(orders)
@settings(max_examples=25)
def test_two_budgets_take_one_target_at_once(order: list[int]) -> None:
    made, watch = world(ONE, TWO)
    Turns(order).run(crossing(made, 0), crossing(made, 1))
    heal(made)
    assert down(made)
    check(made, watch)
    made.define(TWO)
    heal(made)
    assert down(made), "the other one keeps it"
    check(made, watch)
    finish(made, watch)


@given(orders)
@settings(max_examples=25)
def test_one_budget_gives_back_what_another_takes(order: list[int]) -> None:
    made, watch = world(ONE, TWO)
    made.enforce_all()
    made.define(ONE, replace(TWO, limits=Limits(usd=budget(usd=50).limits.usd)))
    heal(made)
    made.define(replace(ONE, limits=Limits(usd=budget(usd=50).limits.usd)), TWO)
    made.sweep()
    Turns(order).run(
        asks(made, command="engage", budget_id="two", by="ann", reason="why"), asks(made, command="reconcile")
    )
    heal(made)
    assert down(made)
    check(made, watch)
    finish(made, watch)


@given(orders)
@settings(max_examples=25)
def test_a_person_releases_while_a_round_is_at_it(order: list[int]) -> None:
    made, watch = world(ONE)
    made.enforce_all()
    heal(made, minutes=1)
    made.now = made.now.replace(minute=59)
    answers: list[Any] = []

    def person(wrap: Wrap) -> None:
        word = {"command": "release", "budget_id": "one", "by": "ann", "reason": "why"}
        answers.append(made.process(wrap).orders()(word, made.now))

    Turns(order).run(person, asks(made, command="reconcile"))
    heal(made)
    if answers[0]["ok"]:
        assert made.fleet.states == STATES, "what a person was told is so"
        assert [item.phase for item in switches(made)] == [Phase.HELD]
    else:
        assert answers[0]["mend"].startswith("try again")
        assert down(made)
    check(made, watch)
    finish(made, watch)


@given(orders)
@example([0] * 6 + [1] * 13)  # between the reading of the counter and the end of the release
@settings(max_examples=25)
def test_a_crossing_in_the_middle_of_a_release_is_not_lost(order: list[int]) -> None:
    """The limit was raised, and while the targets are given back the new one is reached; no event arrives."""
    made, watch = world(ONE)
    made.enforce_all()
    raised = replace(ONE, limits=Limits(usd=budget(usd=20).limits.usd))
    made.define(raised)
    heal(made, minutes=0)
    made.now = made.now.replace(minute=59)
    late = [message(record("b", cost_usd="9", time=made.now.isoformat()), received_at=made.now)]

    def spends(wrap: Wrap) -> None:
        made.process(wrap).meter()(late, made.now)

    Turns(order).run(asks(made, command="reconcile"), spends)
    heal(made)
    assert down(made)
    check(made, watch)
    finish(made, watch)


@given(orders)
@settings(max_examples=25)
def test_one_that_outlives_its_lease_does_no_harm(order: list[int]) -> None:
    """The function is ended before its lease is over. Were it not, it could store nothing any more."""
    made, watch = world(ONE)
    made.sweep()
    late = made.now + timedelta(minutes=2)

    def successor(wrap: Wrap) -> None:
        made.process(wrap).orders()({"command": "reconcile"}, late)

    Turns([0, *order]).run(crossing(made, 0), successor)
    made.now = late
    heal(made)
    assert down(made)
    check(made, watch)
    finish(made, watch)
