"""From one phase into the next, and when somebody should look again."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from spendplane.domain.periods import Period
from spendplane.domain.plans import Plan, Verdict
from spendplane.domain.switches import Hold, Level, Order, Phase, Switch
from spendplane.domain.transitions import at_rest, due_at, gone_on, leaving, moved, with_word
from tests.support.builders import NOW, at, ref
from tests.support.fleets import staging, target

DAILY = staging(10, period=Period.DAILY)
SWITCH = Switch(ref(DAILY), Level.THROTTLE, generation=4, reason="before", since=NOW, told=frozenset({"x"}))
ACT, OBSERVE = Plan(Verdict.THROTTLE, "", (target(),)), Plan(Verdict.OBSERVE, "observing")
REFUSE = Plan(Verdict.REFUSE, "too many")
LATER = NOW + timedelta(hours=1)
HOLD, ORDER = Hold("ann", "why"), Order("ben", "why not", 30)


@pytest.mark.parametrize("phase", [Phase.DUE, Phase.OFF, Phase.HELD, Phase.RELEASING])
@pytest.mark.parametrize("plan", [ACT, OBSERVE, REFUSE])
def test_going_on_from_rest_begins_a_new_generation(phase: Phase, plan: Plan) -> None:
    on = gone_on(replace(SWITCH, phase=phase, held=frozenset({"a"})), plan, "$12 of $10", LATER)
    assert on.phase is (Phase.ON if plan is ACT else Phase.REFUSED)
    assert (on.generation, on.since, on.told) == (5, LATER, frozenset())
    assert on.reason == (plan.reason or "$12 of $10")
    assert on.held == {"a"}, "what was not given back yet is still in hand"


def test_staying_on_keeps_the_reason_and_the_generation() -> None:
    on = replace(SWITCH, phase=Phase.ON)
    assert gone_on(on, ACT, "$13 of $10", LATER) == on
    refused = replace(SWITCH, phase=Phase.REFUSED)
    assert gone_on(refused, REFUSE, "$13 of $10", LATER) == replace(refused, reason="too many")
    assert gone_on(on, OBSERVE, "$13 of $10", LATER) == replace(on, phase=Phase.REFUSED, reason="observing")


def test_acting_after_a_refusal_is_news() -> None:
    on = gone_on(replace(SWITCH, phase=Phase.REFUSED), ACT, "$13 of $10", LATER)
    assert (on.phase, on.generation, on.told, on.reason) == (Phase.ON, 5, frozenset(), "$13 of $10")


def test_leaving_ends_an_order_and_keeps_the_reason_for_which_it_began() -> None:
    on = replace(SWITCH, phase=Phase.ON, order=ORDER, held=frozenset({"a"}))
    first = leaving(on, "the period ended")
    assert (first.phase, first.reason, first.order) == (Phase.RELEASING, "the period ended", None)
    assert first.held == {"a"}
    assert leaving(first, "something else") == first


@pytest.mark.parametrize("held", [True, False])
def test_at_rest_nothing_is_left(held: bool) -> None:
    some = frozenset({"a"})
    busy = replace(SWITCH, phase=Phase.RELEASING, held=some, asked=some, told=some, order=ORDER, hold=HOLD)
    rest = at_rest(busy, "over", held=held)
    assert rest.phase is (Phase.HELD if held else Phase.OFF)
    assert (rest.held, rest.asked, rest.told, rest.order) == (frozenset(), frozenset(), frozenset(), None)
    assert (rest.hold, rest.generation, rest.reason) == (HOLD, 4, "over"), "a hold outlives the rest"


def test_the_last_word_counts() -> None:
    held = with_word(replace(SWITCH, order=ORDER), HOLD)
    assert (held.hold, held.order) == (HOLD, None)
    ordered = with_word(held, ORDER)
    assert (ordered.hold, ordered.order) == (None, ORDER)
    assert with_word(ordered, None) == ordered
    assert with_word(held, replace(HOLD, reason="another")).hold == replace(HOLD, reason="another")


def test_what_is_worth_an_entry() -> None:
    on = replace(SWITCH, phase=Phase.ON)
    assert not moved(on, replace(on, reason="else", held=frozenset({"a"})))
    assert moved(on, replace(on, phase=Phase.OFF))
    assert moved(on, replace(on, generation=5))


MINUTE, SOON = timedelta(seconds=50), timedelta(minutes=5)
END = at("2026-11-23T00:00:00+00:00")
LOOKS = [
    # phase, hold, held targets, due
    (Phase.DUE, None, "", NOW + MINUTE),
    (Phase.ON, None, "a", NOW + MINUTE),
    (Phase.ON, HOLD, "", NOW + MINUTE),
    (Phase.RELEASING, HOLD, "a", NOW + MINUTE),
    (Phase.REFUSED, None, "", NOW + SOON),
    (Phase.REFUSED, None, "a", NOW + MINUTE),
    (Phase.OFF, None, "", None),
    (Phase.OFF, HOLD, "", None),
    (Phase.HELD, HOLD, "", END),
    (Phase.HELD, replace(HOLD, until=LATER), "", LATER),
    (Phase.HELD, replace(HOLD, until=END + MINUTE), "", END),
    (Phase.HELD, replace(HOLD, extend_usd=Decimal(5)), "", NOW + MINUTE),
    (Phase.HELD, replace(HOLD, extend_usd=Decimal(5), until=LATER), "", NOW + MINUTE),
]


@pytest.mark.parametrize(("phase", "hold", "held", "due"), LOOKS)
def test_when_somebody_should_look_again(phase: Phase, hold: Hold | None, held: str, due: datetime | None) -> None:
    assert due_at(replace(SWITCH, phase=phase, hold=hold, held=frozenset(held)), NOW) == due


def test_what_a_correction_took_below_its_limit_is_looked_at_until_its_period_ends() -> None:
    """Its alert was raised, so nothing else would say that the counter is over the limit again."""
    assert due_at(replace(SWITCH, phase=Phase.OFF), NOW, fell=True) == NOW + MINUTE


def test_what_is_held_off_for_good_needs_no_look() -> None:
    total = Switch(ref(staging(10, period=Period.TOTAL)), Level.THROTTLE, Phase.HELD, hold=HOLD)
    assert due_at(total, NOW) is None
