"""`spendplane kill engage`."""

from dataclasses import replace

import pytest

from spendplane.application.ports.fleet import RefusedError
from spendplane.domain.switches import Level, Phase
from spendplane.domain.targets import Target
from tests.support.builders import budget, ref
from tests.unit.cli.conftest import Shell
from tests.unit.cli.fakes import ANN

STAGING = budget("staging", 100, match={"project_id": "marketing-gen-v1"}, mode="enforce")
LIVE = (
    "lambda-function live  production   its environment 'production' is protected or unknown (may be throttled:"
    " development, sandbox, staging, test)"
)
RELEASE = "  release it  spendplane release staging --reason '...'"


def down(shell: Shell) -> list[str]:
    return sorted(shell.fleet.resources[key].name for key, state in shell.fleet.states.items() if 0 in state.values())


def test_engage_turns_down_and_says_how_to_take_it_back(over: Shell) -> None:
    found = over.lines("kill", "engage", "staging", "--reason", "stop it", "--yes")
    assert found == [
        "staging: on, 2 targets down (throttle/staging/m2026-11-01)",
        "",
        "Target                     Became       Detail",
        "lambda-function agent      turned down  reserved 10 -> 0",
        "lambda-function summaries  turned down  reserved None -> 0",
        "",
        "Not touched           Environment  Why",
        "lambda-function demo  staging      exempt until 2026-11-30 by its tag `spendplane:exempt`",
        LIVE,
        "",
        "On until 2026-12-01 00:00 UTC, or until somebody releases it.",
        RELEASE,
    ]
    assert down(over) == ["agent", "summaries"]


def test_engage_below_the_limit(shell: Shell) -> None:
    shell.deploy(replace(STAGING, on_hard_limit="notify"))
    shell.resource("agent")
    told = shell.lines("kill", "engage", "staging", "--reason", "x", "-y")
    assert "lambda-function agent  turned down  reserved 10 -> 0" in told
    shell.enforce()
    assert down(shell) == ["agent"]


def test_a_person_is_shown_the_plan_and_asked(over: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.commands.engage.answering", lambda: True)
    refused = over("kill", "engage", "staging", "--reason", "stop it", stdin="n\n")
    assert refused.exit_code == 1
    assert "2 targets" in refused.stdout
    assert "lambda-function agent" in refused.stdout
    assert "Turn the kill switch of staging on? [y/N]" in refused.stderr
    assert "Nothing was changed." in refused.stderr
    assert down(over) == []
    assert over("kill", "engage", "staging", "--reason", "stop it", stdin="y\n").exit_code == 0
    assert down(over) == ["agent", "summaries"]


def test_what_a_person_allows_beyond_the_cap_is_said_before(over: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.commands.engage.answering", lambda: True)
    over.protection = replace(over.protection, max_targets=1)
    found = over.lines("kill", "engage", "staging", "--reason", "x", "--max-targets", "2", stdin="y\n")
    assert found[0] == "Allowed by --max-targets 2: 2 targets would be turned down."
    assert down(over) == ["agent", "summaries"]


@pytest.mark.parametrize("args", [(), ("--json",)])
def test_where_nobody_can_be_asked_it_takes_yes(over: Shell, args: tuple[str, ...]) -> None:
    result = over("kill", "engage", "staging", "--reason", "x", *args)
    assert result.exit_code == 2
    assert "say --yes" in result.stderr
    assert over.function.asked == []


def test_an_order_that_comes_to_nothing_says_why_and_how_to_withdraw_it(over: Shell) -> None:
    over.deploy(replace(STAGING, mode="observe"))
    found = over.lines("kill", "engage", "staging", "--reason", "x", "--yes", code=3)
    assert found[0] == "staging: nothing was turned down (throttle/staging/m2026-11-01)"
    assert found[-4:] == [
        "Why: the budget's mode is observe: nothing is touched.",
        "To have it act: set `mode: enforce` for staging in budgets.yaml and deploy.",
        "The order stands, and is looked at again every five minutes until the period ends or it is withdrawn.",
        "  withdraw it  spendplane release staging --reason '...'",
    ]


def test_an_order_beyond_its_own_cap(over: Shell) -> None:
    found = over.lines("kill", "engage", "staging", "--reason", "x", "--yes", "--max-targets", "1", code=3)
    assert "Why: 2 targets are more than the 1 that may be throttled at once." in found
    assert "Look at them, then allow so many: spendplane kill engage staging --max-targets 2 --reason '...'" in found
    assert down(over) == []


@pytest.mark.parametrize(
    ("tags", "says"),
    [
        ({"environment": "production"}, "Mend the tags of what is listed as not touched, or turn it down by hand."),
        ({"project": "other"}, "Tag its resources as the budget selects them, or turn them down by hand."),
    ],
)
def test_an_order_over_nothing_that_may_go(shell: Shell, tags: dict[str, str], says: str) -> None:
    shell.deploy(STAGING)
    shell.resource("agent", tags=tags)
    assert says in shell.lines("kill", "engage", "staging", "--reason", "x", "--yes", code=3)


def test_what_fails_is_found(over: Shell) -> None:
    def failing(call: str, target: Target) -> None:
        if call == "throttle" and target.name == "agent":
            raise RefusedError(f"{target.label}: no permission")

    over.fleet.before_call = failing
    found = over.lines("kill", "engage", "staging", "--reason", "x", "--yes", code=3)
    assert found[0] == "staging: on, 1 target down (throttle/staging/m2026-11-01)"
    assert found[4] == "lambda-function agent      failed       no permission"


def test_engage_json(over: Shell) -> None:
    found = over.json("kill", "engage", "staging", "--reason", "stop it", "--yes")
    assert (found["by"], found["reason"], found["figures"]["TargetsThrottled"]) == (ANN, "stop it", 2)
    (switch,) = found["switches"]
    assert (switch["phase"], switch["reason"]) == ("on", f"engaged by {ANN}: stop it")
    assert [item["status"] for item in switch["targets"]] == ["throttled", "throttled"]


def test_release_ends_an_order(over: Shell) -> None:
    over.lines("kill", "engage", "staging", "--reason", "x", "--yes")
    assert over("release", "staging", "--reason", "enough").exit_code == 0
    switch = over.store.get(ref(STAGING), Level.THROTTLE)
    assert switch
    assert (switch.phase, switch.order) == (Phase.HELD, None)
