"""The kill switch's use cases: a crossing, a round, a person's word."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from spendplane.application.ports import BusyError
from spendplane.application.ports.fleet import RefusedError
from spendplane.application.switching.enforce import Enforce
from spendplane.application.switching.words import WordError
from spendplane.domain.periods import Period
from spendplane.domain.switches import Hold, Level, Order, Phase, Switch
from tests.support.builders import NOW, at, budget, ref
from tests.support.fleets import PROJECT, ROLE, staging, target
from tests.support.switch_timeline import SwitchTimeline
from tests.support.world import World

DAILY = staging(10, period=Period.DAILY)
PER_USER = staging(5, "per-user", per="user_id")
AGENT = target("agent")
ORDER, HOLD = Order("ann", "looks wrong"), Hold("ann", "the demo")


@pytest.fixture
def day() -> SwitchTimeline:
    """The daily budget is over, and so is ann's; the kill switch has not heard of it."""
    made = SwitchTimeline(World(now=at("2026-11-22T09:00:00+00:00")))
    made.deploy(DAILY, PER_USER, staging(None, "tracked", match={"team": "growth"}))
    made.add(AGENT, reserved=10)
    made.add(target("shared", ROLE), allowed=1)
    made.spend("12", user_id="ann")
    return made


def enforce(day: SwitchTimeline) -> Enforce:
    return day.world.process().orders().enforce


def stored(day: SwitchTimeline) -> list[Switch]:
    switches = day.world.place.connect().switches
    return [item for name in ("staging", "per-user") for item in switches.of_budget(name)]


def test_a_crossing_is_only_a_reason_to_look(day: SwitchTimeline) -> None:
    """A forged one: the counter is not over, or the budget does not act, or there is no such budget."""
    use, now = enforce(day), day.world.now
    tomorrow = ref(DAILY, now + timedelta(days=1))
    (settled,) = use.crossed(tomorrow, hard=True, now=now)
    assert (settled.switch.phase, settled.wanted.on) == (Phase.OFF, False)
    for of, hard in ((budget("unknown"), True), (DAILY, False)):
        assert use.crossed(ref(of, now), hard=hard, now=now) == []
    day.deploy(replace(DAILY, on_hard_limit="notify"))
    assert use.crossed(ref(DAILY, now), hard=True, now=now) == []
    assert day.world.fleet.calls == []
    assert day.world.place.connect().switches.get(ref(DAILY, now), Level.DEGRADE) is None


def test_a_crossing_of_a_closed_period_is_not_even_looked_at(day: SwitchTimeline) -> None:
    of = ref(DAILY, day.world.now)
    day.at("2026-11-23 00:00")
    assert enforce(day).crossed(of, hard=True, now=day.world.now) == []
    assert enforce(day).crossed(of, hard=True, now=day.world.now - timedelta(microseconds=1)) != []


def test_a_crossing_that_meets_somebody_else_is_left_to_them(day: SwitchTimeline) -> None:
    of, now = ref(DAILY, day.world.now), day.world.now
    day.world.place.connect().switches.lease(of, Level.THROTTLE, now, now + timedelta(seconds=75))
    assert enforce(day).crossed(of, hard=True, now=now) == []
    day.rounds(2).expect_down(AGENT, replace(target("shared", ROLE), scope="ann"), target("shared", ROLE))


