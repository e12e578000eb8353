"""One look at one switch: what is stored before it acts, and what people are told of it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from spendplane.adapters.memory.fleet import VANISHING
from spendplane.application.ports import BusyError
from spendplane.domain.switches import Level, Phase
from tests.support.builders import ref
from tests.support.crashing import AFTER, Crash, Tripwire
from tests.support.fleets import PROJECT, target
from tests.support.switch_stories import AGENT, CHAT, DAILY, SWITCH, kinds, over_limit, turned_down


def test_a_word_is_stored_before_anything_follows_from_it() -> None:
    """The process dies right after that: the next round heeds the word."""
    day = turned_down()
    day.at("09:10")
    wire = Tripwire(3, AFTER)
    with pytest.raises(Crash):
        day.world.process(wire.wrap).orders()(
            {"command": "release", "budget_id": "staging", "by": "ann", "reason": "why"}, day.world.now
        )
    assert wire.calls[2:] == ["switches.lease", "switches.note"]
    day.rounds(2).expect_up()
    assert kinds(day.audit(SWITCH))[3:] == ["hold", "release", "restoring", "results"]


def test_a_word_has_its_speaker_also_below_the_limit() -> None:
    day = over_limit(usd="5")
    day.engage("staging")
    day.expect_down(AGENT)
    day.release("staging")
    day.expect_up()
    told = day.expect_told("staging engaged: agent throttled", "staging released: agent restored")
    assert [item.machine["by"] for item in told] == ["ann", "ann"]


def test_the_decision_is_stored_before_anything_is_touched() -> None:
    day = over_limit()
    seen: list[Any] = []
    stores = day.world.place.connect()

    def hear(call: str, _: object) -> None:
        if call == "throttle":
            switch = stores.switches.get(ref(DAILY, day.world.now), Level.THROTTLE)
            assert switch is not None
            seen.append(
                (switch.phase, switch.held, kinds(day.audit(SWITCH)), stores.switches.standings(PROJECT, day.world.now))
            )

    day.world.fleet.before_call = hear
    day.kill_switch()
    ((phase, held, audit, standings),) = seen
    assert (phase, held) == (Phase.ON, {AGENT.key})
    assert audit == ["engage", "undo stored"]
    assert [item.switch_id for item in standings] == [SWITCH], "who serves models is asked first"


def test_a_target_that_somebody_deletes_and_makes_anew_is_told_of_again() -> None:
    day = turned_down()
    day.add(other := target("other"), reserved=1)
    day.round(1).delete(AGENT).round(1)
    day.expect_told(
        "staging 80", "staging 100", "staging engaged: agent throttled", "staging engaged: other throttled",
        "staging released: agent left",
    )  # fmt: skip
    day.add(AGENT, reserved=2)
    day.round(1).expect_down(AGENT, other)
    day.expect_told("staging engaged: agent throttled")


def test_a_round_searches_once_and_twice_only_for_what_is_nowhere_to_be_found() -> None:
    day = turned_down()
    day.add(CHAT, instances=3)
    day.round(1)

    def searches() -> int:
        day.world.now += timedelta(minutes=1)
        wire = Tripwire()
        day.world.process(wire.wrap).orders()({"command": "reconcile"}, day.world.now)
        return wire.calls.count("fleet.find")

    assert searches() == 1, "what throttling deletes need not be found"
    day.tag(AGENT, project="another")
    assert searches() == 2
    assert searches() == 1
    day.expect_down(CHAT)


def test_another_reason_for_a_refusal_is_told_again() -> None:
    day = over_limit()
    day.delete(AGENT).kill_switch()
    day.expect_told("staging 80", "staging 100", "staging refused (refuse)")
    for number in range(21):
        day.add(target(f"w-{number:02}"), reserved=1)
    day.rounds(6)
    (told,) = day.expect_told(
        "staging refused (refuse): " + ", ".join(f"w-{number:02} planned" for number in range(21))
    )
    assert "21 targets are more than the 20" in told.text
    for number in range(2):
        day.delete(target(f"w-{number:02}"))
    day.rounds(6)
    assert day.expect_alerts("staging engaged: " + ", ".join(f"w-{number:02} throttled" for number in range(2, 21)))


def test_what_cannot_be_turned_down_is_said_also_of_one_that_came_later() -> None:
    day = turned_down()
    day.expect_told("staging 80", "staging 100", "staging engaged: agent throttled")
    late = day.add(target("late"), reserved=1)
    day.iam_refuses("observe", of=late).rounds(3)
    day.expect_told("staging refused (failed): late failed")
    day.iam_refuses().round(1).expect_down(AGENT, late)
    day.expect_told("staging engaged: late throttled")


def test_a_target_is_told_of_once_also_when_it_went_and_came_back_into_the_selection() -> None:
    """Retagged while its way back was busy: it never came up, so there is nothing new to say."""
    day = turned_down()
    day.add(other := target("other"), reserved=1)
    day.round(1)
    day.expect_told("staging 80", "staging 100", "staging engaged: agent throttled", "staging engaged: other throttled")
    day.tag(AGENT, environment="test")
    day.is_busy("restore", minutes=2).round(1)
    day.tag(AGENT, environment="staging")
    day.rounds(3).expect_down(AGENT, other)
    day.expect_quiet()


def test_a_busy_bus_delays_the_word_and_not_the_action() -> None:
    day = over_limit()
    day.expect_told("staging 80", "staging 100")
    day.break_bus()
    day.round(2).expect_down(AGENT)
    day.expect_quiet()
    assert day.release("staging")["figures"]["TargetsRestored"] == 1, "a person is told what was done"
    day.expect_up()
    day.mend_bus()
    day.at("09:05").sweep()
    day.expect_told("staging engaged: agent throttled", "staging released: agent restored")


def test_a_kind_that_is_not_known_any_more_stops_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    day = over_limit()
    day.add(CHAT, instances=3)
    day.kill_switch()
    day.expect_told("staging 80", "staging 100", "staging engaged: agent throttled, chat throttled")
    actuator = day.world.fleet.actuator

    def known(kind: str) -> Any:
        if kind == VANISHING:
            raise KeyError(kind)
        return actuator(kind)

    monkeypatch.setattr(day.world.fleet, "actuator", known)
    day.add(other := target("other"), reserved=1)
    day.rounds(2).expect_down(AGENT, CHAT, other)
    (told,) = day.expect_told("staging engaged: other throttled, chat failed")
    assert "this release knows no vanishing; see to it by hand" in told.text
    monkeypatch.undo()
    day.release("staging")
    day.expect_up()


def test_a_busy_store_gives_the_lease_back() -> None:
    day = over_limit()
    wire = Tripwire(day_calls().index("ledger.counters"), "busy")
    event = day.world.bus.published[-1]
    with pytest.raises(BusyError):
        day.world.process(wire.wrap).orders()({"detail-type": event.detail_type, "detail": event.detail}, day.world.now)
    assert day.world.place.connect().switches.lease(
        ref(DAILY, day.world.now), Level.THROTTLE, day.world.now, day.world.now + timedelta(seconds=1)
    )  # fmt: skip


def day_calls() -> list[str]:
    day, wire = over_limit(), Tripwire()
    event = day.world.bus.published[-1]
    day.world.process(wire.wrap).orders()({"detail-type": event.detail_type, "detail": event.detail}, day.world.now)
    return wire.calls


def test_a_hot_budget_is_read_from_all_of_its_shards() -> None:
    day = over_limit(replace(DAILY, shards=8), usd="1")
    for _ in range(8):
        day.spend("1")
    day.kill_switch().expect_up()
    day.spend("1")
    day.kill_switch().expect_down(AGENT)
