"""`spendplane doctor` about Bedrock's invocation logs."""

from typing import Any

import pytest

from cli.checks.finding import Finding, State
from cli.checks.invocations import bedrock_logs
from tests.unit.cli.fakes import Client, refusal

GROUP = {"cloudWatchConfig": {"logGroupName": "/g"}}
BUCKET = {"s3Config": {"bucketName": "logs"}}
OURS = {"subscriptionFilters": [{"destinationArn": "arn:aws:lambda:eu-west-1:1:function:spendplane-bedrock-logs"}]}
THEIRS = {"subscriptionFilters": [{"destinationArn": "arn:aws:lambda:eu-west-1:1:function:other"}]}
RULE = {"EventPattern": '{"detail":{"bucket":{"name":["logs"]}}}'}


def check(setting: Any, filters: Any = OURS, rule: Any = RULE, function: Any = None) -> Finding:
    clients = {
        "lambda": Client({"get_function_configuration": function or {}}),
        "bedrock": Client({"get_model_invocation_logging_configuration": {"loggingConfig": setting}}),
        "logs": Client({"describe_subscription_filters": filters}),
        "sqs": Client({"get_queue_url": {"QueueUrl": "q"}, "get_queue_attributes": {"Attributes": {"QueueArn": "a"}}}),
        "events": Client({"list_rule_names_by_target": {"RuleNames": ["r"]}, "describe_rule": rule}),
    }
    run: Any = type("Run", (), {"clients": staticmethod(clients.__getitem__)})
    (finding,) = bedrock_logs(run)
    return finding


def test_without_the_stack_nothing_is_wrong() -> None:
    finding = check(None, function=refusal("ResourceNotFoundException", "GetFunctionConfiguration"))
    assert finding.state is State.OK
    assert finding.detail.startswith("not read")


@pytest.mark.parametrize(("setting", "place"), [(GROUP, "/g"), (BUCKET, "logs"), ({**GROUP, **BUCKET}, "/g")])
def test_what_is_logged_is_read(setting: dict[str, Any], place: str) -> None:
    finding = check(setting)
    assert (finding.state, finding.detail) == (State.OK, f"{place} is read; it is logged without what people write")
    assert "with what" in check({**setting, "textDataDeliveryEnabled": True}).detail


@pytest.mark.parametrize("setting", [None, {}])
def test_nothing_is_logged(setting: Any) -> None:
    finding = check(setting)
    assert finding.state is State.FAIL
    assert "is off in this account and Region" in finding.detail
    assert "-c bedrock_logs=cloudwatch" in finding.mend


@pytest.mark.parametrize("setting", [GROUP, BUCKET])
def test_what_is_logged_is_not_what_is_read(setting: dict[str, Any]) -> None:
    finding = check(setting, filters=THEIRS, rule={"EventPattern": '{"detail":{"bucket":{"name":["x"]}}}'})
    assert finding.state is State.FAIL
    assert "which nobody reads" in finding.detail
    assert "-c bedrock_logs=existing" in finding.mend
