"""`spendplane kill ls` and `spendplane kill show`."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from spendplane.application.ports.switches import AuditEntry
from spendplane.domain.periods import Period
from spendplane.domain.switches import Level, Phase, Switch
from tests.support.builders import NOW, budget, record, ref
from tests.unit.cli.conftest import Shell
from tests.unit.cli.fakes import ANN

STAGING = budget("staging", 100, match={"project_id": "marketing-gen-v1"}, mode="enforce")
USERS = budget("users", 5, per="user_id", period=Period.DAILY, mode="enforce")
EVER = budget("ever", 5, period=Period.TOTAL, mode="enforce")
ID = "throttle/staging/m2026-11-01"


def test_ls_lists_what_is_not_off(engaged: Shell) -> None:
    assert engaged.lines("kill", "ls") == [
        ID,
        "  on since 2026-11-22 12:00 UTC, 2 targets: $120.00 of $100.00 (120.0 %)",
    ]


def test_ls_of_rest(shell: Shell) -> None:
    shell.deploy(STAGING)
    assert shell.lines("kill", "ls") == ["Every switch is off. All that are kept: --all"]
    assert shell.lines("kill", "ls", "--budget", "staging", "--all") == ["No switch of `staging` is kept."]
    assert shell.json("kill", "ls") == []


def test_ls_all_has_also_those_of_former_periods(engaged: Shell) -> None:
    october = ref(STAGING)._replace(code="m2026-10-01")
    past = Switch(october, Level.THROTTLE, Phase.OFF, 1, "the period ended", NOW - timedelta(days=30))
    engaged.store.save(past, None, [], [])
    assert [item["id"] for item in engaged.json("kill", "ls")] == [ID]
    assert [item["id"] for item in engaged.json("kill", "ls", "--all")] == ["throttle/staging/m2026-10-01", ID]
    assert engaged.lines("kill", "ls", "--all")[:2] == ["throttle/staging/m2026-10-01", "  off: the period ended"]


def test_ls_has_a_switch_whose_budget_is_gone(engaged: Shell) -> None:
    engaged.store.budgets.clear()
    assert [item["id"] for item in engaged.json("kill", "ls")] == [ID]


def test_ls_has_a_release_for_good_that_nothing_waits_for(shell: Shell) -> None:
    shell.deploy(EVER, STAGING)
    shell.meter(record("1", cost_usd="6"))
    shell.enforce()
    assert shell("release", "ever", "--reason", "known").exit_code == 0
    assert not list(shell.store.waiting(NOW + timedelta(days=9999)))
    assert shell.lines("kill", "ls") == ["throttle/ever/t", "  released for good by ann: known"]
    assert shell.json("kill", "ls", "--budget", "staging") == []


def test_ls_json_of_a_release(engaged: Shell) -> None:
    engaged("release", "staging", "--reason", "launch", "--extend", "50")
    (found,) = engaged.json("kill", "ls")
    assert {name: found[name] for name in ("id", "level", "budget_id", "key", "phase", "targets", "order")} == {
        "id": ID,
        "level": "throttle",
        "budget_id": "staging",
        "key": None,
        "phase": "held",
        "targets": [],
        "order": None,
    }
    assert found["state"] == "released until $50.00 more are spent or 2026-12-01 00:00 UTC by ann"
    assert found["hold"] == {
        "by": ANN,
        "reason": "launch",
        "until": "2026-12-01T00:00:00Z",
        "extend_usd": Decimal(50),
        "active": True,
    }


def test_ls_of_a_budget_that_is_not_deployed(engaged: Shell) -> None:
    result = engaged("kill", "ls", "--budget", "stagin")
    assert result.exit_code == 1
    assert "did you mean `staging`?" in result.stderr


def test_show_tells_the_targets_and_the_whole_story(engaged: Shell) -> None:
    agent = next(key for key, target in engaged.fleet.resources.items() if target.name == "agent")
    engaged.fleet.states[agent] = {"reserved": 3}
    engaged.orders()({"command": "reconcile"}, NOW + timedelta(minutes=1))
    found = engaged.lines("kill", "show", ID)
    assert found[:13] == [
        f"Kill switch {ID}",
        "",
        "  state       on, 2 targets",
        "  reason      $120.00 of $100.00 (120.0 %)",
        "  went on     2026-11-22 12:00 UTC, for the 1st time",
        "  period      November 2026 (UTC)",
        "  release it  spendplane release staging --reason '...'",
        "",
        "Target                     State  Was            In vain  Last error",
        "lambda-function agent      down   reserved 3           1",
        "lambda-function summaries  down   reserved none",
        "",
        "At (UTC)             What         Detail",
    ]
    story = "\n".join(found[13:])
    for part in (
        "2026-11-22 12:00:00  engage       $120.00 of $100.00 (120.0 %) (by spendplane)",
        "spent $120, 1,250 tokens, 1 request",
        "budget revision 1, mode enforce, at 100 %: throttle, below: notify",
        "plan: throttle; 2 of 4 found, 2 refused",
        "  to turn down: lambda-function agent",
        "  refused: lambda-function demo: exempt until 2026-11-30 by its tag `spendplane:exempt`",
        "2026-11-22 12:00:00  undo stored  lambda-function agent: was reserved 10",
        "2026-11-22 12:00:00  results      lambda-function agent: throttled, reserved 10 -> 0",
        "2026-11-22 12:01:00  undo stored  lambda-function agent: was reserved 3 (turned back on by somebody else)",
    ):
        assert part in story


def test_show_after_a_release(engaged: Shell) -> None:
    engaged("release", "staging", "--reason", "launch today")
    found = "\n".join(engaged.lines("kill", "show", "staging"))
    for part in (
        "  state       released until 2026-12-01 00:00 UTC by ann",
        f"  held off    until 2026-12-01 00:00 UTC, by {ANN}: launch today",
        "  turn it on  spendplane kill engage staging --reason '...'",
        "lambda-function agent      as it was  reserved 10",
        f"hold         {ANN}: launch today",
        f"release      released by {ANN} until 2026-12-01 00:00 UTC: launch today",
        "restoring    lambda-function agent: to reserved 10",
        "results      lambda-function agent: restored, as it was",
    ):
        assert part in found


def test_show_tells_a_persons_words_with_their_terms(over: Shell) -> None:
    assert over("kill", "engage", "staging", "--reason", "stop", "--yes", "--max-targets", "5").exit_code == 0
    word = ("--reason", "launch", "--until", "2026-11-23", "--extend", "50")
    assert over("release", "staging", *word).exit_code == 0
    found = "\n".join(over.lines("kill", "show", "staging"))
    assert f"order        {ANN}: stop, up to 5 targets" in found
    assert f"hold         {ANN}: launch, until 2026-11-23T00:00:00+00:00, for $50 beyond the limit" in found


def test_show_says_what_an_entry_had_no_room_for(engaged: Shell) -> None:
    detail = {"phase": "on", "targets": [], "targets_more": 1200}
    engaged.store.record([AuditEntry(ID, NOW, 3, "results", detail)])
    assert "and 1,200 more, for which an entry has no room" in "\n".join(engaged.lines("kill", "show", ID))


def test_show_of_an_entry_of_a_kind_to_come(engaged: Shell) -> None:
    engaged.store.record([AuditEntry(ID, NOW, 9, "moved", {"to": "there", "of": None})])
    assert "moved        to there, of none" in "\n".join(engaged.lines("kill", "show", ID))


def test_show_says_who_else_keeps_a_target_down(engaged: Shell) -> None:
    engaged.deploy(STAGING, EVER)
    engaged.meter(record("2", cost_usd="6"))
    engaged.enforce()
    assert "lambda-function agent      down, also for throttle/ever/t" in "\n".join(
        engaged.lines("kill", "show", "staging")
    )
    engaged("release", "staging", "--reason", "launch today")
    assert "lambda-function agent      down, only for throttle/ever/t" in "\n".join(
        engaged.lines("kill", "show", "staging")
    )


def test_show_json_has_everything(engaged: Shell) -> None:
    found = engaged.json("kill", "show", "staging")
    assert found["state"] == "on, 2 targets"
    assert [(item["name"], item["state"], item["before"], item["attempts"]) for item in found["targets"]] == [
        ("agent", "throttled", {"reserved": 10}, 0),
        ("summaries", "throttled", {"reserved": None}, 0),
    ]
    assert found["targets"][0]["kept_down_by"] == [ID]
    assert [item["kind"] for item in found["audit"]] == ["engage", "undo stored", "undo stored", "results"]
    decided = found["audit"][0]["detail"]
    assert decided["counter"]["spent_usd"] == "120"
    assert len(decided["found"]) == 4


def test_show_of_a_key(shell: Shell) -> None:
    shell.deploy(USERS)
    shell.resource("shared", "bedrock-role")
    shell.meter(record("1", cost_usd="6", user_id="-x/y"))
    shell.enforce()
    by_key = shell.json("kill", "show", "users", "--key=-x/y")
    assert by_key["id"] == "throttle/users/d2026-11-22/-x/y"
    assert shell.json("kill", "show", by_key["id"]) == by_key
    assert "bedrock-role shared (session -x/y)" in shell("kill", "show", by_key["id"]).stdout
    result = shell("kill", "show", "users")
    assert result.exit_code == 1
    assert "name one with --key; not off now: -x/y" in result.stderr


def test_show_of_what_asks_for_cheaper_models(shell: Shell) -> None:
    shell.deploy(replace(STAGING, on_soft_limit="degrade"))
    shell.meter(record("1", cost_usd="90"))
    shell.enforce()
    assert shell.lines("kill", "show", "staging")[2] == "  state       asks for cheaper models"


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (("staging",), 1, "was never on in this period"),
        (("nope",), 1, "no budget `nope` is deployed"),
        (("staging", "--key", "ann"), 1, "leave --key out"),
        (("throttle/staging/m2026-11-01",), 1, "no switch `throttle/staging/m2026-11-01` is kept"),
        (("throttle/staging/soon",), 1, "is not the id of a switch"),
        (("hard/staging/m2026-11-01",), 1, "is not the id of a switch"),
        (("throttle/staging/m2026-11-01", "--key", "ann"), 2, "leave --key out"),
        (("users",), 1, "name one with --key; not off now: none"),
    ],
)
def test_show_of_what_is_not_there(shell: Shell, args: tuple[str, ...], code: int, says: str) -> None:
    shell.deploy(STAGING, USERS)
    result = shell("kill", "show", *args)
    assert result.exit_code == code
    assert says in result.stderr
