"""What the kill switch announces: bounded, exact, and under ids that tell occasions apart."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from spendplane.application.switching import switch_news
from spendplane.application.switching.hands import Outcome, Status
from spendplane.application.switching.looking import Look
from spendplane.contract.switch_events import MAX_TARGETS, MODELS, KillSwitchReleased
from spendplane.domain.plans import Plan, Refusal, Verdict
from spendplane.domain.switches import Hold, Level, Phase, Switch, want
from tests.support.builders import NOW, counter
from tests.support.fleets import staging, target

BUDGET = staging(10, owner="me")
SWITCH = Switch(counter(BUDGET).ref, Level.THROTTLE, Phase.ON, generation=2)
PLAN = Plan(Verdict.THROTTLE, "")


def look(usd: str = "12.000001", switch: Switch = SWITCH) -> Look:
    spent = counter(BUDGET, usd)
    return Look(BUDGET, spent, switch, want(BUDGET, spent, switch, NOW), NOW)


def down(name: str = "agent", **changes: Any) -> Outcome:
    return replace(Outcome(target(name), Status.THROTTLED, "reserved 10 -> 0", since=NOW), **changes)


def test_figures_are_exact_and_without_exponents() -> None:
    said = switch_news.engaged(look(), SWITCH, PLAN, [down()]).detail
    assert (said["spent_usd"], said["percent"]) == ("12.000001", "120.00")
    huge = switch_news.engaged(look("1E+11"), SWITCH, PLAN, [down()]).detail
    assert (huge["spent_usd"], huge["percent"]) == ("100000000000", "1000000000000.00")
    assert Decimal(said["spent_usd"]) == Decimal("12.000001")


def test_a_hostile_fleet_does_not_make_an_event_too_large() -> None:
    """EventBridge takes 256 KB."""
    odd = [target(f"f{number}-{'x' * 150}", environment="𝔘" * 256) for number in range(2_000)]
    refused = tuple(Refusal(item, f"its environment {item.tags['environment']!a} is protected") for item in odd)
    plan = replace(PLAN, refused=refused, notes=tuple(f"{item.label}: ended" for item in odd))
    said = switch_news.engaged(look(), SWITCH, plan, [down(detail="𝔘" * 9_999)] * 3)
    assert len(json.dumps(said.detail)) < 200_000
    assert len(said.detail["targets"]) == MAX_TARGETS
    assert said.detail["more_targets"] == 2_003 - MAX_TARGETS
    assert [line["status"] for line in said.detail["targets"][:4]] == ["throttled"] * 3 + ["refused"]


def test_an_id_names_the_fact_and_the_occasion() -> None:
    first = switch_news.engaged(look(), SWITCH, PLAN, [down("a"), down("b")])
    assert first.id.startswith("throttle/staging/m2026-11-01/g2/engaged/")
    later = replace(look("13"), now=NOW + timedelta(minutes=1))
    assert switch_news.engaged(later, SWITCH, PLAN, [down("b"), down("a")]).id == first.id, "the same fact, seen later"
    others = [
        switch_news.engaged(look(), SWITCH, PLAN, [down("a")]),
        switch_news.engaged(look(), replace(SWITCH, generation=3), PLAN, [down("a"), down("b")]),
        switch_news.engaged(look(), SWITCH, PLAN, [down("a"), down("b", since=NOW + timedelta(hours=1))]),
        switch_news.engaged(look(), SWITCH, PLAN, [down("a"), down("b", status=Status.FAILED)]),
        switch_news.in_vain(look(), SWITCH, "escalated", [down("a"), down("b")]),
        switch_news.stuck(look(), SWITCH, [down("a"), down("b")]),
        switch_news.released(look(), SWITCH, [down("a"), down("b")]),
    ]
    assert len({item.id for item in [first, *others]}) == 8


def test_a_refusal_for_another_reason_is_another_fact() -> None:
    def refused(reason: str, verdict: Verdict = Verdict.REFUSE) -> str:
        return switch_news.refused(look(), SWITCH, Plan(verdict, reason)).id

    assert refused("none") == refused("none")
    assert len({refused("none"), refused("too many"), refused("none", Verdict.OBSERVE)}) == 3


def test_a_release_that_holds_says_until_when() -> None:
    held = look(switch=replace(SWITCH, hold=Hold("ann", "why", NOW + timedelta(hours=1))))
    said = KillSwitchReleased.model_validate(switch_news.released(held, SWITCH, [down()]).detail)
    assert (said.held, said.held_until, said.by) == (True, NOW + timedelta(hours=1), "ann")
    forever = look(switch=replace(SWITCH, hold=Hold("ann", "why")))
    until = KillSwitchReleased.model_validate(switch_news.released(forever, SWITCH, [down()]).detail).held_until
    assert until == SWITCH.ref.window.end
    below = KillSwitchReleased.model_validate(switch_news.released(look("2"), SWITCH, [down()]).detail)
    assert (below.held, below.held_until, below.by) == (False, None, "spendplane")


@pytest.mark.parametrize("name", MODELS)
def test_an_event_has_no_field_that_is_not_in_its_contract(name: str) -> None:
    said = switch_news.released(look(), SWITCH, [down()]).detail
    with pytest.raises(ValidationError, match="extra"):
        MODELS[name].model_validate({**said, "verdict": "refuse", "extra": 1})
