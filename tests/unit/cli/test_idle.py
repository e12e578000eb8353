"""`spendplane idle`: the dearest first, what is not known is said, exit codes."""

from dataclasses import replace
from decimal import Decimal

import pytest

from spendplane import bootstrap
from spendplane.adapters.memory.activities import MemoryActivities
from spendplane.adapters.memory.fleet import VANISHING
from spendplane.application.switching.orders import Orders
from spendplane.domain.idleness import Hosting
from tests.support.builders import NOW
from tests.support.fleets import target
from tests.support.idle_accounts import CPU, audit_of, variant, watched
from tests.support.idle_stories import KEY, LONG_AGO, POLICY, SWITCH
from tests.support.places import QUICK
from tests.support.world import NOT_PRODUCTION
from tests.unit.cli.conftest import Shell
from tests.unit.cli.fakes import EnforceFunction

WEEK = 7 * 24
DAYTIME = watched(variant(WEEK, range(9, 15)), name="daytime")
FORGOTTEN = watched(variant(WEEK, instance_type=CPU), name="forgotten", environment="sandbox")
BUSY = watched(variant(WEEK, range(24)), name="busy")
SILENT = watched(variant(0), name="silent")
LAB = watched(variant(24, cpu={}, gpu={}), hosting=Hosting.NOTEBOOK, name="lab")


def test_the_dearest_stand_first_and_what_is_in_use_is_left_out(shell: Shell) -> None:
    shell.idle_audit = audit_of(FORGOTTEN, BUSY, DAYTIME)
    found = shell.lines("idle", "--days", "7", code=3)
    assert found[0].split()[:4] == ["Resource", "Hours", "Idle", "Calls"]
    assert [line.split()[0] for line in found[1:-4:2]] == ["daytime", "forgotten"]
    assert "off-peak schedule: never called from 15:00 to 09:00 UTC, on any day" in " ".join(" ".join(found).split())
    assert found[-3:] == [
        "3 resources read, up to 2026-11-22 12:00 UTC. Idle: $216.10 in 7 days.",
        "What is advised saves $939.00 a month.",
        "In use, or without instances: 1. See them: spendplane idle --all",
    ]


def test_what_is_not_known_is_said_and_in_no_sum(shell: Shell) -> None:
    shell.idle_audit = audit_of(SILENT, LAB)
    found = shell.lines("idle")
    assert "no metrics in CloudWatch, although all has instances" in " ".join(" ".join(found).split())
    assert "Not known, so in no sum: 2 of them (?)." in found
    assert "$0.00 in 7 days, $0.00 in 30 days." in found[-2]
    (whole,) = (item["whole"] for item in shell.json("idle")["resources"] if item["name"] == "silent")
    assert (whole["instance_hours"], whole["usd_idle"]) == (None, None)
    assert "no metrics" in whole["unknown"]


def test_as_json(shell: Shell) -> None:
    shell.idle_audit = audit_of(DAYTIME, BUSY)
    found = shell.json("idle", code=3)
    assert [item["name"] for item in found["resources"]] == ["daytime", "busy"]
    assert found["resources"][0]["last_7_days"]["usd_idle"] == 126 * Decimal("1.4084")
    assert found["resources"][1]["advice"] == "none"


def test_nothing_idle_ends_with_zero_and_something_unread_does_not(shell: Shell) -> None:
    shell.idle_audit = audit_of(BUSY)
    assert "Idle: $0.00 in 7 days, $0.00 in 30 days." in shell.lines("idle")[0]
    shell.idle_audit = audit_of(BUSY, other="AccessDenied")
    result = shell("idle")
    assert (result.exit_code, "not read: other: AccessDenied" in result.stderr) == (3, True)


def idling(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """An endpoint that was announced a day ago, and the kill switch with its policy."""
    resource = target("summaries", VANISHING)
    shell.fleet.add(resource, instances=2)
    activities = MemoryActivities(created={resource.arn: LONG_AGO})
    store = shell.store

    def orders() -> Orders:
        made = bootstrap.enforce(
            store,
            store,
            store,
            shell.fleet,
            store,
            shell.bus,
            NOT_PRODUCTION,
            store,
            idle=POLICY,
            activities=activities,
        )
        return Orders(replace(made, retry=QUICK))

    orders()({"command": "idle"}, NOW - POLICY.notice)
    monkeypatch.setattr(shell, "orders", orders)
    monkeypatch.setattr(shell, "function", EnforceFunction(orders))
    shell.clients["lambda"] = shell.function


def test_what_is_announced_is_listed_taken_down_shown_and_released(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    idling(shell, monkeypatch)
    assert shell.lines("kill", "ls") == [
        SWITCH,
        "  announced, goes on at 2026-11-22 12:00 UTC: no call for 48 hours or longer, and its instances run",
    ]
    shell.orders()({"command": "reconcile"}, NOW)
    assert shell.json("kill", "ls", "--budget", "idle")[0]["phase"] == "on"
    shown = "\n".join(shell.lines("kill", "show", "idle", "--key", KEY))
    assert f"spendplane release idle --key {KEY} --reason '...'" in shown
    assert "announced" in shown
    told = shell.lines("release", "idle", "--key", "summaries", "--reason", "needed")
    assert told[0] == f"idle for summaries: 1 of 1 target came back ({SWITCH})"
    assert "Held off for good (its period has no end), although nobody calls it." in told
    assert shell.fleet.states == {target("summaries", VANISHING).key: {"instances": 2}}
    assert "released for good" in shell.lines("kill", "ls")[1]


def test_without_a_key_the_command_says_which_there_are(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    idling(shell, monkeypatch)
    result = shell("release", "idle", "--reason", "x")
    assert (result.exit_code, KEY in result.stderr) == (1, True)
