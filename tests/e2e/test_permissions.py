"""IAM is enforced here: each function's role does its work and nothing beside it."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.e2e.deployed import Deployed
from tests.e2e.fleet import Fleet
from tests.e2e.test_local_policies import REFUSED, error, turn_down
from tests.e2e.twin import Twin

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
        # As the functions make them: items are sent as they were prepared.
        config = Config(parameter_validation=False)
        yield lambda service: session.client(service, endpoint_url=account.endpoint, config=config)  # type: ignore[call-overload]
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


def relabel(clients: Clients, twin: Twin) -> Iterator[tuple[str, Callable[[], object]]]:
    """Each kind made into one of staging, which could be turned down then."""
    arns, tags = twin.arns, {"project": twin.cluster, "environment": "staging"}
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    yield "lambda-function", lambda: clients("lambda").tag_resource(Resource=twin.function, Tags=tags)
    for kind in ("sagemaker-endpoint", "sagemaker-inference-component"):
        yield kind, partial(clients("sagemaker").add_tags, ResourceArn=arns[kind], Tags=listed)
    for kind in ("api-stage", "usage-plan"):
        yield kind, partial(clients("apigateway").tag_resource, resourceArn=arns[kind], tags=tags)
    http_stage = arns["http-api-stage"]
    yield "http-api-stage", lambda: clients("apigatewayv2").tag_resource(ResourceArn=http_stage, Tags=tags)
    yield "bedrock-role", lambda: clients("iam").tag_role(RoleName=twin.name, Tags=listed)
    lowered = [{"key": key, "value": value} for key, value in tags.items()]
    yield "ecs-service", lambda: clients("ecs").tag_resource(resourceArn=arns["ecs-service"], tags=lowered)


def test_the_kill_switch_can_turn_down_staging_and_nothing_else(deployed: Deployed) -> None:
    """Neither production nor what has no environment, whatever it decides; nor can it make staging of them first."""
    fleet = Fleet(deployed.account, "e2e-rights")
    protected = [fleet.production, fleet.twin(None)]
    before = [twin.snapshot() for twin in protected]
    with role_of(deployed, "enforce") as made:
        clients = cache(made)
        attempts = [change for twin in protected for calls in (turn_down, relabel) for change in calls(clients, twin)]
        codes = [(kind, error(call)) for kind, call in attempts]
        allowed = {kind: error(call) for kind, call in turn_down(clients, fleet.staging)}
    assert [item for item in codes if item[1] not in REFUSED] == []
    assert len(codes) == 4 * len(allowed)
    assert [twin.snapshot() for twin in protected] == before
    assert set(allowed.values()) == {None}, allowed


def test_the_kill_switch_cannot_change_what_it_wrote_into_the_audit(deployed: Deployed) -> None:
    """Its other items it may update (here there is none, which is told only to those who may)."""
    table = deployed.account.env["SPENDPLANE_TABLE"]
    with role_of(deployed, "enforce") as clients:
        dynamodb = clients("dynamodb")

        def update(partition: str) -> str | None:
            names, key = {"#state": "state"}, {"pk": {"S": partition}, "sk": {"S": "e2e"}}
            return error(
                lambda: dynamodb.update_item(
                    TableName=table,
                    Key=key,
                    UpdateExpression="REMOVE #state",
                    ConditionExpression="attribute_exists(pk)",
                    ExpressionAttributeNames=names,
                )
            )

        assert update("K#e2e") == "ConditionalCheckFailedException"
        assert update("D#throttle/e2e/m2026-11-01") in REFUSED
        assert refused(dynamodb.delete_item, TableName=table, Key={"pk": {"S": "D#e2e"}, "sk": {"S": "e2e"}})