def test_a_round_goes_on_after_a_failure_and_raises_in_the_end(
    day: SwitchTimeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = day.world.fleet.find

    def broken(tags: Any) -> Any:
        if day.world.fleet.calls == []:
            raise RefusedError("no permission to search")
        return find(tags)

    day.world.now += timedelta(minutes=2)
    monkeypatch.setattr(day.world.fleet, "find", broken)
    day.world.fleet.calls.clear()
    with pytest.raises(ExceptionGroup, match="2 switches could not be settled") as caught:
        enforce(day).reconcile(day.world.now)
    assert {str(error) for error in caught.value.exceptions} == {"no permission to search"}
    day.world.fleet.calls.append(("observe", "x"))
    day.rounds(2).expect_down(AGENT, replace(target("shared", ROLE), scope="ann"), target("shared", ROLE))


def test_what_is_busy_stays_due(day: SwitchTimeline, monkeypatch: pytest.MonkeyPatch) -> None:
    find = day.world.fleet.find

    def busy(tags: Any) -> Any:
        if "project" in tags and len(stored(day)) and not day.world.fleet.calls:
            day.world.fleet.calls.append(("observe", "once"))
            raise BusyError("throttled")
        return find(tags)

    day.world.now += timedelta(minutes=2)
    monkeypatch.setattr(day.world.fleet, "find", busy)
    settled = enforce(day).reconcile(day.world.now)
    assert len(settled) == 1, "one was busy, the other was settled"
    assert len(enforce(day).reconcile(day.world.now + timedelta(seconds=50))) == 2


def test_a_plan_changes_nothing(day: SwitchTimeline) -> None:
    before = stored(day)
    look, plan = enforce(day).plan("staging", None, day.world.now)
    assert (look.wanted.on, [item.name for item in plan.wanted]) == (True, ["shared", "agent"])
    look, plan = enforce(day).plan("per-user", "ben", day.world.now)
    assert (look.wanted.on, [item.key[-3:] for item in plan.wanted]) == (False, ["ben"])
    assert look.wanted.reason == "below 100 % of the limit: $0.00 of $5.00 (0.0 %)"
    assert stored(day) == before
    assert day.world.fleet.calls == []
    assert day.audit(look.switch.id) == []


def test_an_order_is_heeded_below_the_limit_and_until_the_period_ends(day: SwitchTimeline) -> None:
    day.deploy(staging(100, period=Period.DAILY))
    settled = enforce(day).engage("staging", None, ORDER, day.world.now)
    assert (settled.switch.phase, settled.switch.order) == (Phase.ON, ORDER)
    assert settled.switch.reason == "engaged by ann: looks wrong"
    day.at("23:59").round().expect_down(AGENT, target("shared", ROLE))
    day.at("2026-11-23 00:00").round().expect_up()
    switch = stored(day)[0]
    assert (switch.phase, switch.order) == (Phase.OFF, None)


def test_an_order_ends_a_hold_and_a_hold_an_order(day: SwitchTimeline) -> None:
    use, now = enforce(day), day.world.now
    (settled,) = use.release("staging", None, HOLD, now)
    assert (settled.switch.phase, settled.switch.hold) == (Phase.HELD, HOLD)
    ordered = use.engage("staging", None, ORDER, now).switch
    assert (ordered.phase, ordered.hold, ordered.order) == (Phase.ON, None, ORDER)
    (settled,) = use.release("staging", None, HOLD, now)
    assert (settled.switch.phase, settled.switch.hold, settled.switch.order) == (Phase.HELD, HOLD, None)


def test_a_release_concerns_both_levels(day: SwitchTimeline) -> None:
    degrading = replace(DAILY, on_soft_limit="degrade")
    day.deploy(degrading)
    day.sweep()
    day.kill_switch().rounds(1)
    phases = {
        item.switch.level: item.switch.phase for item in enforce(day).release("staging", None, HOLD, day.world.now)
    }
    assert phases == {Level.THROTTLE: Phase.HELD, Level.DEGRADE: Phase.HELD}
    assert day.world.place.connect().switches.standings(PROJECT, day.world.now) == []


def words(error: pytest.ExceptionInfo[WordError]) -> tuple[str, str]:
    return error.value.what, error.value.mend


UNKNOWN = ("no budget `stagign` is deployed", "choose one of: per-user, staging, tracked")
KEYLESS = ("`staging` has one counter, no --key", "leave --key out")
KEYED = ("`per-user` has a counter per user_id", "name one with --key; now on: none")


@pytest.mark.parametrize(
    ("budget_id", "key", "said"), [("stagign", None, UNKNOWN), ("staging", "ann", KEYLESS), ("per-user", None, KEYED)]
)
def test_what_is_named_wrongly_is_said_with_the_mend(
    day: SwitchTimeline, budget_id: str, key: str | None, said: tuple[str, str]
) -> None:
    use, now = enforce(day), day.world.now
    for act in (
        lambda: use.plan(budget_id, key, now),
        lambda: use.engage(budget_id, key, ORDER, now),
        lambda: use.release(budget_id, key, HOLD, now),
    ):
        with pytest.raises(WordError) as caught:
            act()
        assert words(caught) == said
    assert day.world.fleet.calls == []


def test_the_keys_that_are_on_are_named(day: SwitchTimeline) -> None:
    day.spend("6", user_id="ben")
    day.kill_switch()
    with pytest.raises(WordError) as caught:
        enforce(day).release("per-user", None, HOLD, day.world.now)
    assert caught.value.mend == "name one with --key; now on: ann, ben"


def test_the_keys_of_another_period_are_not_named(day: SwitchTimeline) -> None:
    day.kill_switch().at("2026-12-01 00:00")
    with pytest.raises(WordError) as caught:
        enforce(day).release("per-user", None, HOLD, day.world.now)
    assert caught.value.mend == "name one with --key; now on: none"


def test_a_round_takes_so_many_and_the_next_one_the_rest(day: SwitchTimeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spendplane.application.switching.enforce.MAX_SWITCHES", 1)
    day.world.now += timedelta(minutes=2)
    rounds = [[item.switch.ref.budget_id for item in enforce(day).reconcile(day.world.now)] for _ in range(3)]
    assert sorted(rounds) == [[], ["per-user"], ["staging"]]


def test_without_budgets_there_is_none_to_choose() -> None:
    empty = SwitchTimeline(World())
    with pytest.raises(WordError) as caught:
        enforce(empty).plan("staging", None, NOW)
    assert caught.value.mend == "choose one of: none is deployed"


@pytest.mark.parametrize(
    ("budget_id", "hold", "said"),
    [
        ("staging", replace(HOLD, until=at("2026-11-22T09:00:00+00:00")),
         ("--until 2026-11-22 09:00 UTC is over", "name a moment to come")),
        ("tracked", replace(HOLD, extend_usd=Decimal(5)),
         ("`tracked` has no limit in dollars, so --extend changes nothing",
          "release it without --extend, or raise its limit in budgets.yaml")),
        ("staging", replace(HOLD, extend_usd=Decimal(0)),
         ("--extend 0 grants nothing", "name the dollars that may be spent beyond the limit")),
        ("staging", replace(HOLD, extend_usd=Decimal(-5)),
         ("--extend -5 grants nothing", "name the dollars that may be spent beyond the limit")),
    ],
)  # fmt: skip
def test_a_release_that_would_release_nothing_is_refused(
    day: SwitchTimeline, budget_id: str, hold: Hold, said: tuple[str, str]
) -> None:
    with pytest.raises(WordError) as caught:
        enforce(day).release(budget_id, None, hold, day.world.now)
    assert words(caught) == said
    assert all(item.hold is None for item in stored(day))


def test_a_person_waits_for_the_round_and_is_told_when_it_takes_too_long(day: SwitchTimeline) -> None:
    switches, of, now = day.world.place.connect().switches, ref(DAILY, day.world.now), day.world.now
    leased = switches.lease(of, Level.THROTTLE, now, now + timedelta(seconds=75))
    assert leased is not None
    with pytest.raises(BusyError, match="another run of the kill switch is at this budget just now"):
        enforce(day).release("staging", None, HOLD, now)
    tries: list[float] = []

    def until_the_third(_: float) -> None:
        tries.append(0)
        if len(tries) == 3:
            switches.give_back(leased, now)

    use = replace(enforce(day), retry=replace(enforce(day).retry, sleep=until_the_third))
    (settled,) = use.release("staging", None, HOLD, now)
    assert settled.switch.phase is Phase.HELD
