"""What the audit keeps: every decision, every undo, every word, and nothing of a quiet round."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from spendplane.adapters.dynamodb.switch_items import audit_to_item
from spendplane.application.switching.switch_audit import MAX_LIST_BYTES, decision
from tests.support.builders import at, budget
from tests.support.fleets import PROJECT, target
from tests.support.switch_stories import AGENT, DAILY, SWITCH, kinds, over_limit, turned_down
from tests.support.switch_timeline import SwitchTimeline


def test_the_audit_of_a_day_has_every_decision_with_its_inputs_plan_undo_and_results() -> None:
    day = over_limit()
    day.add(target("odd", environment="qa"), reserved=1)
    day.kill_switch().at("10:00").release("staging", reason="the demo")
    audit = day.audit(SWITCH)
    assert kinds(audit) == ["engage", "undo stored", "results", "hold", "release", "restoring", "results"]
    assert [entry.at for entry in audit] == sorted(entry.at for entry in audit)
    decided, undo, results, word, leaving, restoring, back = (entry.detail for entry in audit)
    assert (decided["on"], decided["by"], decided["reason"]) == (True, "spendplane", "$12.00 of $10.00 (120.0 %)")
    assert (decided["generation"], decided["phase_before"]) == (1, "due")
    assert decided["counter"] == {"spent_usd": "12", "tokens": 1250, "requests": 1}
    assert decided["budget"] == {
        "id": "staging", "revision": 1, "mode": "enforce", "on_soft_limit": "notify", "on_hard_limit": "throttle",
        "match": {"project_id": [PROJECT], "environment": ["staging"]}, "per": None, "limit_usd": "10",
        "limit_tokens": None, "limit_requests": None,
    }  # fmt: skip
    assert {item["name"]: item["tags"]["environment"] for item in decided["found"]} == {"agent": "staging", "odd": "qa"}
    assert [item["name"] for item in decided["plan"]["targets"]] == ["agent"]
    assert decided["plan"]["refused"][0]["reason"].startswith("its environment 'qa' is protected or unknown")
    assert undo == {"target": AGENT.key, "before": {"reserved": 10}, "attempts": 0, "note": None}
    assert results["targets"] == [
        {"target": AGENT.key, "kind": AGENT.kind, "name": "agent", "status": "throttled", "detail": "reserved 10 -> 0",
         "before": {"reserved": 10}, "after": {"reserved": 0}},
    ]  # fmt: skip
    assert word == {
        "by": "ann", "reason": "the demo", "phase_before": "on", "until": None, "extend_usd": None
    }  # fmt: skip
    assert (leaving["on"], leaving["by"], leaving["releasing"]) == (False, "ann", [AGENT.key])
    assert restoring == {"target": AGENT.key, "to": {"reserved": 10}}
    assert (back["phase"], back["targets"][0]["status"]) == ("held", "restored")
    assert json.loads(json.dumps([entry.detail for entry in audit])) == [entry.detail for entry in audit]


QUIET: dict[str, Callable[[SwitchTimeline], object]] = {
    "on": lambda day: day.kill_switch(),
    "on, with one that was down already": lambda day: (day.add(target("zero"), reserved=0), day.kill_switch()),
    "on, with one that the search still finds": lambda day: (
        day.world.fleet.resources.setdefault("gone", target("gone")), day.kill_switch(),
    ),
    "on, with one that was given up": lambda day: (day.iam_refuses("throttle"), day.kill_switch(), day.rounds(5)),
    "refused": lambda day: (day.delete(AGENT), day.kill_switch()),
    "observing": lambda day: (day.deploy(replace(DAILY, mode="observe")), day.kill_switch()),
    "held": lambda day: (day.kill_switch(), day.release("staging")),
    "held by dollars": lambda day: (day.kill_switch(), day.release("staging", extend_usd="50")),
    "stuck on its way back": lambda day: (
        day.kill_switch(), day.iam_refuses("restore"), day.release("staging"), day.rounds(5)
    ),
    "off": lambda day: (day.kill_switch(), day.deploy(), day.round(1)),
    "over the cap": lambda day: (
        [day.add(target(f"w-{number}"), reserved=1) for number in range(25)], day.kill_switch(),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", QUIET)
def test_a_quiet_round_writes_nothing_into_the_audit_and_tells_nobody(name: str) -> None:
    day = over_limit()
    QUIET[name](day)
    told, audit = len(day.world.announced()), day.audit(SWITCH)
    day.rounds(12)
    assert day.audit(SWITCH) == audit
    assert len(day.world.announced()) == told
    assert audit != []


def test_a_persons_word_is_kept_whatever_follows_from_it() -> None:
    day = turned_down()
    day.at("09:01").engage("staging", max_targets=3)
    day.at("09:02").release("staging")
    day.at("09:03").release("staging", until=at("2026-11-22T12:00:00+00:00"), extend_usd="5.5")
    day.at("09:04").engage("staging")
    audit = day.audit(SWITCH)
    words = [(entry.at.minute, entry.kind, entry.detail["by"]) for entry in audit if entry.kind in {"order", "hold"}]
    assert words == [(1, "order", "ann"), (2, "hold", "ann"), (3, "hold", "ann"), (4, "order", "ann")]
    orders = [entry.detail for entry in audit if entry.kind == "order"]
    assert [item["max_targets"] for item in orders] == [3, None]
    holds = [(item.detail["until"], item.detail["extend_usd"]) for item in audit if item.kind == "hold"]
    assert holds == [(None, None), ("2026-11-22T12:00:00+00:00", "5.5")]


def test_thousands_of_resources_fit_into_the_audit() -> None:
    day = over_limit(budget("all", 10, mode="enforce"))
    for number in range(3_000):
        tags = {f"tag-{index}": "𝔘" * 256 for index in range(3)} if number % 100 == 0 else {}
        day.world.fleet.add(target(f"live-{number}", environment="production", **tags), reserved=1)
    day.kill_switch()
    audit = day.audit("throttle/all/m2026-11-01")
    assert kinds(audit) == ["engage", "undo stored", "results"]
    found = audit[0].detail
    assert len(found["found"]) + found["found_more"] == 3_001
    assert len(found["plan"]["refused"]) + found["plan"]["refused_more"] == 3_000
    assert [item["name"] for item in found["plan"]["targets"]] == ["agent"]
    assert len(json.dumps(found["found"])) <= MAX_LIST_BYTES
    assert all(len(json.dumps(audit_to_item(entry))) < 390_000 for entry in audit)


def test_a_decision_without_a_budget_or_plan_can_be_kept() -> None:
    day = turned_down()
    day.deploy().round(1)
    entry = day.audit(SWITCH)[-3]
    assert (entry.kind, entry.detail["budget"], entry.detail["releasing"]) == ("release", None, [AGENT.key])
    assert decision.__doc__
