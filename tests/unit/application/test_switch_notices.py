"""What people read of the kill switch: golden texts, and that every notice says what to do."""

import json
import os
import shlex
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from spendplane.application.ports import Announcement, Message
from spendplane.application.switching import switch_news
from spendplane.application.switching.hands import Outcome, Status
from spendplane.application.switching.looking import Look
from spendplane.application.telling.notices import message_of
from spendplane.contract.switch_events import MAX_TARGETS, MODELS
from spendplane.domain.counters import Counter
from spendplane.domain.idle_policy import IdlePolicy, ref_of
from spendplane.domain.plans import Plan, Refusal, Verdict
from spendplane.domain.switches import Hold, Level, Phase, Switch, Wanted, want
from spendplane.domain.targets import Target
from tests.support.builders import NOW, budget, counter
from tests.unit.application.test_notices import check_channels

GOLDEN = Path(__file__).parent / "golden"
ARN = "arn:aws:lambda:us-east-1:123456789012:function:"
STAGING = budget(
    "marketing-gen-staging", 500, match={"project_id": "marketing-gen-v1", "environment": "staging"},
    owner="marketing@example.com", mode="enforce", on_soft_limit="degrade",
)  # fmt: skip


def target(name: str, kind: str = "lambda-function", environment: str | None = "staging") -> Target:
    tags = {"project": "marketing-gen-v1"} | ({"environment": environment} if environment else {})
    return Target(kind, f"{ARN}{name}", name, tags)


AGENT, ENDPOINT = target("agent"), target("summaries", "sagemaker-endpoint")
LOST = Refusal(target("untagged", environment=None), "it has no tag `environment`")
PLAN = Plan(Verdict.THROTTLE, "", (AGENT, ENDPOINT), (LOST,), ("lambda-function agent: `spendplane:exempt` ended",))
DOWN = (
    Outcome(AGENT, Status.THROTTLED, "reserved concurrency 10 -> 0"),
    Outcome(ENDPOINT, Status.THROTTLED, "deleted, its configuration summaries-v3 is kept"),
)


def look(of: Switch, usd: str = "612.345", **hold: object) -> Look:
    held = replace(of, hold=Hold("arn:aws:iam::123456789012:user/ann", "demo at nine", **hold)) if hold else of  # type: ignore[arg-type]
    spent = counter(STAGING, usd)
    return Look(STAGING, spent, held, want(STAGING, spent, held, NOW), NOW)


def switch(level: Level = Level.THROTTLE, phase: Phase = Phase.ON) -> Switch:
    return Switch(counter(STAGING).ref, level, phase, generation=1)


def engaged(*outcomes: Outcome) -> Announcement:
    return switch_news.engaged(look(switch(phase=Phase.DUE)), switch(), PLAN, outcomes)


def refused(verdict: Verdict, reason: str) -> Announcement:
    plan = replace(PLAN, verdict=verdict, reason=reason)
    return switch_news.refused(look(switch()), switch(), plan)


FAILED = Outcome(ENDPOINT, Status.FAILED, "AccessDenied on sagemaker:DeleteEndpoint")
GIVEN_UP = Outcome(AGENT, Status.ESCALATED, "turned back on by somebody else, 3 times; it is left to a person")
STUCK = Outcome(ENDPOINT, Status.ESCALATED, "the configuration summaries-v3 is gone: create it again (3 times by now)")
BACK = (Outcome(AGENT, Status.RESTORED, "as it was"), Outcome(ENDPOINT, Status.LEFT, "it is not there any more"))
CASES: dict[str, Callable[[], Announcement]] = {
    "engaged": lambda: engaged(*DOWN),
    "engaged-in-part": lambda: engaged(DOWN[0], FAILED),
    "observed": lambda: refused(Verdict.OBSERVE, "the budget's mode is observe: nothing is touched"),
    "refused": lambda: refused(Verdict.REFUSE, "34 targets are more than the 20 that may be throttled at once"),
    "failed": lambda: switch_news.in_vain(look(switch()), switch(), "failed", [FAILED]),
    "escalated": lambda: switch_news.in_vain(look(switch()), switch(), "escalated", [GIVEN_UP]),
    "stuck": lambda: switch_news.stuck(look(switch(phase=Phase.RELEASING), "12"), switch(), [STUCK]),
    "released": lambda: switch_news.released(look(switch(), until=NOW + timedelta(hours=8)), switch(), BACK),
    "released-below": lambda: switch_news.released(look(switch(), "12"), switch(), BACK[:1]),
    "degrade": lambda: switch_news.degrade(look(switch(Level.DEGRADE)), switch(Level.DEGRADE), on=True),
    "degrade-ended": lambda: switch_news.degrade(look(switch(Level.DEGRADE), "12"), switch(Level.DEGRADE), on=False),
}


IDLE_SWITCH = Switch(ref_of("endpoint/summaries"), Level.IDLE, Phase.ON, generation=1)


def idle_look(**hold: object) -> Look:
    held = replace(IDLE_SWITCH, hold=Hold("ann", "needed", **hold)) if hold else IDLE_SWITCH  # type: ignore[arg-type]
    policy = IdlePolicy(timedelta(hours=48), timedelta(hours=24), timedelta(hours=24), "enforce")
    reason = "no call for 48 hours or longer, and its instances run"
    wanted = Wanted(on=not hold, reason=reason, held=bool(hold))
    return Look(policy.budget(ENDPOINT.tags), Counter(IDLE_SWITCH.ref), held, wanted, NOW)


