"""What somebody is sent to at 3 a.m. is there, and what it says to type exists."""

import ast
import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import botocore.session
import pytest
from botocore import xform_name
from typer.main import get_command

from cli.main import app
from spendplane.application.telling import idle_notices, idle_telling, notices, switch_notices
from spendplane.contract.commands import Reconcile, Release, parse
from spendplane.contract.outgoing import ThresholdCrossed
from tests.unit.docs.markdown import DOCS, ROOT, anchors, commands

RUNBOOK = (DOCS / "runbook.md").read_text(encoding="utf-8")
FOR_PEOPLE = (
    *("docs/recovery.md", "docs/runbook.md", "docs/kill-switch.md", "docs/operations.md", "docs/idle.md"),
    "README.md",
)
GOLDEN = ROOT / "tests/unit/application/golden"
ALARMS = [f"{name}{alarm}" for name in ("Enforce", "Hours") for alarm in ("Errors", "Throttles", "Stalled", "DlqDepth")]
RECOVERY = (DOCS / "recovery.md").read_text(encoding="utf-8")
OF_THE_AWS_CLI = {"--no-enabled", "--query", "--output", "--max-items", "--cli-binary-format", "--cli-input-json"}
"""Options that no service has."""


def rendered() -> set[str]:
    """The anchors in notices as they are sent."""
    texts = (path.read_text(encoding="utf-8") for path in GOLDEN.iterdir())
    return {anchor for text in texts for anchor in re.findall(rf"{re.escape(notices.RUNBOOK)}#([\w-]+)", text)}


def in_source() -> set[str]:
    """Those that the code can make, also where no golden notice shows one."""
    trees = [ast.parse(_source(module)) for module in (switch_notices, idle_notices)]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    calls = [node for node in nodes if isinstance(node, ast.Call) and ast.unparse(node.func) == "Notice"]
    found = {str(ast.literal_eval(call.args[3])) for call in calls}
    for anchor in re.findall(r'\{runbook\}#([^"]+)"', _source(notices) + _source(idle_telling)):
        levels = get_args(ThresholdCrossed.model_fields["severity"].annotation)
        found |= {anchor.replace("{alert.severity}", level) for level in levels}
    return found


def _source(module: ModuleType) -> str:
    return Path(str(module.__file__)).read_text(encoding="utf-8")


def test_every_notice_leads_to_a_section() -> None:
    assert {"soft-limit", "hard-limit", "no-price-known", "kill-switch-engaged"} <= rendered()
    assert rendered() <= in_source()
    assert in_source() <= set(anchors(RUNBOOK))


def test_no_heading_is_there_twice() -> None:
    found = anchors(RUNBOOK)
    assert len(found) == len(set(found)), "GitHub would number the second one, and links lead to the first"


@pytest.mark.parametrize("alarm", ALARMS)
def test_every_alarm_of_enforce_and_hours_has_a_section(alarm: str) -> None:
    assert alarm.lower() in anchors(RUNBOOK)


def test_the_alarms_of_its_figures_have_a_section() -> None:
    stack = (ROOT / "stacks/constructs/alarms.py").read_text(encoding="utf-8")
    alarms = re.findall(r'"(\w+)",\s+records\("\w+", "(?:enforce|hours)"', stack)
    assert set(alarms) == {"TargetsEscalated", "TargetsFailed", "HoursForgone"}
    assert {name.lower() for name in alarms} <= set(anchors(RUNBOOK))


def spendplane(words: list[str]) -> None:
    """Parses a command line as the program does. Raises Typer's usage errors."""
    command: Any = get_command(app)
    context = command.make_context("spendplane", list(words))
    rest = [*context._protected_args, *context.args]
    while hasattr(command, "resolve_command"):
        name, command, rest = command.resolve_command(context, rest)
        context = command.make_context(name, rest, parent=context)
        rest = [*context._protected_args, *context.args]


