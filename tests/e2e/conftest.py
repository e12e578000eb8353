"""One account for all tests of this folder, deployed by the real CDK command line."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.account import LocalAccount, local_account
from local.demo.inbox import inbox
from local.demo.warmup import warm_up
from tests.e2e.deployed import Deployed

HERE = Path(__file__).parent
BUDGETS = HERE / "budgets.yaml"
OPTIONS = {"bedrock_logs": "cloudwatch", "identities": str(HERE / "identities.yaml")}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here is end to end."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def deployed() -> Iterator[Deployed]:
    """Deployed, subscribed to, and warm."""
    with local_account(budgets=BUDGETS, context=OPTIONS) as account:
        queue = _listen(account)
        warm_up(account)
        with inbox(account) as received:
            yield Deployed(account, received, queue)


def _listen(account: LocalAccount) -> str:
    """A queue that hears what Spendplane says on the bus, as another team's service would."""
    sqs, events, bus = account.client("sqs"), account.client("events"), account.env["SPENDPLANE_BUS"]
    url: str = sqs.create_queue(QueueName="e2e-bus")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    events.put_rule(Name="e2e-bus", EventBusName=bus, EventPattern=json.dumps({"source": ["spendplane"]}))
    events.put_targets(Rule="e2e-bus", EventBusName=bus, Targets=[{"Id": "queue", "Arn": arn}])
    return url
