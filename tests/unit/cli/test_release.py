"""`spendplane release`."""

from datetime import datetime
from typing import Any

import pytest

from spendplane.application.ports.fleet import RefusedError
from spendplane.domain.periods import Period
from spendplane.domain.switches import Level, Phase, Switch
from spendplane.domain.targets import Target
from tests.support.builders import NOW, budget, envelope, record, ref
from tests.unit.cli.conftest import Shell
from tests.unit.cli.fakes import ANN

STAGING = budget("staging", 100)
CROSSED = {
    "budget_id": "staging",
    "key": None,
    "period": "monthly",
    "period_start": "2026-11-01T00:00:00Z",
    "severity": "soft",
    "late": False,
}


def release(shell: Shell, *args: str, code: int = 0) -> list[str]:
    return shell.lines("release", "staging", "--reason", "launch today", *args, code=code)


def switch(shell: Shell) -> Switch:
    found = shell.store.get(ref(STAGING), Level.THROTTLE)
    assert found
    return found


def states(shell: Shell) -> dict[str, Any]:
    return {shell.fleet.resources[key].name: dict(state) for key, state in shell.fleet.states.items()}


def test_what_was_taken_comes_back_and_stays_while_the_budget_is_over(engaged: Shell) -> None:
    assert release(engaged) == [
        "staging: 2 of 2 targets came back (throttle/staging/m2026-11-01)",
        "",
        "Target                     Became     Detail",
        "lambda-function agent      came back  to reserved 10",
        "lambda-function summaries  came back  to reserved none",
        "",
        "Held off until 2026-12-01 00:00 UTC, also while the budget is over its limit.",
        "  engage it again  spendplane kill engage staging --reason '...'",
    ]
    assert states(engaged)["agent"] == {"reserved": 10}
    engaged.enforce()
    assert switch(engaged).phase is Phase.HELD
    assert states(engaged)["agent"] == {"reserved": 10}


def test_until_a_moment(engaged: Shell) -> None:
    lines = release(engaged, "--until", "2026-11-23T10:00+01:00")
    assert "Held off until 2026-11-23 09:00 UTC, also while the budget is over its limit." in lines
    hold = switch(engaged).hold
    assert hold
    assert hold.until == datetime.fromisoformat("2026-11-23T09:00Z")


def test_a_release_never_outlives_its_period(engaged: Shell) -> None:
    lines = release(engaged, "--until", "2027-01-01")
    assert "Held off until 2026-12-01 00:00 UTC, also while the budget is over its limit." in lines
    assert any("next one counts from zero" in line for line in lines)


def test_so_many_dollars_more(engaged: Shell) -> None:
    lines = release(engaged, "--extend", "50")
    expected = "Held off until $50.00 beyond the limit are used up, at the latest 2026-12-01 00:00 UTC."
    assert expected in lines
    engaged.meter(record("2", cost_usd="30"))
    engaged.orders()({"command": "reconcile"}, NOW.replace(minute=2))
    assert switch(engaged).phase is Phase.ON
    assert states(engaged)["agent"] == {"reserved": 0}


def test_cheaper_models_may_be_asked_for_on_while_targets_come_back(engaged: Shell) -> None:
    match: dict[str, str | tuple[str, ...]] = {"project_id": "marketing-gen-v1"}
    engaged.deploy(budget("staging", 100, match=match, mode="enforce", on_soft_limit="degrade"))
    engaged.orders()(envelope(CROSSED, "Budget Threshold Crossed", "spendplane"), NOW)
    lines = release(engaged, "--extend", "25")
    ids = "throttle/staging/m2026-11-01, degrade/staging/m2026-11-01"
    assert lines[0] == f"staging: 2 of 2 targets came back ({ids})"
    assert any(line.startswith("Cheaper models are still asked for: $120.00 of $125.00 (96.0 %)") for line in lines)
    assert states(engaged)["agent"] == {"reserved": 10}


