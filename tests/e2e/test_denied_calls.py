"""A call that IAM refuses is loud: it ends where an alarm looks, by name, and goes on when the right is back."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from spendplane.contract.switch_events import ENGAGED
from tests.e2e.deployed import Deployed, eventually, record
from tests.e2e.fleet import Fleet
from tests.e2e.kill_switch import DOWN, next_round, told
from tests.e2e.test_dead_letters import impatient

__all__ = ["impatient"]  # a fixture
BUDGET = "e2e-denied"


@contextmanager
def without(deployed: Deployed, function: str, action: str) -> Iterator[None]:
    """The function is denied this action as long as the block runs."""
    iam, name = deployed.client("iam"), f"spendplane-{function}"
    role = deployed.client("lambda").get_function_configuration(FunctionName=name)["Role"].rpartition("/")[2]
    deny = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": action, "Resource": "*"}}
    iam.put_role_policy(RoleName=role, PolicyName="taken-away", PolicyDocument=json.dumps(deny))
    try:
        yield
    finally:
        iam.delete_role_policy(RoleName=role, PolicyName="taken-away")


def test_usage_that_the_meter_may_not_store_ends_in_the_dead_letters_and_counts_later(impatient: Deployed) -> None:
    deployed, dead = impatient, impatient.account.outputs["DlqUrl"]
    item = record("e2e-denied-meter", cost_usd="1")
    with without(deployed, "meter", "dynamodb:PutItem"):
        deployed.put(item)
        eventually(lambda: deployed.depth(dead), seconds=60)
        assert deployed.row(f"i#{item['id']}") is None
    watched = [
        alarm["AlarmActions"]
        for alarm in deployed.client("cloudwatch").describe_alarms()["MetricAlarms"]
        if {"Name": "QueueName", "Value": "spendplane-usage-dlq"} in alarm.get("Dimensions", [])
    ]
    assert watched == [[deployed.account.env["SPENDPLANE_ONCALL_TOPIC_ARN"]]]
    redrive(deployed, dead)
    assert eventually(lambda: deployed.row(f"i#{item['id']}")) is not None
    assert deployed.depth(dead) == 0


def redrive(deployed: Deployed, dead: str) -> None:
    """As the alarm says: back into the queue."""
    sqs = deployed.client("sqs")
    while messages := sqs.receive_message(QueueUrl=dead, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            deployed.send_raw(message["Body"])
            sqs.delete_message(QueueUrl=dead, ReceiptHandle=message["ReceiptHandle"])


def test_the_kill_switch_names_the_right_that_it_lacks_and_goes_on_with_it(deployed: Deployed) -> None:
    """What it may do is down meanwhile; production is as it was."""
    fleet = Fleet(deployed.account, BUDGET)
    before, production = fleet.staging.snapshot(), fleet.production.snapshot()
    with without(deployed, "enforce", "lambda:PutFunctionConcurrency"):
        deployed.put(record(BUDGET, cost_usd="11"))
        notice = told(deployed, BUDGET, ENGAGED)[0]
        failed = [item for item in notice.detail["targets"] if item["status"] == "failed"]
        assert [item["kind"] for item in failed] == ["lambda-function"]
        assert "lambda:PutFunctionConcurrency" in failed[0]["detail"]
        assert failed[0]["detail"] in notice.email
        assert fleet.staging.snapshot()["lambda-function"] == before["lambda-function"]
    next_round(deployed, BUDGET)
    assert fleet.staging.use() == DOWN
    deployed.cli("release", BUDGET, "--reason", "the right is back")
    assert fleet.staging.snapshot() == before
    assert fleet.production.snapshot() == production
