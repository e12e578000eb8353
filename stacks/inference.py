"""The endpoints of endpoints.yaml: a stack of their own, as they come and go more often than Spendplane itself."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import Stack
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from constructs import Construct

from stacks.endpoints import (
    AsyncEndpoint,
    AsyncSettings,
    RealtimeEndpoint,
    RealtimeSettings,
    ServerlessEndpoint,
    ServerlessSettings,
    Settings,
)
from stacks.target import Target


@dataclass(frozen=True)
class Order:
    """One endpoint, and the ARNs of what it uses without owning it."""

    settings: Settings
    alarm_topic: str | None = None
    kms_key: str | None = None


class SpendplaneEndpoints(Stack):
    """One construct for each order. Without the tag of Spendplane's own, so that the kill switch may act on them."""

    def __init__(self, scope: Construct, id_: str, *, target: Target, orders: Sequence[Order]) -> None:
        super().__init__(scope, id_, synthesizer=target.synthesizer())
        for order in orders:
            self._add(order)

    def _add(self, order: Order) -> None:
        scope, settings = Construct(self, order.settings.name), order.settings
        topic = sns.Topic.from_topic_arn(scope, "Owners", order.alarm_topic) if order.alarm_topic else None
        key = kms.Key.from_key_arn(scope, "Key", order.kms_key) if order.kms_key else None
        match settings:
            case ServerlessSettings():
                ServerlessEndpoint(scope, "Serverless", settings, alarms_to=topic, key=key)
            case AsyncSettings():
                AsyncEndpoint(scope, "Async", settings, alarms_to=topic, key=key)
            case RealtimeSettings():
                RealtimeEndpoint(scope, "Realtime", settings, alarms_to=topic, key=key)
            case _:
                raise TypeError(f"settings of no known kind: {type(settings).__name__}")
