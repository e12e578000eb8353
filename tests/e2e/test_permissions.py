"""IAM is enforced here: each function's role does its work and nothing beside it."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.e2e.deployed import Deployed

ROW = {"pk": {"S": "E#e2e-permissions"}, "sk": {"S": "E"}}
Clients = Callable[[str], Any]


@contextmanager
def role_of(deployed: Deployed, function: str) -> Iterator[Clients]:
    """Clients with the rights of a function's role, which trusts us for as long as the block runs."""
    account = deployed.account
    iam, sts = account.client("iam"), account.client("sts")
    arn = account.client("lambda").get_function_configuration(FunctionName=f"spendplane-{function}")["Role"]
    name = arn.rsplit("/", 1)[-1]
    trust = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    ours = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:root"}, "Action": "sts:AssumeRole"}
    iam.update_assume_role_policy(
        RoleName=name, PolicyDocument=json.dumps({**trust, "Statement": [*trust["Statement"], ours]})
    )
    try:
        keys = sts.assume_role(RoleArn=arn, RoleSessionName="e2e")["Credentials"]
        session = boto3.Session(
            keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], region_name="us-east-1"
        )
        yield lambda service: session.client(service, endpoint_url=account.endpoint)  # type: ignore[call-overload]
    finally:
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(trust))


def refused(call: Callable[..., object], **parameters: Any) -> bool:
    """Whether IAM says no."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return caught.value.response["Error"]["Code"] in {"AccessDenied", "AccessDeniedException", "AuthorizationError"}


def test_the_meter_writes_the_table_and_tells_nobody(deployed: Deployed) -> None:
    """Neither may it delete what it wrote."""
    table, topic = deployed.account.env["SPENDPLANE_TABLE"], deployed.account.env["SPENDPLANE_ONCALL_TOPIC_ARN"]
    with role_of(deployed, "meter") as clients:
        dynamodb = clients("dynamodb")
        assert "Item" not in dynamodb.get_item(TableName=table, Key=ROW)
        assert refused(dynamodb.delete_item, TableName=table, Key=ROW)
        assert refused(dynamodb.scan, TableName=table)
        assert refused(clients("sns").publish, TopicArn=topic, Message="x")
        assert refused(clients("iam").list_roles)


def test_notify_tells_people_and_can_neither_book_nor_publish_events(deployed: Deployed) -> None:
    """It has the announcement's state to write, by updates."""
    env = deployed.account.env
    entry = {"Source": "spendplane", "DetailType": "x", "Detail": "{}", "EventBusName": env["SPENDPLANE_BUS"]}
    with role_of(deployed, "notify") as clients:
        dynamodb = clients("dynamodb")
        assert refused(dynamodb.put_item, TableName=env["SPENDPLANE_TABLE"], Item=ROW)
        assert refused(dynamodb.query, TableName=env["SPENDPLANE_TABLE"], KeyConditionExpression="pk = :a",
                       ExpressionAttributeValues={":a": {"S": "B"}})  # fmt: skip
        assert refused(clients("events").put_events, Entries=[entry])
        assert refused(clients("sqs").receive_message, QueueUrl=env["SPENDPLANE_QUEUE_URL"])


def test_the_sweep_cannot_read_the_usage_queue(deployed: Deployed) -> None:
    """Nor tell people past notify."""
    env = deployed.account.env
    with role_of(deployed, "sweep") as clients:
        assert refused(clients("sqs").receive_message, QueueUrl=env["SPENDPLANE_QUEUE_URL"])
        assert refused(clients("sns").publish, TopicArn=env["SPENDPLANE_ALERTS_TOPIC_ARN"], Message="x")
