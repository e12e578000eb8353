"""`spendplane doctor`."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import NoCredentialsError

from spendplane.application.alerting.announcing import usage_quarantined
from spendplane.domain.drift import Compared, Reconciliation
from spendplane.domain.switches import Level
from tests.support.builders import NOW, record, ref
from tests.unit.cli.conftest import Shell
from tests.unit.cli.fakes import refusal
from tests.unit.cli.healthy import CROSSED, LAMBDA, STAGING, USAGE, found, identity


def test_a_sound_account_has_nothing_but_ok(sound: Shell) -> None:
    states = {name: item["state"] for name, item in found(sound).items()}
    assert set(states.values()) == {"ok"}
    assert set(states) == {
        "budgets.yaml", "prices.yaml", "credentials", "clock", "bus", "rule", "archive", "table", "index", "expiry",
        "recovery", "queue", "dead letters", "topic", "budgets", "sweep", "kill switch", "crossings", "rounds",
        "switches", "hours", "idle report", "idle rounds", "bill", "bedrock logs",
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
        ("scheduler", "get_schedule", {"State": "DISABLED"}, "idle report", "fail"),
        ("scheduler", "get_schedule", refusal("ResourceNotFoundException", "GetSchedule"), "idle report", "fail"),
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


def test_no_budget_is_deployed(sound: Shell) -> None:
    sound.store.budgets.clear()
    assert found(sound)["budgets"]["state"] == "warn"


def test_the_file_says_something_else(sound: Shell) -> None:
    Path("budgets.yaml").write_text("version: 1\nbudgets: [{id: staging, limit_usd: 2}]\n")
    assert "spendplane budget plan" in found(sound)["budgets"]["mend"]
    same = "version: 1\nmode: enforce\nbudgets: [{id: staging, limit_usd: 1}]\n"
    Path("budgets.yaml").write_text(same)
    assert found(sound)["budgets"]["state"] == "ok"
    Path("budgets.yaml").write_text(same + "producers: {com.example.chat: chat}\n")
    assert found(sound)["budgets"]["state"] == "warn", "who may charge what is a part of the file"


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
