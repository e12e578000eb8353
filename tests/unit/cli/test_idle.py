"""`spendplane idle`: the dearest first, what is not known is said, exit codes."""

from decimal import Decimal

from spendplane.domain.idleness import Hosting
from tests.support.idle_accounts import CPU, audit_of, variant, watched
from tests.unit.cli.conftest import Shell

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
