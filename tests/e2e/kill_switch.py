"""The kill switch as tests turn it: a round that comes now, a crossing that gets lost, and what people notice."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from local.demo.inbox import Notice
from spendplane.contract.outgoing import THRESHOLD_CROSSED
from spendplane.domain.switches import Level
from tests.e2e.deployed import Deployed, eventually
from tests.e2e.twin import OK

DOWN = {
    "lambda-function": "TooManyRequestsException",
    "sagemaker-endpoint": "ValidationException",
    "api-stage": "429",
    "usage-plan": "429",
    "http-api-stage": "429",
    "bedrock-role": "AccessDeniedException",
    "ecs-service": "no task",
    "sagemaker-inference-component": "no copy",
}
"""What `Twin.use` says of a twin that is turned down."""
ALL_WELL = dict.fromkeys(DOWN, OK)
"""And of one that nobody touched."""
TOPICS = ["budget-alerts", "on-call"]


def next_round(deployed: Deployed, budget: str, key: str | None = None, level: Level = Level.THROTTLE) -> Any:
    """What a round says of this switch, which it looks at now; it must not be at rest.

    The schedule's own round may be faster: then there is one more.
    """

    def looked_at() -> Any:
        switch = deployed.switch(budget, key, level)
        deployed.make_due(switch)
        found = deployed.invoke("enforce", {"command": "reconcile"})["switches"]
        return next((item for item in found if item["switch_id"] == switch.id), None)

    return eventually(looked_at)


@contextmanager
def crossings_lost(deployed: Deployed) -> Iterator[None]:
    """No crossing reaches the kill switch as long as the block runs, as if EventBridge had lost it."""
    events, bus = deployed.client("events"), deployed.account.env["SPENDPLANE_BUS"]
    arn = deployed.client("lambda").get_function(FunctionName="spendplane-enforce")["Configuration"]["FunctionArn"]
    names = events.list_rule_names_by_target(TargetArn=arn, EventBusName=bus)["RuleNames"]
    rules = [events.describe_rule(Name=name, EventBusName=bus) for name in names]
    (rule,) = [item["Name"] for item in rules if THRESHOLD_CROSSED in item["EventPattern"]]
    events.disable_rule(Name=rule, EventBusName=bus)
    try:
        yield
    finally:
        events.enable_rule(Name=rule, EventBusName=bus)


def told(deployed: Deployed, budget: str, detail_type: str) -> list[Notice]:
    """What both topics say, each once, as soon as it is there: the targets were turned before. A cold start is long."""
    look = {"budget_id": budget, "detail_type": detail_type}
    notices = eventually(lambda: deployed.notices(**look), lambda seen: len(seen) >= len(TOPICS), seconds=40)
    assert sorted(item.topic for item in notices) == TOPICS
    return notices


def published(deployed: Deployed, detail_type: str, budget: str) -> list[dict[str, Any]]:
    """What the bus heard of a budget so far."""
    return [event for event in deployed.bus_events(detail_type) if event["budget_id"] == budget]