def test_dollars_that_are_used_up_already_release_nothing(engaged: Shell) -> None:
    lines = release(engaged, "--extend", "20", code=3)
    assert lines[0] == "staging: not released (throttle/staging/m2026-11-01)"
    told = next(line for line in lines if line.startswith("It stays on"))
    assert "$120.00 of $120.00 (100.0 %), the $20.00 granted by" in told
    assert lines[-1] == "  release it wholly  spendplane release staging --reason '...'"
    assert states(engaged)["agent"] == {"reserved": 0}


def test_a_period_without_an_end(shell: Shell) -> None:
    shell.deploy(budget("staging", 1, period=Period.TOTAL, mode="enforce"))
    shell.meter(record("1", cost_usd="2"))
    assert "Held off for good (its period has no end), also while the budget is over its limit." in release(shell)
    assert "Held off until $5.00 beyond the limit are used up." in release(shell, "--extend", "5")


def test_before_anything_was_turned_down(shell: Shell) -> None:
    shell.deploy(STAGING)
    assert release(shell)[0] == "staging: nothing was down (throttle/staging/m2026-11-01)"


def test_what_somebody_changed_is_left_and_what_fails_is_tried_again(engaged: Shell) -> None:
    def failing(call: str, target: Target) -> None:
        if call == "restore" and target.name == "agent":
            raise RefusedError(f"{target.label}: no room")

    engaged.fleet.before_call = failing
    summaries = next(target for target in engaged.fleet.resources.values() if target.name == "summaries")
    engaged.fleet.states[summaries.key] = {"reserved": 7}
    lines = release(engaged, code=3)
    assert lines[0] == "staging: 0 of 2 targets came back (throttle/staging/m2026-11-01)"
    assert lines[3:5] == [
        "lambda-function summaries  left as it is  changed by somebody meanwhile, not overwritten: reserved",
        "lambda-function agent      failed         no room",
    ]
    assert lines[6:9] == [
        "Held off until 2026-12-01 00:00 UTC, also while the budget is over its limit.",
        "What somebody changed meanwhile stays as it is.",
        "What failed is tried again each minute: spendplane kill show throttle/staging/m2026-11-01",
    ]
    assert states(engaged)["summaries"] == {"reserved": 7}


def test_what_another_budget_keeps_down_stays_down(over: Shell) -> None:
    other = budget("everything", 1, match={"environment": "staging"}, mode="enforce")
    over.deploy(budget("staging", 100, match={"project_id": "marketing-gen-v1"}, mode="enforce"), other)
    over.meter(record("2", cost_usd="2"))
    over.enforce()
    lines = release(over, code=3)
    assert "lambda-function agent      still kept down  by throttle/everything/m2026-11-01" in lines
    assert "What another budget keeps down comes back when that one goes off or is released too." in lines
    assert states(over)["agent"] == {"reserved": 0}


def test_json(engaged: Shell) -> None:
    found = engaged.json("release", "staging", "--reason", "launch today", "--extend", "50.10")
    assert {name: found[name] for name in ("budget_id", "key", "by", "reason", "held_until")} == {
        "budget_id": "staging",
        "key": None,
        "by": ANN,
        "reason": "launch today",
        "held_until": "2026-12-01T00:00:00Z",
    }
    assert str(found["extend_usd"]) == "50.1"
    ((only),) = found["switches"]
    assert (only["phase"], only["on"]) == ("held", False)
    assert [(item["name"], item["status"]) for item in only["targets"]] == [
        ("agent", "restored"),
        ("summaries", "restored"),
    ]
    assert found["figures"]["TargetsRestored"] == 2


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        ((), 2, "--reason"),
        (("--reason", "x", "--until", "soon"), 2, "ISO 8601"),
        (("--reason", "x", "--extend", "much"), 2, "not an amount of US dollars"),
        (("--reason", "x", "--extend", "NaN"), 2, "grants nothing"),
        (("--reason", "x", "--extend=-5"), 2, "grants nothing"),
        (("--reason", "x", "--until", "2026-11-22"), 1, "is over"),
        (("--reason", "x", "--key", "ann"), 1, "leave --key out"),
    ],
)
def test_words_that_make_no_sense(engaged: Shell, args: tuple[str, ...], code: int, says: str) -> None:
    result = engaged("release", "staging", *args)
    assert result.exit_code == code
    assert says in result.stderr
    assert switch(engaged).phase is Phase.ON
