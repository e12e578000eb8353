"""A person sees the reason of a failure, not the machinery around it."""

from pathlib import Path

import pytest

from local.cdk import reason
from local.custom_resources import install


def test_a_budgets_error_is_shown_as_the_app_said_it(tmp_path: Path) -> None:
    log = tmp_path / "cdk.log"
    log.write_text(
        "/x/bad.yaml:4: budgets[0].limit_usd: must not be negative; write 0 where nothing may be spent\n"
        ".venv/bin/python app.py: Subprocess exited with error 1\n\n"
    )

    assert reason(log) == (
        "    /x/bad.yaml:4: budgets[0].limit_usd: must not be negative; write 0 where nothing may be spent"
    )


def test_of_a_failed_deployment_only_the_verdict_is_shown(tmp_path: Path) -> None:
    log = tmp_path / "cdk.log"
    log.write_text(
        "Stack | 3/9 | 3:24:53 PM | CREATE_IN_PROGRESS | AWS::SQS::Queue | Q\n"
        "\x1b[31m❌  Stack failed to deploy\x1b[0m\n"
        "‣ DeploymentError: Resource updates failed:\n"
        "    at deploy (/x/node_modules/aws-cdk/lib/index.js:1:1)\n"
        "  AccessDenied: not authorized to perform s3:GetObject\n"
    )

    assert [line.strip() for line in reason(log).splitlines()] == [
        "❌  Stack failed to deploy",
        "‣ DeploymentError: Resource updates failed:",
        "AccessDenied: not authorized to perform s3:GetObject",
    ]


class Emulator:
    """The two modules of the emulator that the launcher reaches into."""

    def __init__(self, result: dict[str, object]) -> None:
        self.result = result
        self.told: list[tuple[str, dict[str, str]]] = []

    def _execute_function_with_config_scope(self, _function: object, _event: object) -> dict[str, object]:
        return self.result

    def deliver_response(self, token: str, response: dict[str, str]) -> None:
        self.told.append((token, response))


@pytest.mark.parametrize(
    ("event", "result", "told"),
    [
        (
            {"ResponseURL": "http://127.0.0.1/_x/cfn-response/token-1"},
            {"error": True, "body": {"errorType": "KeyError", "errorMessage": "'TABLE_NAME'"}},
            [("token-1", {"Status": "FAILED", "Reason": "KeyError: 'TABLE_NAME'"})],
        ),
        ({"ResponseURL": "http://127.0.0.1/_x/cfn-response/token-1"}, {"body": None}, []),
        ({"Records": []}, {"error": True, "body": "timed out"}, []),
    ],
)
def test_a_custom_resource_hears_of_its_functions_failure_at_once(
    event: dict[str, object], result: dict[str, object], told: list[tuple[str, dict[str, str]]]
) -> None:
    emulator = Emulator(result)

    install(emulator, emulator)

    assert emulator._execute_function_with_config_scope({}, event) == result
    assert emulator.told == told
