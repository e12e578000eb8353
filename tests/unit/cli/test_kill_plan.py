"""`spendplane kill plan`."""

from dataclasses import replace

from spendplane.domain.periods import Period
from tests.support.builders import budget, record
from tests.unit.cli.conftest import Shell

STAGING = budget("staging", 100, match={"project_id": "marketing-gen-v1"}, mode="enforce")
LIVE = (
    "lambda-function live  production   its environment 'production' is protected or unknown (may be throttled:"
    " development, sandbox, staging, test)"
)


def test_plan_says_what_when_down_done_and_what_not(over: Shell) -> None:
    assert over.lines("kill", "plan", "staging") == [
        "Kill switch of staging",
        "",
        "  stands at  $120.00 spent, 120.0 % of $100; November 2026 (UTC), ends 2026-12-01 00:00 UTC",
        "  should be  on: $120.00 of $100.00 (120.0 %)",
        "  switch is  due, not looked at yet (throttle/staging/m2026-11-01)",
        "  mode       enforce",
        "",
        "2 targets would be turned down.",
        "",
        "Target                     Environment  When down",
        "lambda-function agent      staging      reserved concurrency 0: every call is refused",
        "lambda-function summaries  staging      reserved concurrency 0: every call is refused",
        "",
        "Not touched           Environment  Why",
        "lambda-function demo  staging      exempt until 2026-11-30 by its tag `spendplane:exempt`",
        LIVE,
        "",
        "Nothing was changed. To turn it on now, whatever is spent: spendplane kill engage staging --reason '...'",
    ]
    assert not any(call == "throttle" for call, _ in over.fleet.calls)


def test_plan_of_what_is_on(engaged: Shell) -> None:
    found = engaged.lines("kill", "plan", "staging")
    assert "  switch is  on, 2 targets (throttle/staging/m2026-11-01)" in found
    assert "2 targets kept down now." in found
    assert found[-1].endswith("To give everything back: spendplane release staging --reason '...'")


def test_plan_of_a_budget_that_only_observes(over: Shell) -> None:
    over.deploy(replace(STAGING, mode="observe"))
    found = over.lines("kill", "plan", "staging")
    verdict = "Observed only: the budget's mode is observe: nothing is touched. In mode enforce 2 targets would be"
    assert f"{verdict} turned down." in found
    assert found[-1].endswith("To have it act: set `mode: enforce` for staging in budgets.yaml and deploy.")


def test_plan_beyond_the_cap(over: Shell) -> None:
    over.protection = replace(over.protection, max_targets=1)
    found = over.lines("kill", "plan", "staging")
    assert "Refused, a person has to look: 2 targets are more than the 1 that may be throttled at once." in found
    assert found[-1].endswith("spendplane kill engage staging --max-targets 2 --reason '...'")


def test_plan_of_nothing(shell: Shell) -> None:
    shell.deploy(STAGING, budget("providers", 1, match={"provider": "openai"}, mode="enforce"))
    found = shell.lines("kill", "plan", "staging")
    assert "  switch is  off, and was never on in this period (throttle/staging/m2026-11-01)" in found
    assert "Refused, a person has to look: no resource carries its tags." in found
    assert "by `provider`, which no resource tag says." in "\n".join(shell.lines("kill", "plan", "providers"))


def test_plan_of_a_budget_that_would_never_go_on_by_itself(over: Shell) -> None:
    over.deploy(replace(STAGING, on_hard_limit="notify"))
    found = over.lines("kill", "plan", "staging")
    assert "  by itself  budgets.yaml says `on_hard_limit: notify`: only a person turns it on" in found


def test_plan_of_a_key_with_a_dash_before_it_spent_anything(shell: Shell) -> None:
    shell.deploy(budget("users", 5, per="user_id", period=Period.DAILY, mode="enforce"))
    shell.resource("shared", "bedrock-role")
    found = shell.lines("kill", "plan", "users", "--key=-x")
    assert found[0] == "Kill switch of users for -x"
    assert "  stands at  nothing is counted yet in this period" in found
    assert "bedrock-role shared (session -x)  staging      calls of models denied by an inline policy" in found
    assert found[-1].endswith("spendplane kill engage users --key=-x --reason '...'")


def test_plan_of_a_budget_that_is_not_deployed(over: Shell) -> None:
    result = over("kill", "plan", "stagin")
    assert result.exit_code == 1
    assert "did you mean `staging`?" in result.stderr
    assert over.function.asked == []


def test_plan_json(over: Shell) -> None:
    found = over.json("kill", "plan", "staging")
    assert (found["on"], found["mode"], found["plan"]["verdict"]) == (True, "enforce", "throttle")
    assert [(item["name"], item["when_down"]) for item in found["plan"]["targets"]] == [
        ("agent", "reserved concurrency 0: every call is refused"),
        ("summaries", "reserved concurrency 0: every call is refused"),
    ]
    assert [item["name"] for item in found["plan"]["refused"]] == ["demo", "live"]
    assert found["standing"]["percent"] == 120
    over.deploy(STAGING, budget("users", 5, per="user_id"))
    assert over.json("kill", "plan", "users", "--key", "nobody")["standing"] is None


def test_what_tags_say_is_harmless_on_a_terminal(shell: Shell) -> None:
    shell.deploy(STAGING)
    shell.meter(record("1", cost_usd="1"))
    shell.resource("evil\x1b[31m")
    text = shell("kill", "plan", "staging").stdout
    assert "\x1b" not in text
    assert "evil\\x1b[31m" in text
