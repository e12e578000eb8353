"""What `spendplane status` says of kill switches."""

import re
from dataclasses import replace
from typing import Any

import pytest

from spendplane.domain.periods import Period
from tests.support.builders import budget, record
from tests.unit.cli.conftest import Shell

STAGING = budget("staging", 100, match={"project_id": "marketing-gen-v1"}, mode="enforce")
USERS = budget("users", 5, per="user_id", period=Period.DAILY, mode="enforce")
EVER = budget("ever", 5, period=Period.TOTAL, mode="observe")


def line(shell: Shell, name: str) -> str:
    return next(text for text in shell("status").stdout.splitlines() if text.strip().startswith(name))


def test_the_column_is_there_only_when_a_switch_is_not_off(over: Shell) -> None:
    over.enforce()
    assert re.search(r"State +Switch +Alerts", over("status").stdout)
    over.store.switches.clear()
    over.store.switch_due.clear()
    assert "Switch" not in over("status").stdout


def test_what_is_on_says_so(engaged: Shell) -> None:
    assert re.search(r"hard +on, 2 targets +80% 100%$", line(engaged, "staging"))
    (found,) = engaged.json("status")
    assert [item["id"] for item in found["switches"]] == ["throttle/staging/m2026-11-01"]
    assert found["switches"][0]["state"] == "on, 2 targets"


def test_a_release_that_holds_while_the_budget_is_over_says_so(engaged: Shell) -> None:
    engaged("release", "staging", "--reason", "launch")
    assert "released until 2026-12-01 00:00 UTC by ann" in line(engaged, "staging")
    assert engaged.json("status")[0]["switches"][0]["hold"]["reason"] == "launch"


def test_refused_and_observing(over: Shell) -> None:
    providers = budget("providers", 1, match={"provider": "aws.bedrock"}, mode="enforce")
    over.deploy(replace(STAGING, mode="observe"), providers)
    over.meter(record("2", cost_usd="2"))
    over.enforce()
    assert re.search(r"hard +observing +80%", line(over, "staging"))
    assert "refused: it selects by `provider`, which no" in over("status", "--budget", "providers").stdout


def test_a_narrow_terminal_gets_two_words_in_place_of_the_bar(engaged: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert re.search(r"120\.0% +hard +on, 2 targets$", line(engaged, "staging"))
    engaged("release", "staging", "--reason", "launch")
    assert re.search(r"120\.0% +hard +released$", line(engaged, "staging"))


def test_details_name_the_switch_and_where_to_read_more(engaged: Shell) -> None:
    text = engaged("status", "--budget", "staging").stdout
    assert "switch      on, 2 targets (spendplane kill show throttle/staging/m2026-11-01)" in text


def test_both_levels_of_a_budget(shell: Shell) -> None:
    shell.deploy(replace(STAGING, on_soft_limit="degrade"))
    shell.resource("agent")
    shell.meter(record("1", cost_usd="120"))
    shell.enforce()
    assert "asks for cheaper models; on, 1 target" in line(shell, "staging")


def many(shell: Shell) -> None:
    """Eight users over their limit, and a budget without an end whose release nothing waits for."""
    shell.deploy(USERS, EVER)
    shell.resource("shared", "bedrock-role")
    shell.meter(*(record(f"{number}", cost_usd="6", user_id=f"user-{number}") for number in range(8)))
    shell.enforce()
    shell("release", "ever", "--reason", "known")
    shell("release", "users", "--key", "user-3", "--reason", "known")


def states(found: list[dict[str, Any]]) -> dict[str | None, list[str]]:
    return {item["key"]: [switch["state"] for switch in item["switches"]] for item in found}


def test_every_key_has_its_own_switch(shell: Shell) -> None:
    many(shell)
    found = states(shell.json("status"))
    assert found[None] == ["released for good by ann"]
    assert found["user-3"] == ["released until 2026-11-23 00:00 UTC by ann"]
    assert [found[f"user-{number}"] for number in (0, 7)] == [["on, 1 target"], ["on, 1 target"]]


def test_many_counters_take_one_look_at_all_switches_and_one_key_takes_none(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(shell)
    calls: list[str] = []

    def counted(name: str, real: Any) -> Any:
        def call(*args: Any) -> Any:
            calls.append(name)
            return real(*args)

        return call

    for name in ("waiting", "of_budget", "get"):
        monkeypatch.setattr(shell.store, name, counted(name, getattr(shell.store, name)))
    shell.json("status")
    assert (calls.count("waiting"), calls.count("of_budget")) == (1, 1)
    calls.clear()
    assert states(shell.json("status", "--key", "user-1")) == {"user-1": ["on, 1 target"]}
    assert calls == ["get", "get"]
