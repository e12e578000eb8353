"""An account in which `spendplane doctor` finds nothing wrong, for tests to break."""

from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from tests.support.builders import NOW, budget
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


def told(**metrics: dict[datetime, float]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """CloudWatch's sums, by metric and time."""

    def answer(parameters: dict[str, Any]) -> dict[str, Any]:
        points = metrics.get(parameters["MetricName"], {})
        return {"Datapoints": [{"Timestamp": at, "Sum": number} for at, number in points.items()]}

    return answer


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
        "cloudwatch": Client({"get_metric_statistics": told(Invocations={NOW - timedelta(hours=5): 10.0})}),
    }
    shell.deploy(STAGING)
    shell.hours.rounds(NOW - timedelta(minutes=3))
    return shell


def found(shell: Shell, code: int = 0) -> dict[str, dict[str, Any]]:
    return {item["check"]: item for item in shell.json("doctor", code=code)}
