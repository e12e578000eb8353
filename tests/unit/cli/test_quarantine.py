"""`spendplane quarantine`."""

import json
from datetime import timedelta

import pytest

from spendplane.application.ports import QuarantineEntry
from spendplane.domain.producers import Producers
from tests.support.builders import NOW, record
from tests.unit.cli.conftest import Shell

WRONG = {"id": "wrong", "environment": "stagin"}


def entry(name: str, body: str, *, days: int = 0, state: str = "QUARANTINED") -> QuarantineEntry:
    return QuarantineEntry(name, f"reason of {name}", body, "com.example.app", NOW - timedelta(days=days), state)


@pytest.fixture
def held(shell: Shell) -> Shell:
    """One that --set can mend, one that is no record, an old one, a replayed one."""
    shell.quarantine.put(
        [
            entry("mendable", json.dumps(record("e1", environment="stagin"))),
            entry("garbage", "\x1b[31mnope"),
            entry("old", json.dumps(record("e2", environment="stagin")), days=20),
            entry("done", json.dumps(record("e3")), state="REPLAYED"),
        ]
    )
    return shell


def ids(shell: Shell, *args: str) -> set[str]:
    return {item["id"] for item in shell.json("quarantine", "ls", *args)}


def test_ls_shows_what_waits(held: Shell) -> None:
    assert ids(held) == {"mendable", "garbage"}
    assert ids(held, "--days", "30") == {"mendable", "garbage", "old"}
    assert ids(held, "--state", "replayed") == {"done"}
    assert ids(held, "--state", "all") == {"mendable", "garbage", "done"}


def test_ls_for_people(held: Shell) -> None:
    text = held("quarantine", "ls", "--state", "all").stdout
    assert "reason of mendable" in text
    assert "reason of done (replayed)" in text


def test_ls_of_nothing(shell: Shell) -> None:
    assert "Nothing is in the quarantine" in shell("quarantine", "ls").stdout


def test_show(held: Shell) -> None:
    assert held.json("quarantine", "show", "garbage")["body"] == "\x1b[31mnope"
    text = held("quarantine", "show", "mendable").stdout
    assert "reason of mendable" in text
    assert '  "environment": "stagin",' in text


def test_a_body_cannot_write_on_the_terminal(held: Shell) -> None:
    assert "\x1b" not in held("quarantine", "show", "garbage").output


def test_replay_publishes_the_mended_record_in_the_producers_name(held: Shell) -> None:
    result = held("quarantine", "replay", "mendable", "--set", "environment=staging")
    assert result.exit_code == 0
    assert [(source, json.loads(detail)) for source, detail in held.bus.usage] == [("com.example.app", record("e1"))]
    assert held.quarantine.kept["mendable"].state == "REPLAYED"


def test_what_would_be_refused_again_stays(held: Shell) -> None:
    (result,) = held.json("quarantine", "replay", "mendable", code=3)
    assert result["published"] is False
    assert "environment" in result["problem"]
    assert held.bus.usage == []
    assert held.quarantine.kept["mendable"].state == "QUARANTINED"


def test_all_replays_what_it_can(held: Shell) -> None:
    results = held.json("quarantine", "replay", "--all", "--set", "environment=staging", code=3)
    assert {item["id"]: item["published"] for item in results} == {"mendable": True, "old": True, "garbage": False}


def test_a_body_of_any_depth_does_not_keep_all_others_from_being_replayed(held: Shell) -> None:
    held.quarantine.put([entry("deep", "[" * 2_000), entry("deeper", '{"id": ' + "[" * 1_100 + "]" * 1_100 + "}")])
    told = held.json("quarantine", "replay", "--all", "--set", "environment=staging", code=3)
    assert {item["id"]: item["published"] for item in told} == {
        "mendable": True, "old": True, "garbage": False, "deep": False, "deeper": False,
    }  # fmt: skip


def test_what_its_producer_may_not_charge_stays_until_the_file_says_otherwise(held: Shell) -> None:
    held.store.bound = Producers((("com.example.other", ("marketing-gen-v1",)),))
    (result,) = held.json("quarantine", "replay", "mendable", "--set", "environment=staging", code=3)
    assert result["problem"].startswith("producer not allowed: 'com.example.app' may not charge")
    assert held.bus.usage == []
    (result,) = held.json("quarantine", "replay", "mendable", "--set", "environment=staging", "--dry-run", code=3)
    held.store.bound = Producers((("com.example.app", ("marketing-gen-v1",)),))
    (result,) = held.json("quarantine", "replay", "mendable", "--set", "environment=staging")
    assert result["published"] is True


def test_dry_run_publishes_nothing(held: Shell) -> None:
    result = held("quarantine", "replay", "mendable", "--set", "environment=staging", "--dry-run")
    assert '"environment": "staging"' in result.stdout
    assert held.bus.usage == []
    assert held.quarantine.kept["mendable"].state == "QUARANTINED"


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("show", "nobody"), 1),
        (("replay", "nobody"), 1),
        (("replay",), 2),
        (("replay", "mendable", "--all"), 2),
        (("replay", "mendable", "--set", "environment"), 2),
        (("ls", "--days", "0"), 2),
    ],
)
def test_exit_codes(held: Shell, args: tuple[str, ...], code: int) -> None:
    assert held("quarantine", *args).exit_code == code
