"""What holds for every command: errors in words, exit codes, global options, help."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, NoRegionError
from typer.testing import CliRunner

from cli.errors import explained
from cli.group import hoisted
from cli.main import app
from cli.output import count, plain, safe, to_json
from cli.settings import Settings
from spendplane.application.ports import BusyError, UnstorableError
from spendplane.bootstrap import Ports
from tests.unit.cli.conftest import Shell

COMMANDS = ["status", "tail", "explain", "release", "reprice", "rebuild", "doctor"]
GROUPS = {
    "budget": ["ls", "plan"],
    "events": ["put"],
    "kill": ["ls", "show", "plan", "engage"],
    "quarantine": ["ls", "show", "replay"],
    "prices": ["calc"],
    "tags": ["audit", "fix"],
}
EVERY = [[name] for name in COMMANDS] + [[group, name] for group, names in GROUPS.items() for name in names]


def client_error(code: str, operation: str = "Query") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "told so"}}, operation)


def failing(shell: Shell, error: Exception) -> Shell:
    def make(_: Settings) -> Ports:
        raise error

    shell.make_ports = make
    return shell


def caused(by: Exception) -> BusyError:
    error = BusyError("EventBridge: …")
    error.__cause__ = by
    return error


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (NoCredentialsError(), "AWS_PROFILE"),
        (NoRegionError(), "AWS_REGION"),
        (EndpointConnectionError(endpoint_url="http://127.0.0.1:1/"), "make up"),
        (client_error("ResourceNotFoundException"), "no table `spendplane`"),
        (client_error("ResourceNotFoundException", "PutEvents"), "no event bus `spendplane`"),
        (client_error("ResourceNotFoundException", "Invoke"), "no function `spendplane-enforce`"),
        (client_error("TooManyRequestsException", "Invoke"), "nothing was done; try again"),
        (client_error("AccessDeniedException"), "AWS denies it"),
        (client_error("AccessDeniedException", "Invoke"), "lambda:InvokeFunction on spendplane-enforce"),
        (client_error("ExpiredTokenException"), "aws sso login"),
        (client_error("UnrecognizedClientException"), "does not know these credentials"),
        (client_error("Strange"), "Strange"),
        (caused(client_error("AccessDeniedException", "PutEvents")), "AWS denies it: PutEvents"),
        (BusyError("DynamoDB: ThrottlingException"), "try again"),
        (UnstorableError("too large"), "too large"),
        (ZeroDivisionError("x"), "this is a defect"),
    ],
)
def test_failures_are_sentences_on_stderr(shell: Shell, error: Exception, says: str) -> None:
    result = failing(shell, error)("status", "--json")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert says in result.stderr
    assert "Traceback" not in result.output


def test_debug_shows_the_trace(shell: Shell) -> None:
    shell.debug = True
    assert isinstance(failing(shell, NoCredentialsError())("status").exception, NoCredentialsError)


def test_an_interrupt_ends_with_130(shell: Shell) -> None:
    def make(_: Settings) -> Ports:
        raise KeyboardInterrupt

    shell.make_ports = make
    result = shell("rebuild")
    assert result.exit_code == 130
    assert "interrupted" in result.stderr


def test_a_file_that_vanishes_is_named() -> None:
    found = explained(FileNotFoundError(2, "No such file or directory", "x.json"), Settings())
    assert found
    assert found.what == "x.json: No such file or directory"


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_every_command_has_json_and_help_with_exit_codes(words: list[str]) -> None:
    result = CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": "100"})
    assert result.exit_code == 0
    assert "--json" in result.stdout
    assert "Exit codes: 0 done" in result.stdout


def test_global_options_may_stand_anywhere() -> None:
    args = ["status", "--table", "t", "--json", "--bus=b", "--debug", "--", "--table", "x"]
    assert hoisted(args, {"--debug"}, {"--table", "--bus"}) == [
        "--table", "t", "--bus=b", "--debug", "status", "--json", "--", "--table", "x",
    ]  # fmt: skip


def test_settings_come_from_options_before_the_environment(shell: Shell) -> None:
    seen: list[Settings] = []

    def make(settings: Settings) -> Ports:
        seen.append(settings)
        return shell.ports

    env = {
        "SPENDPLANE_TABLE": "from-env",
        "SPENDPLANE_BUS": "from-env",
        "SPENDPLANE_ENFORCE_FUNCTION": "from-env",
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cli.live._ports", make)
        assert CliRunner().invoke(app, ["budget", "ls", "--json", "--table", "mine"], env=env).exit_code == 0
    assert seen == [Settings(bus="from-env", table="mine", enforce_function="from-env")]


def test_version() -> None:
    assert CliRunner().invoke(app, ["--version"]).stdout.startswith("spendplane 0.")


def test_help_needs_nothing_heavy() -> None:
    code = "import sys, cli.main; print(sorted({'boto3', 'pydantic', 'genai_prices', 'rich'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("1E+3", "1000"),
        ("0E-18", "0"),
        ("0.050550000000000000", "0.05055"),
        ("1E-18", "0.000000000000000001"),
        ("10", "10"),
    ],
)
def test_decimals_are_plain_numbers(amount: str, text: str) -> None:
    assert plain(Decimal(amount)) == text
    assert json.loads(to_json([Decimal(amount)]), parse_float=Decimal, parse_int=Decimal) == [Decimal(amount)]


def test_json_is_json() -> None:
    value = {"a": [1, None, True, "é\ud800\x1b"], "b": {}, "c": [], "d": (1.5,)}
    for indent in (None, 2):
        assert json.loads(to_json(value, indent)) == {**value, "d": [1.5]}
    assert to_json(datetime(2026, 11, 22, tzinfo=UTC)) == '"2026-11-22T00:00:00Z"'


def test_control_characters_are_shown_not_obeyed() -> None:
    assert safe("a\x1b[31m\n\u202eé\ud800") == "a\\x1b[31m\\n\\u202eé\\ud800"


def test_counts_have_their_plural() -> None:
    assert (count(1, "row"), count(0, "row"), count(2000, "row")) == ("1 row", "0 rows", "2,000 rows")
