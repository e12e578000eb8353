"""`spendplane doctor`."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, NoCredentialsError

from spendplane.application.announcing import usage_quarantined
from tests.support.builders import NOW, budget
from tests.unit.cli.conftest import Shell


class Client:
    """An AWS client that gives prepared answers, or raises them."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers = answers
        self.meta = type("Meta", (), {"endpoint_url": "https://here", "region_name": "eu-west-1"})

    def __getattr__(self, name: str) -> Any:
        def call(**parameters: Any) -> Any:
            answer = self.answers[name]
            answer = answer(parameters) if callable(answer) else answer
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call


def refusal(code: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "told so"}}, operation)


def identity(skew: timedelta = timedelta()) -> dict[str, Any]:
    date = format_datetime(datetime.now(UTC) + skew, usegmt=True)
    return {
        "Account": "123456789012",
        "Arn": "arn:aws:iam::123456789012:user/me",
        "ResponseMetadata": {"HTTPHeaders": {"date": date}},
    }


def depth(parameters: dict[str, Any]) -> dict[str, Any]:
    return {"Attributes": {"ApproximateNumberOfMessages": "0", "QueueArn": parameters["QueueUrl"]}}


@pytest.fixture
def sound(shell: Shell) -> Shell:
    """An account in which all is well."""
    Path("budgets.yaml").write_text("version: 1\nbudgets: [{id: staging, limit_usd: 1}]\n")
    Path("prices.yaml").write_text("version: 1\n")
    shell.clients = {
        "sts": Client({"get_caller_identity": identity()}),
        "events": Client(
            {
                "describe_event_bus": {},
                "list_rules": {"Rules": [{"Name": "r", "EventPattern": '["AI Usage Recorded"]', "State": "ENABLED"}]},
            }
        ),
        "dynamodb": Client(
            {
                "describe_table": {
                    "Table": {"TableStatus": "ACTIVE", "GlobalSecondaryIndexes": [{"IndexName": "work"}]},
                },
                "describe_time_to_live": {"TimeToLiveDescription": {"TimeToLiveStatus": "ENABLED"}},
                "describe_continuous_backups": {
                    "ContinuousBackupsDescription": {
                        "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "ENABLED"}
                    }
                },
            }
        ),
        "sqs": Client(
            {
                "get_queue_url": {"QueueUrl": "https://sqs/spendplane-usage"},
                "list_queues": {"QueueUrls": ["https://sqs/spendplane-usage", "https://sqs/spendplane-usage-dlq"]},
                "get_queue_attributes": depth,
            }
        ),
        "sns": Client({"list_subscriptions_by_topic": {"Subscriptions": [{"SubscriptionArn": "arn:aws:sns:1"}]}}),
        "scheduler": Client({"get_schedule": {"State": "ENABLED"}}),
        "cloudwatch": Client({"get_metric_statistics": {"Datapoints": [{"Sum": 10.0}]}}),
    }
    shell.deploy(budget("staging", 1, on_hard_limit="throttle"))
    return shell


def found(shell: Shell, code: int = 0) -> dict[str, dict[str, Any]]:
    return {item["check"]: item for item in shell.json("doctor", code=code)}


def test_a_sound_account_has_nothing_but_ok(sound: Shell) -> None:
    states = {name: item["state"] for name, item in found(sound).items()}
    assert set(states.values()) == {"ok"}
    assert set(states) == {
        "budgets.yaml", "prices.yaml", "credentials", "clock", "bus", "rule", "table", "index", "expiry", "recovery",
        "queue", "dead letters", "topic", "budgets", "sweep",
    }  # fmt: skip
    assert "0 failed" in sound("doctor").stdout


