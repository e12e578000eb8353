"""Asking the kill switch's function: what comes back, and what goes wrong on the way."""

import json
from io import BytesIO
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from cli.asking import FUNCTION_SECONDS, patient_client
from spendplane.domain.periods import Period
from tests.support.builders import budget, record
from tests.unit.cli.conftest import Shell
from tests.unit.cli.fakes import ANN, payload, refusal

LOG = "aws logs tail /aws/lambda/spendplane-enforce --since 10m"


def asked(shell: Shell) -> Any:
    return shell("release", "staging", "--reason", "launch")


@pytest.mark.parametrize(
    ("answer", "what", "mend"),
    [
        (
            refusal("ResourceNotFoundException", "Invoke"),
            "there is no function `spendplane-enforce`",
            "--enforce-function, SPENDPLANE_ENFORCE_FUNCTION",
        ),
        (
            refusal("AccessDeniedException", "Invoke"),
            "AWS denies it: Invoke: told so",
            "lambda:InvokeFunction on spendplane-enforce",
        ),
        (refusal("TooManyRequestsException", "Invoke"), "asked too often", "nothing was done"),
        (EndpointConnectionError(endpoint_url="http://127.0.0.1:1/"), "Could not connect", "make up"),
        (
            ReadTimeoutError(endpoint_url="http://127.0.0.1:1/"),
            "did not answer within 70 seconds",
            "goes on by itself; see how far it is: spendplane kill ls",
        ),
        (
            payload({"errorType": "BusyError", "errorMessage": "DynamoDB: down"}, FunctionError="Unhandled"),
            "`spendplane-enforce` failed: BusyError: DynamoDB: down",
            LOG,
        ),
        (
            payload({"errorMessage": "Task timed out after 60.00 seconds"}, FunctionError="Unhandled"),
            "failed: Task timed out after 60.00 seconds",
            LOG,
        ),
        ({"FunctionError": "Unhandled", "Payload": BytesIO(b"not JSON")}, "failed: not JSON", LOG),
        ({"FunctionError": "Unhandled", "Payload": BytesIO(b"")}, "failed: it says nothing", LOG),
        ({"Payload": BytesIO(b"")}, "gives no answer of a kill switch", "--enforce-function"),
        (payload(["another function"]), "gives no answer of a kill switch", "--enforce-function"),
        (payload({"ok": False, "error": "no such thing", "mend": "another"}), "error: no such thing", "mend: another"),
    ],
)
def test_what_goes_wrong_is_told_with_its_mend(shell: Shell, answer: Any, what: str, mend: str) -> None:
    shell.function.answer = answer
    result = asked(shell)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert what in result.stderr
    assert mend in result.stderr
    assert "Traceback" not in result.output


def test_an_interrupt_says_that_what_has_begun_goes_on(shell: Shell) -> None:
    shell.function.answer = KeyboardInterrupt()
    result = asked(shell)
    assert result.exit_code == 130
    assert "what has begun goes on by itself" in result.stderr


def test_whoever_asks_is_named_and_nothing_but_the_command_is_sent(shell: Shell) -> None:
    shell.deploy(budget("staging", 100))
    args = ("--reason", "launch", "--until", "2026-11-23T10:00+01:00", "--extend", "12.50")
    assert shell("release", "staging", *args).exit_code == 0
    assert shell.function.asked == [
        {
            "command": "release",
            "budget_id": "staging",
            "key": None,
            "by": ANN,
            "reason": "launch",
            "until": "2026-11-23T10:00:00+01:00",
            "extend_usd": "12.50",
        }
    ]


def test_a_budget_that_is_not_deployed(shell: Shell) -> None:
    shell.deploy(budget("staging", 100))
    result = shell("release", "stagin", "--reason", "launch")
    assert result.exit_code == 1
    assert "no budget `stagin` is deployed" in result.stderr
    assert "choose one of: staging" in result.stderr


@pytest.mark.parametrize("command", [("release",), ("kill", "engage", "--yes")])
def test_a_budget_with_keys_needs_one(shell: Shell, command: tuple[str, ...]) -> None:
    shell.deploy(budget("users", 5, per="user_id", period=Period.DAILY, mode="enforce"))
    shell.resource("shared", "bedrock-role")
    shell.meter(record("1", cost_usd="6", user_id="-x"))
    shell.enforce()
    without = shell(*command, "users", "--reason", "launch")
    assert without.exit_code == 1
    assert "`users` has a counter per user_id" in without.stderr
    assert "name one with --key; now on: -x" in without.stderr
    assert shell(*command, "users", "--key=-x", "--reason", "launch").exit_code == 0
    assert shell.function.asked[-1]["key"] == "-x"


def test_a_reason_that_the_contract_refuses(shell: Shell) -> None:
    shell.deploy(budget("staging", 100))
    result = shell("release", "staging", "--reason", "two\nlines")
    assert result.exit_code == 1
    assert "reason" in result.stderr


def test_the_client_waits_longer_than_the_function_runs_and_asks_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("DEFAULT_REGION", "us-east-1"), ("ACCESS_KEY_ID", "x"), ("SECRET_ACCESS_KEY", "x")):
        monkeypatch.setenv(f"AWS_{name}", value)
    config = patient_client().meta.config
    assert config.read_timeout > FUNCTION_SECONDS
    assert config.retries["total_max_attempts"] == 1


def test_json_of_the_function_stays_exact(over: Shell) -> None:
    answer = over.json("kill", "plan", "staging")
    assert answer["standing"]["spent_usd"] == 120
    assert json.dumps(answer["plan"]["verdict"]) == '"throttle"'