@pytest.mark.parametrize("words", commands(RUNBOOK, "spendplane"), ids=" ".join)
def test_a_command_of_the_runbook_can_be_typed_as_it_stands(words: list[str]) -> None:
    spendplane(words)


def known_options(words: list[str]) -> tuple[set[str], list[str]]:
    """Of the command that these words begin with and of the program; and the words behind the command's name."""
    command: Any = get_command(app)
    found = {"--help"}
    for place, word in enumerate(words):
        found |= {option for parameter in command.params for option in parameter.opts}
        if not hasattr(command, "commands"):
            return found, words[place:]
        assert word in command.commands, f"spendplane {' '.join(words)}"
        command = command.commands[word]
    return found, []


@pytest.mark.parametrize("name", FOR_PEOPLE)
def test_commands_and_options_that_documents_name_exist(name: str) -> None:
    found = commands((ROOT / name).read_text(encoding="utf-8"), "spendplane")
    assert found
    for words in found:
        options, rest = known_options(words)
        assert {word.partition("=")[0] for word in rest if word.startswith("--")} <= options, f"{name}: {words}"


def test_a_command_that_does_not_exist_would_be_found() -> None:
    for wrong in (["kill", "nothing"], ["release"], ["kill", "ls", "--nothing"]):
        with pytest.raises(Exception, match=r"No such|Missing"):
            spendplane(wrong)


def aws(words: list[str]) -> None:
    """That the services have this operation with these options. Raises AssertionError."""
    session = botocore.session.get_session()
    service, operation, *rest = words
    options = {word for word in rest if word.startswith("--")} - OF_THE_AWS_CLI
    if (service, operation) == ("logs", "tail"):
        assert options <= {"--since"}
        return
    if operation == "wait":
        waiters = session.get_waiter_model(service)
        waiter = next(name for name in waiters.waiter_names if xform_name(name, "-") == rest[0])
        operation = xform_name(waiters.get_waiter(waiter).operation, "-")
    model = session.get_service_model(service)
    known = {xform_name(name, "-"): name for name in model.operation_names}
    assert operation in known, f"aws {service} {operation}"
    shape = model.operation_model(known[operation]).input_shape
    members = shape.members if shape else {}
    assert options <= {f"--{xform_name(member, '-')}" for member in members}, f"aws {' '.join(words)}"


@pytest.mark.parametrize(
    "words", [*commands(RUNBOOK, "aws"), *commands(RECOVERY, "aws")], ids=lambda words: " ".join(words[:2])
)
def test_what_is_done_by_hand_is_an_operation_of_aws(words: list[str]) -> None:
    aws(words)


def test_the_function_understands_what_it_is_told_by_hand() -> None:
    told = [words[words.index("--payload") + 1] for words in commands(RUNBOOK, "aws") if "--payload" in words]
    assert {type(parse(json.loads(text))) for text in told if "command" in text} == {Reconcile, Release}


def test_an_option_that_aws_does_not_have_would_be_found() -> None:
    with pytest.raises(AssertionError, match="get-item --nothing"):
        aws(["dynamodb", "get-item", "--nothing"])


def test_the_undo_of_every_kind_is_shown_by_hand() -> None:
    from spendplane.adapters.fleet.kinds import KINDS

    by_hand = RUNBOOK.partition("# When Spendplane itself is down")[2]
    services = {
        "lambda-function": "lambda delete-function-concurrency", "sagemaker-endpoint": "sagemaker create-endpoint",
        "sagemaker-inference-component": "update-inference-component-runtime-config",
        "api-stage": "apigateway update-stage", "http-api-stage": "apigatewayv2 update-stage",
        "usage-plan": "update-usage-plan", "bedrock-role": "delete-role-policy", "ecs-service": "ecs update-service",
    }  # fmt: skip
    assert {kind.kind for kind in KINDS} == set(services)
    assert [kind for kind, words in services.items() if words not in by_hand] == []