@pytest.mark.parametrize(
    ("service", "call", "answer", "check", "state"),
    [
        ("sts", "get_caller_identity", identity(timedelta(seconds=90)), "clock", "warn"),
        ("sts", "get_caller_identity", identity(timedelta(seconds=-400)), "clock", "fail"),
        ("events", "describe_event_bus", refusal("ResourceNotFoundException", "DescribeEventBus"), "bus", "fail"),
        ("events", "list_rules", {"Rules": []}, "rule", "fail"),
        ("events", "list_rules", {"Rules": [{"Name": "r", "EventPattern": '["AI Usage Recorded"]', "State": "OFF"}]},
         "rule", "fail"),
        ("dynamodb", "describe_table", refusal("ResourceNotFoundException", "DescribeTable"), "table", "fail"),
        ("dynamodb", "describe_table", {"Table": {"TableStatus": "ACTIVE"}}, "index", "fail"),
        ("dynamodb", "describe_table", {"Table": {"TableStatus": "CREATING"}}, "table", "fail"),
        ("dynamodb", "describe_time_to_live", {"TimeToLiveDescription": {"TimeToLiveStatus": "DISABLED"}}, "expiry",
         "warn"),
        ("dynamodb", "describe_continuous_backups", {"ContinuousBackupsDescription": {}}, "recovery", "warn"),
        ("sqs", "get_queue_url", refusal("AWS.SimpleQueueService.NonExistentQueue", "GetQueueUrl"), "queue", "fail"),
        ("sqs", "get_queue_attributes", {"Attributes": {"ApproximateNumberOfMessages": "3"}}, "dead letters", "fail"),
        ("sqs", "get_queue_attributes", {"Attributes": {"ApproximateNumberOfMessages": "20000"}}, "queue", "warn"),
        ("sqs", "list_queues", {}, "dead letters", "fail"),
        ("sns", "list_subscriptions_by_topic", {"Subscriptions": []}, "topic", "warn"),
        ("sns", "list_subscriptions_by_topic", {"Subscriptions": [{"SubscriptionArn": "PendingConfirmation"}]}, "topic",
         "warn"),
        ("sns", "list_subscriptions_by_topic", refusal("AccessDeniedException", "ListSubscriptions"), "topic", "fail"),
        ("scheduler", "get_schedule", {"State": "DISABLED"}, "sweep", "fail"),
        ("scheduler", "get_schedule", refusal("ResourceNotFoundException", "GetSchedule"), "sweep", "fail"),
        ("cloudwatch", "get_metric_statistics", {}, "sweep", "ok"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_mend(
    sound: Shell, service: str, call: str, answer: Any, check: str, state: str
) -> None:
    sound.clients[service].answers[call] = answer
    failing = sound("doctor").exit_code == 3
    finding = found(sound, code=3 if failing else 0)[check]
    assert finding["state"] == state
    if state != "ok":
        assert finding["mend"]


def test_without_credentials_nothing_else_is_asked(sound: Shell) -> None:
    sound.clients["sts"].answers["get_caller_identity"] = NoCredentialsError()
    states = {name: item["state"] for name, item in found(sound, code=3).items()}
    assert states["credentials"] == "fail"
    assert states["budgets.yaml"] == "ok"
    assert {states[name] for name in ("bus", "table", "queue", "topic", "budgets", "sweep")} == {"skip"}


def test_announcements_that_nobody_took(sound: Shell) -> None:
    announcement = usage_quarantined("q", "why", "s", NOW)
    sound.store.add(announcement, NOW - timedelta(minutes=4))
    assert "overdue" in found(sound, code=3)["sweep"]["detail"]


def test_no_budget_is_deployed(sound: Shell) -> None:
    sound.store.budgets.clear()
    assert found(sound)["budgets"]["state"] == "warn"


def test_the_file_says_something_else(sound: Shell) -> None:
    Path("budgets.yaml").write_text("version: 1\nbudgets: [{id: staging, limit_usd: 2}]\n")
    assert "spendplane budget plan" in found(sound)["budgets"]["mend"]


def test_files_with_mistakes(sound: Shell) -> None:
    Path("budgets.yaml").write_text("version: 2\n")
    Path("prices.yaml").write_text("entries: 3\n")
    states = found(sound, code=3)
    assert states["budgets.yaml"]["state"] == states["prices.yaml"]["state"] == "fail"


def test_files_that_are_not_here_are_no_failure(sound: Shell) -> None:
    Path("budgets.yaml").unlink()
    Path("prices.yaml").unlink()
    states = found(sound)
    assert (states["budgets.yaml"]["state"], states["prices.yaml"]["state"]) == ("ok", "warn")
    assert states["budgets"]["detail"] == "1 are deployed"
