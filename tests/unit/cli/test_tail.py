"""`spendplane tail`."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from spendplane.application.ports import BusyError, QuarantineEntry
from tests.support.builders import NOW, budget, record
from tests.unit.cli.conftest import Shell


@pytest.fixture
def busy(shell: Shell) -> Shell:
    """$8.50 of $10, and one refused record."""
    shell.deploy(budget("staging", 10), budget("other", 10, match={"environment": "production"}))
    shell.meter(record("1", cost_usd="8.5"), record("bad", environment="stagin"))
    return shell


def following(shell: Shell, *steps: Callable[[], object]) -> None:
    """Between looks these happen, one a look; then Ctrl-C."""
    waiting = iter(steps)

    def sleep(_: float) -> None:
        step = next(waiting, None)
        if step is None:
            raise KeyboardInterrupt
        step()

    shell.sleep = sleep


def told(shell: Shell, *args: str) -> list[dict[str, Any]]:
    result = shell("tail", "--json", *args)
    assert result.exit_code == 0
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_once_tells_what_there_is(busy: Shell) -> None:
    found = told(busy, "--once")
    assert [item["kind"] for item in found] == ["counter", "alert", "quarantined"]
    assert (found[1]["alert_id"], found[1]["percent"]) == ("staging/*/m2026-11-01/80/r1", 85)
    assert "environment" in found[2]["reason"]


def test_it_follows_only_what_moves(busy: Shell) -> None:
    following(
        busy,
        lambda: None,
        lambda: busy.meter(record("2", cost_usd="2")),
        lambda: busy.meter(record("worse", environment="nope")),
    )
    found = told(busy)
    assert [(item["kind"], item.get("budget_id"), item.get("usd")) for item in found] == [
        ("counter", "staging", 2),
        ("alert", "staging", None),
        ("quarantined", None, None),
    ]
    assert found[1]["threshold_percent"] == 100


def test_people_read_lines(busy: Shell) -> None:
    following(busy, lambda: busy.meter(record("2", cost_usd="2"), record("3", model="nobody-knows")))
    text = busy("tail").stdout
    assert "counter   staging  +2 requests, +$2.00, +1 unpriced → $10.50 (105.0 %)" in text
    assert "ALERT 100 %  staging  $10.50 (105.0 %)" in text


def test_kinds_and_one_budget(busy: Shell) -> None:
    assert [item["kind"] for item in told(busy, "--once", "--kind", "alert")] == ["alert"]
    assert {item["budget_id"] for item in told(busy, "--once", "--budget", "staging")} == {"staging"}
    assert busy("tail", "--budget", "nobody").exit_code == 1


def test_an_entry_that_is_written_late_is_not_missed(busy: Shell) -> None:
    """Another meter began its batch earlier and wrote it later."""
    late = QuarantineEntry("late", "why", "{}", "s", NOW - timedelta(seconds=20))
    following(busy, lambda: busy.quarantine.put([late]), lambda: None)
    assert [item["id"] for item in told(busy)] == ["late"]


def test_the_first_look_tells_only_the_newest(shell: Shell) -> None:
    shell.quarantine.put(
        [QuarantineEntry(str(age), "why", "{}", "s", NOW - timedelta(seconds=age * 4)) for age in range(30)]
    )
    assert [item["id"] for item in told(shell, "--once")] == [str(age) for age in reversed(range(10))]
    following(shell, lambda: None)
    assert told(shell) == []


def test_an_outage_is_told_and_followed_on(busy: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    deployed = busy.store.deployed
    broken: list[bool] = []

    def fragile() -> Any:
        if broken and broken.pop():
            raise BusyError("DynamoDB cannot be reached")
        return deployed()

    monkeypatch.setattr(type(busy.store), "deployed", lambda _: fragile())
    following(busy, lambda: broken.append(True), lambda: busy.meter(record("2", cost_usd="1")))
    result = busy("tail", "--json")
    assert "trying again" in result.stderr
    assert json.loads(result.stdout)["usd"] == 1
