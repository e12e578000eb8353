"""`spendplane doctor`."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import NoCredentialsError

from spendplane.application.announcing import usage_quarantined
from spendplane.application.hours import Rounds
from spendplane.domain.drift import Compared, Reconciliation
from spendplane.domain.hours import Held, Part, Running
from spendplane.domain.switches import Level
from tests.support.builders import NOW, budget, record, ref
from tests.unit.cli.conftest import Shell
from tests.unit.cli.fakes import Client, refusal


def identity(skew: timedelta = timedelta()) -> dict[str, Any]:
    date = format_datetime(NOW + skew, usegmt=True)
    return {
        "Account": "123456789012",
        "Arn": "arn:aws:iam::123456789012:user/me",
        "ResponseMetadata": {"HTTPHeaders": {"date": date}},
    }


def depth(parameters: dict[str, Any]) -> dict[str, Any]:
    return {"Attributes": {"ApproximateNumberOfMessages": "0", "QueueArn": parameters["QueueUrl"]}}


STAGING = budget("staging", 1, on_hard_limit="throttle", mode="enforce")
LAMBDA = "arn:aws:lambda:eu-west-1:123456789012:function"
USAGE = {"Name": "r", "EventPattern": '["AI Usage Recorded"]', "State": "ENABLED"}
CROSSED = {"Name": "c", "EventPattern": '["Budget Threshold Crossed"]', "State": "ENABLED"}
CONFIGURATION = {
    "State": "Active",
    "LastUpdateStatus": "Successful",
    "Environment": {
        "Variables": {
            "THROTTLEABLE_ENVIRONMENTS": "development,staging",
            "MAX_TARGETS": "20",
            "MAX_ATTEMPTS": "2",
            "MAX_DRIFT_PERCENT": "10",
        }
    },
}


def configuration(parameters: dict[str, Any]) -> dict[str, Any]:
    if parameters["FunctionName"] == "spendplane-bedrock-logs":  # it is optional
        raise refusal("ResourceNotFoundException", "GetFunctionConfiguration")
    return CONFIGURATION


@pytest.fixture
def sound(shell: Shell) -> Shell:
    """An account in which all is well."""
    Path("budgets.yaml").write_text("version: 1\nmode: enforce\nbudgets: [{id: staging, limit_usd: 1}]\n")
    Path("prices.yaml").write_text("version: 1\n")
    shell.clients = {
        "sts": Client({"get_caller_identity": identity()}),
        "events": Client(
            {
                "describe_event_bus": {},
                "list_rules": {"Rules": [USAGE, CROSSED]},
                "describe_archive": {"State": "ENABLED", "RetentionDays": 35},
                "list_targets_by_rule": {"Targets": [{"Arn": f"{LAMBDA}:spendplane-enforce"}]},
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
        "lambda": Client({"get_function_configuration": configuration, "get_function_concurrency": {}}),
        "bedrock": Client({"get_model_invocation_logging_configuration": {}}),
        "sns": Client({"list_subscriptions_by_topic": {"Subscriptions": [{"SubscriptionArn": "arn:aws:sns:1"}]}}),
        "scheduler": Client({"get_schedule": {"State": "ENABLED"}}),
        "cloudwatch": Client({"get_metric_statistics": {"Datapoints": [{"Sum": 10.0}]}}),
    }
    shell.deploy(STAGING)
    shell.hours.rounds(NOW - timedelta(minutes=3))
    return shell


def found(shell: Shell, code: int = 0) -> dict[str, dict[str, Any]]:
    return {item["check"]: item for item in shell.json("doctor", code=code)}


def test_a_sound_account_has_nothing_but_ok(sound: Shell) -> None:
    states = {name: item["state"] for name, item in found(sound).items()}
    assert set(states.values()) == {"ok"}
    assert set(states) == {
        "budgets.yaml", "prices.yaml", "credentials", "clock", "bus", "rule", "archive", "table", "index", "expiry",
        "recovery", "queue", "dead letters", "topic", "budgets", "sweep", "kill switch", "crossings", "rounds",
        "switches", "hours", "bill", "bedrock logs",
    }  # fmt: skip
    assert "0 failed" in sound("doctor").stdout


@pytest.mark.parametrize(
    ("ledger", "age", "state", "said"),
    [
        ("110", 1, "ok", "2026-11 was compared with the bill on 2026-11-21: hard limits act"),
        ("110", 63, "warn", "2026-11 was compared with the bill on 2026-09-20: long ago"),
        ("111", 1, "warn", "staging: its figures are in doubt"),
    ],
)
def test_what_the_bill_said(sound: Shell, ledger: str, age: int, state: str, said: str) -> None:
    assert found(sound)["bill"]["detail"].startswith("the ledger was never compared with a bill")
    compared = (Compared("aws.bedrock", ("m",), Decimal(ledger), Decimal(100)),)
    sound.store.store(Reconciliation("2026-11", NOW.date(), NOW - timedelta(days=age), "ann", "monthly", compared))
    bill = found(sound)["bill"]
    assert (bill["state"], bill["detail"][: len(said)]) == (state, said)
    assert ("reconcile --cur FILE --apply" in (bill["mend"] or "")) is (state == "warn")


@pytest.mark.parametrize(
    ("service", "call", "answer", "check", "state"),
    [
        ("sts", "get_caller_identity", identity(timedelta(seconds=90)), "clock", "warn"),
        ("sts", "get_caller_identity", identity(timedelta(seconds=-400)), "clock", "fail"),
        ("events", "describe_event_bus", refusal("ResourceNotFoundException", "DescribeEventBus"), "bus", "fail"),
        ("events", "list_rules", {"Rules": []}, "rule", "fail"),
        ("events", "list_rules", {"Rules": [{**USAGE, "ManagedBy": "events.amazonaws.com"}, CROSSED]}, "rule", "fail"),
        ("events", "list_rules", {"Rules": [{"Name": "r", "EventPattern": '["AI Usage Recorded"]', "State": "OFF"}]},
         "rule", "fail"),
        ("events", "describe_archive", refusal("ResourceNotFoundException", "DescribeArchive"), "archive", "warn"),
        ("events", "describe_archive", {"State": "CREATE_FAILED"}, "archive", "warn"),
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
        ("lambda", "get_function_configuration", refusal("ResourceNotFoundException", "GetFunctionConfiguration"),
         "kill switch", "fail"),
        ("lambda", "get_function_configuration", {"State": "Failed", "StateReason": "no image"}, "kill switch", "fail"),
        ("lambda", "get_function_configuration", {"LastUpdateStatus": "Failed"}, "kill switch", "fail"),
        ("lambda", "get_function_concurrency", {"ReservedConcurrentExecutions": 0}, "kill switch", "fail"),
        ("lambda", "get_function_concurrency", {"ReservedConcurrentExecutions": 1}, "kill switch", "ok"),
        ("events", "list_rules", {"Rules": [USAGE]}, "crossings", "fail"),
        ("events", "list_rules", {"Rules": [USAGE, {**CROSSED, "State": "DISABLED"}]}, "crossings", "fail"),
        ("events", "list_targets_by_rule", {"Targets": [{"Arn": f"{LAMBDA}:spendplane-notify"}]}, "crossings", "fail"),
        ("scheduler", "get_schedule", {"State": "DISABLED"}, "rounds", "fail"),
        ("scheduler", "get_schedule", refusal("ResourceNotFoundException", "GetSchedule"), "rounds", "fail"),
        ("sqs", "get_queue_url", refusal("AWS.SimpleQueueService.NonExistentQueue", "GetQueueUrl"), "rounds", "fail"),
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
    assert {state for name, state in states.items() if name not in {"credentials", "budgets.yaml", "prices.yaml"}} == {
        "skip"
    }


def test_announcements_that_nobody_took(sound: Shell) -> None:
    announcement = usage_quarantined("q", "why", "s", NOW)
    sound.store.add(announcement, NOW - timedelta(minutes=4))
    assert "overdue" in found(sound, code=3)["sweep"]["detail"]


def test_whom_the_kill_switch_may_turn_down(sound: Shell) -> None:
    detail = found(sound)["kill switch"]["detail"]
    assert detail == "spendplane-enforce may turn down: development, staging, at most 20 at once for one counter"


def test_rounds_that_nobody_made(sound: Shell) -> None:
    place = (ref(STAGING), Level.THROTTLE)
    sound.store.switch_due[place] = NOW - timedelta(minutes=3)
    finding = found(sound, code=3)["rounds"]
    assert finding["detail"] == "1 switch is overdue: no round looked at it"
    assert "/aws/lambda/spendplane-enforce" in finding["mend"]
    sound.store.switch_due[place] = NOW - timedelta(minutes=3) + timedelta(seconds=1)
    assert found(sound)["rounds"]["state"] == "ok"


def test_targets_that_were_given_up(sound: Shell) -> None:
    sound.resource("agent")
    sound.deploy(replace(STAGING, mode="enforce"))
    sound.meter(record("1", cost_usd="2"))
    sound.enforce()
    assert found(sound)["switches"]["detail"] == "1 target kept down by 1 budget counter, none given up"
    (grip,) = sound.store.kept_grips.values()
    sound.store.kept_grips[grip.target.key] = replace(grip, attempts=1, error="no right")
    assert found(sound)["switches"]["state"] == "ok"
    sound.store.kept_grips[grip.target.key] = replace(grip, attempts=2, error="no right")
    finding = found(sound, code=3)["switches"]
    assert finding["state"] == "fail"
    assert finding["detail"] == "lambda-function agent: in vain 2 times, so it is left to a person: no right"
    assert finding["mend"].endswith("spendplane kill show throttle/staging/m2026-11-01")


def endpoint(name: str, covered: datetime, usd: Decimal | None = Decimal(1)) -> Running:
    """An endpoint on one instance, counted up to then."""
    held = (Held(Part("all", "ml.g5.xlarge", 1, usd), covered),)
    return Running(name, f"arn:{name}", "sagemaker-endpoint", name, covered, held, (), None, False, 1)


def test_hours_are_counted(sound: Shell) -> None:
    sound.hours.put(endpoint("a", NOW - timedelta(minutes=3)))
    assert found(sound)["hours"]["detail"] == "1 resource counted, the last round 3 minutes ago"


def test_hours_that_nobody_counts(sound: Shell) -> None:
    sound.hours.marks = Rounds(NOW, NOW - timedelta(minutes=40))
    sound.hours.put(endpoint("a", NOW - timedelta(minutes=40)))
    finding = found(sound, code=3)["hours"]
    assert finding["detail"] == "no round saw everything for 40 minutes: nothing is counted"
    assert "/aws/lambda/spendplane-hours" in finding["mend"]
    sound.hours.marks = Rounds(NOW, NOW - timedelta(minutes=15))
    assert found(sound)["hours"]["state"] == "ok"


def test_hours_of_what_cannot_be_read(sound: Shell) -> None:
    sound.hours.marks = Rounds(NOW, NOW - timedelta(minutes=40))
    sound.hours.put(endpoint("a", NOW - timedelta(minutes=2)))
    sound.hours.put(endpoint("b", NOW - timedelta(minutes=41)))
    detail = found(sound, code=3)["hours"]["detail"]
    assert detail == "no round saw everything for 40 minutes; not counted up to now: arn:b"


def test_hours_without_a_price(sound: Shell) -> None:
    sound.hours.put(endpoint("a", NOW, None))
    sound.hours.put(endpoint("b", NOW, None))
    finding = found(sound)["hours"]
    assert (finding["state"], finding["detail"]) == (
        "warn",
        "without a price, so in no dollars: ml.g5.xlarge (sagemaker-endpoint)",
    )
    assert "spendplane reprice" in finding["mend"]


def test_hours_before_the_first_round_and_with_the_schedule_off(sound: Shell) -> None:
    sound.hours.marks = None
    assert found(sound)["hours"]["state"] == "warn"
    sound.clients["scheduler"].answers["get_schedule"] = {"State": "DISABLED"}
    assert found(sound, code=3)["hours"]["detail"] == "the schedule spendplane-hours is disabled"


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