IDLE_PLAN = Plan(Verdict.THROTTLE, "", (ENDPOINT,))
TOO_MANY = Plan(Verdict.REFUSE, "34 idle at once are more than the 20 that may be taken down", (AGENT, ENDPOINT))
OBSERVED = Plan(Verdict.OBSERVE, "the budget's mode is observe: nothing is touched", (ENDPOINT,))
SOON = replace(IDLE_SWITCH, phase=Phase.ANNOUNCED, starts_at=NOW + timedelta(hours=24))
IDLE_CASES: dict[str, Callable[[], Announcement]] = {
    "idle-announced": lambda: switch_news.announced(idle_look(), SOON, IDLE_PLAN),
    "idle-taken-down": lambda: switch_news.engaged(idle_look(), IDLE_SWITCH, IDLE_PLAN, DOWN[1:]),
    "idle-observed": lambda: switch_news.refused(idle_look(), IDLE_SWITCH, OBSERVED),
    "idle-too-many": lambda: switch_news.refused(
        replace(idle_look(), counter=Counter(ref_of(None))), Switch(ref_of(None), Level.IDLE), TOO_MANY
    ),
    "idle-failed": lambda: switch_news.in_vain(idle_look(), IDLE_SWITCH, "failed", [FAILED]),
    "idle-escalated": lambda: switch_news.in_vain(idle_look(), IDLE_SWITCH, "escalated", [GIVEN_UP]),
    "idle-stuck": lambda: switch_news.stuck(idle_look(), IDLE_SWITCH, [STUCK]),
    "idle-released": lambda: switch_news.released(idle_look(until=NOW + timedelta(hours=8)), IDLE_SWITCH, BACK[:1]),
}
CASES |= IDLE_CASES


def message(name: str) -> Message:
    return message_of(CASES[name]())


@pytest.mark.parametrize("name", CASES)
def test_golden_texts(name: str) -> None:
    """`GOLDEN=write pytest …` writes them anew; then read the difference."""
    told = message(name)
    text = f"Subject: {told.subject}\n\n{told.text}\n--- SMS\n{told.sms}\n\n--- chat\n"
    text += json.dumps(told.chat, indent=1, ensure_ascii=False) + "\n"
    path = GOLDEN / f"switch-{name}.txt"
    if os.environ.get("GOLDEN") == "write":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CASES)
def test_every_notice_leads_on(name: str) -> None:
    told = message(name)
    assert "Runbook     docs/runbook.md#" in told.text
    check_channels(told)
    if name in IDLE_CASES:
        assert "spendplane kill show idle/" in told.text or "See more    spendplane idle" in told.text
        return
    assert "spendplane kill show throttle/" in told.text or "spendplane kill show degrade/" in told.text
    assert "$612.3" in told.text or "$12.00" in told.text, "how much"


@pytest.mark.parametrize("name", ["engaged", "engaged-in-part", "escalated", "degrade"])
def test_what_is_turned_down_can_be_given_back_by_the_command_in_the_notice(name: str) -> None:
    told = message(name)
    command = "spendplane release marketing-gen-staging --reason"
    assert command in told.text
    assert command in told.sms
    assert any(command in step for step in told.chat["content"]["nextSteps"])


def test_every_event_of_the_switch_has_a_case() -> None:
    assert {case().detail_type for case in CASES.values()} == set(MODELS)


@pytest.mark.parametrize("name", CASES)
def test_the_event_is_as_its_contract_says(name: str) -> None:
    announcement = CASES[name]()
    model = MODELS[announcement.detail_type]
    assert model.model_validate(announcement.detail).model_dump(mode="json") == announcement.detail
    assert (Decimal(announcement.detail["spent_usd"]) > 0) is (name not in IDLE_CASES), "idling is in no budget"


def test_a_key_with_a_dash_or_a_quote_stays_one_word_of_the_command() -> None:
    users = budget("users", 5, per="user_id", mode="enforce")
    for key in ("-rf", "o'brien; rm"):
        spent = counter(users, 6, key=key)
        on = Switch(spent.ref, Level.THROTTLE, Phase.ON, 1)
        seen = Look(users, spent, on, want(users, spent, on, NOW), NOW)
        told = message_of(switch_news.engaged(seen, on, PLAN, DOWN))
        (line,) = [line for line in told.text.splitlines() if "spendplane release" in line and "--extend" not in line]
        words = shlex.split(line.removeprefix("Do").strip())
        assert words[2] == "users"
        assert words[3] == f"--key={key}" if key.startswith("-") else words[3:5] == ["--key", key]


def test_a_thousand_targets_fit_into_every_channel() -> None:
    many = [Outcome(target(f"function-{number}-{'x' * 50}"), Status.THROTTLED, "y" * 600) for number in range(1000)]
    announcement = engaged(*many)
    assert len(announcement.detail["targets"]) == MAX_TARGETS
    assert announcement.detail["more_targets"] == 1000 + 1 - MAX_TARGETS
    told = message_of(announcement)
    assert len(json.dumps(announcement.detail)) < 100_000
    assert len(told.text) < 15_000
    assert "1,001 targets throttled" in told.text
