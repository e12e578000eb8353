"""What people read: golden texts, and the rules of the channels."""

import json
import os
import shlex
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spendplane.application.alerting.announcing import threshold_crossed, usage_quarantined, usage_unpriced
from spendplane.application.ports import Message
from spendplane.application.telling.notices import message_of
from spendplane.domain.alerts import due
from spendplane.domain.budgets import Budget
from spendplane.domain.counters import Counter
from spendplane.domain.periods import Period
from tests.support.builders import NOW, at, budget, counter, event

GOLDEN = Path(__file__).parent / "golden"
STAGING = budget(
    "marketing-gen-staging", 500, match={"project_id": "marketing-gen-v1", "environment": "staging"},
    owner="marketing@example.com",
)  # fmt: skip
USERS = budget("every-user-daily", 5, period=Period.DAILY, per="user_id", on_hard_limit="notify")
SHARES = {"u:ann": "250", "u:ben": "100.5", "u:cy": "40", "u:dan": "9.5", "m:claude": "300", "m:nova": "100"}


def alert(of: Budget, held: Counter, number: int = 0, later: timedelta = timedelta()) -> Message:
    now = NOW + later
    return message_of(threshold_crossed(due(of, held, now)[number], now))


def _held(usd: str = "400") -> Counter:
    shares = {name: Decimal(value) for name, value in SHARES.items()}
    return counter(STAGING, usd, since=at("2026-11-02T00:00:00Z"), contributors=shares, unpriced=3)


CASES = {
    "soft": lambda: alert(STAGING, _held()),
    "hard": lambda: alert(STAGING, _held("612.345"), 1),
    "late": lambda: alert(STAGING, _held(), later=timedelta(days=20)),
    "user": lambda: alert(USERS, counter(USERS, "5.25", key="employee-452", since=NOW - timedelta(hours=1)), 1),
    "tokens": lambda: alert(
        budget("tok", None, tokens=1_000_000, period=Period.TOTAL),
        counter(budget("tok", period=Period.TOTAL), "0.5", tokens=900_000, since=NOW - timedelta(hours=3)),
    ),
    "zero": lambda: alert(budget("frozen", 0), counter(budget("frozen", 0), "0.000001", since=NOW)),
    "unpriced": lambda: message_of(usage_unpriced(event(model="acme-9"), "unpriced: no price for model 'acme-9'", NOW)),
}


@pytest.mark.parametrize("name", CASES)
def test_golden_texts(name: str) -> None:
    """`GOLDEN=write pytest …` writes them anew; then read the difference."""
    message = CASES[name]()
    chat = json.dumps(message.chat, indent=1, ensure_ascii=False)
    text = f"Subject: {message.subject}\n\n{message.text}\n--- SMS\n{message.sms}\n\n--- chat\n{chat}\n"
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CASES)
def test_a_person_finds_everything_that_is_needed(name: str) -> None:
    message = CASES[name]()
    assert "spendplane" in message.text, "the exact command"
    assert message.attributes["alert_id"] in message.text or name == "unpriced"
    assert "{" not in message.text
    assert {"kind", "severity", "project"} <= set(message.attributes)
    check_channels(message)


def check_channels(message: Message) -> None:
    subject = message.subject
    assert subject.isascii()
    assert 0 < len(subject) < 100
    assert subject.isprintable()
    assert message.sms.isascii()
    assert "\n" not in message.sms
    assert len(message.sms) <= 300
    assert message.chat["version"] == "1.0"
    assert message.chat["source"] == "custom"
    assert set(message.chat["content"]) == {"textType", "title", "description", "nextSteps"}
    assert message.chat["content"]["textType"] == "client-markdown"
    assert set(message.chat["metadata"]) == {"threadId", "summary", "eventType"}
    assert len(json.dumps(message.machine)) < 60_000
    assert all(isinstance(value, str) for value in message.attributes.values())


def test_attributes_for_filters() -> None:
    assert alert(STAGING, _held("500"), 1).attributes == {
        "kind": "budget_threshold",
        "severity": "hard",
        "budget": "marketing-gen-staging",
        "project": "marketing-gen-v1",
        "environment": "staging",
        "threshold": "100",
        "alert_id": "marketing-gen-staging/*/m2026-11-01/100/r1",
    }
    everything = alert(budget("all"), counter(budget("all"), 80)).attributes
    assert (everything["project"], everything["environment"]) == ("*", "*")
    several = budget("several", match={"environment": ("staging", "test")}, per="project_id")
    some = alert(several, counter(several, 80, key="search")).attributes
    assert (some["project"], some["environment"]) == ("search", "staging,test")


def test_the_three_largest_contributors_are_named_largest_first() -> None:
    text = alert(STAGING, _held()).text
    assert "ann $250.00 (62.5 %), ben $100.50 (25.1 %), cy $40.00 (10 %)" in text
    assert "dan" not in text
    assert "claude $300.00 (75 %), nova $100.00 (25 %)" in text


def test_the_pace_is_told() -> None:
    text = alert(STAGING, _held()).text
    assert "at this rate the limit is reached at 2026-11-27" in text


def test_open_and_hard_of_one_period_share_a_chat_thread() -> None:
    soft, hard = alert(STAGING, _held("500"), 0), alert(STAGING, _held("500"), 1)
    assert soft.chat["metadata"]["threadId"] == hard.chat["metadata"]["threadId"]
    assert soft.chat["id"] != hard.chat["id"]


HOSTILE = ["a'; rm -rf / #", "$(reboot)", "`id`", "a b", '"', "--help", "-", "\\", "Zo\u00eb \u2728", "x" * 256, "*"]


@pytest.mark.parametrize("key", HOSTILE)
def test_the_command_is_safe_to_paste(key: str) -> None:
    text = alert(USERS, counter(USERS, 5, key=key)).text
    command = next(line for line in text.splitlines() if line.startswith("See more")).removeprefix("See more").strip()
    words = shlex.split(command)
    assert words[:4] == ["spendplane", "status", "--budget", "every-user-daily"]
    assert words[4:] == ([f"--key={key}"] if key.startswith("-") else ["--key", key]), "never taken for an option"


@given(
    key=st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=256),
    owner=st.text(max_size=256),
    usd=st.decimals(Decimal(4), 10**12, places=18),
)
def test_any_name_and_any_amount_fit_the_channels(key: str, owner: str, usd: Decimal) -> None:
    of = replace(USERS, owner=owner)
    message = alert(of, counter(of, usd, key=key, contributors={f"m:{key[:48]}": usd}))  # type: ignore[arg-type]
    check_channels(message)
    assert message.attributes["alert_id"].startswith("every-user-daily/")


def test_a_quarantined_record_is_not_for_people() -> None:
    with pytest.raises(KeyError):
        message_of(usage_quarantined("id", "why", "source", NOW))
