"""What the enforce function is asked, and what it answers."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from spendplane.application.ports import BusyError
from spendplane.application.switching.orders import briefly
from spendplane.domain.periods import Period
from spendplane.domain.switches import Level, Phase
from tests.support.builders import at, envelope, ref
from tests.support.crashing import BUSY, Tripwire
from tests.support.fleets import staging, target
from tests.support.switch_timeline import SwitchTimeline
from tests.support.world import World

DAILY = staging(10, period=Period.DAILY)
AGENT = target("agent")
WORD = {"budget_id": "staging", "by": "ann", "reason": "the demo"}


@pytest.fixture
def day() -> SwitchTimeline:
    """The budget is over; the kill switch has not heard of it."""
    made = SwitchTimeline(World(now=at("2026-11-22T09:00:00+00:00")))
    made.deploy(DAILY)
    made.add(AGENT, reserved=10)
    made.spend("12")
    return made


def crossed(day: SwitchTimeline, **changes: Any) -> dict[str, Any]:
    said = day.world.bus.published[-1]
    return envelope({**said.detail, **changes}, said.detail_type, "spendplane")


def test_a_crossing_comes_to_an_answer_with_figures(day: SwitchTimeline) -> None:
    answer = day.world.order(**crossed(day))
    (switch,) = answer["switches"]
    assert answer["ok"] is True
    assert answer["figures"] == {"TargetsThrottled": 1, "TargetsRestored": 0, "TargetsFailed": 0, "TargetsEscalated": 0}
    assert (switch["switch_id"], switch["level"]) == ("throttle/staging/d2026-11-22", "throttle")
    assert (switch["phase"], switch["on"], switch["reason"]) == ("on", True, "$12.00 of $10.00 (120.0 %)")
    assert [item["name"] for item in switch["plan"]["targets"]] == ["agent"]
    assert [(item["name"], item["status"], item["before"]) for item in switch["targets"]] == [
        ("agent", "throttled", {"reserved": 10})
    ]
    assert json.loads(json.dumps(answer)) == answer
    assert briefly(answer) == {"switches": ["throttle/staging/d2026-11-22 on"], **answer["figures"]}


@pytest.mark.parametrize("change", [{"late": True}, {"budget_id": "another"}, {"severity": "soft"}], ids=str)
def test_a_crossing_that_sets_nothing_off(day: SwitchTimeline, change: dict[str, Any]) -> None:
    assert day.world.order(**crossed(day, **change))["switches"] == []
    assert day.world.fleet.calls == []


def test_only_the_counters_name_is_believed(day: SwitchTimeline) -> None:
    """Spend, limits and mode of an event come to nothing: all else is read from the table."""
    forged = crossed(day, spent_usd="1000000", mode="enforce", match={}, key=None, period_start="2026-11-21T00:00:00Z")
    assert day.world.order(**forged)["switches"] == [], "yesterday is over"
    day.deploy(staging(100, period=Period.DAILY))
    (switch,) = day.world.order(**crossed(day, spent_usd="1000000", limit="1"))["switches"]
    assert (switch["phase"], switch["reason"]) == ("off", "below 100 % of the limit: $12.00 of $100.00 (12.0 %)")
    assert day.world.fleet.calls == []


def test_a_round_answers_for_every_switch_that_was_due(day: SwitchTimeline) -> None:
    assert day.world.round() == {
        "ok": True, "switches": [],
        "figures": {"TargetsThrottled": 0, "TargetsRestored": 0, "TargetsFailed": 0, "TargetsEscalated": 0},
    }  # fmt: skip
    day.at("09:02")
    assert [item["phase"] for item in day.world.round()["switches"]] == ["on"]


def test_a_plan_is_answered_without_touching_anything(day: SwitchTimeline) -> None:
    answer = day.world.order(command="plan", budget_id="staging")
    plan = answer.pop("plan")
    assert answer == {
        "ok": True, "switch_id": "throttle/staging/d2026-11-22", "phase": "due", "on": True,
        "reason": "$12.00 of $10.00 (120.0 %)", "mode": "enforce",
    }  # fmt: skip
    assert (plan["verdict"], [item["name"] for item in plan["targets"]]) == ("throttle", ["agent"])
    assert day.world.fleet.calls == []


def test_an_order_and_a_release(day: SwitchTimeline) -> None:
    engaged = day.world.order(command="engage", **WORD, max_targets=3)
    assert [item["reason"] for item in engaged["switches"]] == ["engaged by ann: the demo"]
    word = {**WORD, "until": "2026-11-22T13:00:00+01:00", "extend_usd": "2.50"}
    released = day.world.order(command="release", **word)
    assert [item["phase"] for item in released["switches"]] == ["held"]
    assert "until 2026-11-22 12:00 UTC" in released["switches"][0]["reason"]
    assert released["figures"]["TargetsRestored"] == 1
    stored = day.world.place.connect().switches.get(ref(DAILY, day.world.now), Level.THROTTLE)
    assert stored is not None
    assert stored.hold is not None
    assert (stored.phase, stored.hold.until) == (Phase.HELD, datetime(2026, 11, 22, 12, tzinfo=UTC))
    assert f"{stored.hold.extend_usd:f}" == "2.50"


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "no budget": ({"command": "plan"}, "budget_id"),
    "no reason": ({"command": "engage", "budget_id": "staging", "by": "ann"}, "reason"),
    "an empty reason": ({"command": "release", **WORD, "reason": " "}, "reason"),
    "nobody": ({"command": "release", "budget_id": "staging", "reason": "x"}, "by"),
    "a line break in a name": ({"command": "release", **WORD, "by": "ann\nbob"}, "by"),
    "no target at most": ({"command": "engage", **WORD, "max_targets": 0}, "max_targets"),
    "too many targets at most": ({"command": "engage", **WORD, "max_targets": 1001}, "max_targets"),
    "a word for a number": ({"command": "engage", **WORD, "max_targets": "many"}, "max_targets"),
    "a time without an offset": ({"command": "release", **WORD, "until": "2026-11-22T12:00:00"}, "until"),
    "no time": ({"command": "release", **WORD, "until": "soon"}, "until"),
    "nothing granted": ({"command": "release", **WORD, "extend_usd": "0"}, "extend_usd"),
    "less than nothing granted": ({"command": "release", **WORD, "extend_usd": "-1"}, "extend_usd"),
    "too many decimals": ({"command": "release", **WORD, "extend_usd": "0.0000001"}, "extend_usd"),
    "no number of dollars": ({"command": "release", **WORD, "extend_usd": "NaN"}, "extend_usd"),
    "an unknown field": ({"command": "release", **WORD, "untl": "x"}, "untl"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_word_is_answered_readably(day: SwitchTimeline, name: str) -> None:
    event, place = BAD[name]
    answer = day.world.order(**event)
    assert answer["ok"] is False
    assert place in answer["error"]
    verb = event["command"] if event["command"] == "release" else f"kill {event['command']}"
    assert answer["mend"] == f"see spendplane {verb} --help"
    assert "pydantic" not in answer["error"]
    assert "\n" not in answer["error"]
    assert day.world.fleet.calls == []


def test_a_word_that_cannot_be_kept_is_answered_with_the_mend(day: SwitchTimeline) -> None:
    answer = day.world.order(command="engage", **{**WORD, "budget_id": "stagign"})
    assert answer == {"ok": False, "error": "no budget `stagign` is deployed", "mend": "choose one of: staging"}


def test_a_busy_table_is_answered_to_a_person_and_raised_to_a_machine(day: SwitchTimeline) -> None:
    for event in ({"command": "plan", "budget_id": "staging"}, {"command": "engage", **WORD}):
        answer = day.world.process(Tripwire(0, BUSY).wrap).orders()(event, day.world.now)
        assert answer == {
            "ok": False, "error": "definitions.current", "mend": "try again in a minute; nothing was lost",
        }  # fmt: skip
    for event in ({"command": "reconcile"}, crossed(day)):
        with pytest.raises(BusyError):
            day.world.process(Tripwire(0, BUSY).wrap).orders()(event, day.world.now)


UNREADABLE: dict[str, dict[str, Any]] = {
    "nothing": {},
    "an unknown command": {"command": "explode"},
    "a round with an extra": {"command": "reconcile", "budget_id": "staging"},
    "another event": {"detail-type": "Something Else", "detail": {}},
    "a crossing without a counter": {"detail-type": "Budget Threshold Crossed", "detail": {"budget_id": "staging"}},
    "a crossing without a detail": {"detail-type": "Budget Threshold Crossed"},
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_raises(day: SwitchTimeline, name: str) -> None:
    """Delivered again, and kept in the dead-letter queue in the end."""
    with pytest.raises((ValidationError, KeyError)):
        day.world.order(**UNREADABLE[name])


@pytest.mark.parametrize("change", [{"period": "fortnightly"}, {"period_start": "soon"}, {"severity": "mild"}], ids=str)
def test_a_crossing_of_nothing_we_know_raises(day: SwitchTimeline, change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        day.world.order(**crossed(day, **change))
