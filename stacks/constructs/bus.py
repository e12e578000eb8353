"""The event bus, and who may publish on it."""

from typing import Any

from aws_cdk import Aws, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks import names


class Bus(Construct):
    """The bus that producers publish usage on, and that Spendplane's own events leave by."""

    def __init__(self, scope: Construct, id_: str) -> None:
        super().__init__(scope, id_)
        self.bus = events.EventBus(
            self,
            "Bus",
            event_bus_name=names.BUS,
            description="AI usage events in; budget, quarantine and price events out",
        )
        resource = self.bus.node.default_child
        assert isinstance(resource, events.CfnEventBus)  # noqa: S101  # for the type checker: CDK says it is
        # On the bus itself, not as an EventBusPolicy: one resource, no moment in which the bus has no policy.
        resource.policy = {"Version": "2012-10-17", "Statement": self._statements()}

    def publish_statement(self) -> iam.PolicyStatement:
        """Leave to publish on this bus."""
        return iam.PolicyStatement(actions=["events:PutEvents"], resources=[self.bus.event_bus_arn])

    def _statements(self) -> list[dict[str, Any]]:
        arn = Stack.of(self).format_arn(service="events", resource="event-bus", resource_name=names.BUS)
        every_caller = {"Effect": "Deny", "Principal": "*", "Action": "events:PutEvents", "Resource": arn}
        return [
            {
                "Sid": "OwnAccountMayPublish",
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:{Aws.PARTITION}:iam::{Aws.ACCOUNT_ID}:root"},
                "Action": "events:PutEvents",
                "Resource": arn,
            },
            {
                "Sid": "NobodyElseMayPublish",
                **every_caller,
                "Condition": {
                    "StringNotEquals": {"aws:PrincipalAccount": Aws.ACCOUNT_ID},
                    "Bool": {"aws:PrincipalIsAWSService": "false"},
                },
            },
            {
                # Else anyone with PutEvents could announce a crossed budget that nobody crossed.
                # And a caller's name, which the HTTP interface puts into the source, would prove nothing; nor would
                # the names of our own adapters, which may charge any project.
                "Sid": "OnlySpendplaneSpeaksAsSpendplane",
                **every_caller,
                "Condition": {
                    "ForAnyValue:StringLike": {
                        "events:source": [names.SOURCE, *names.OWN_SOURCES, f"{names.HTTP_SOURCE}/*"]
                    },
                    "ArnNotLike": {
                        "aws:PrincipalArn": f"arn:{Aws.PARTITION}:iam::{Aws.ACCOUNT_ID}:role{names.ROLE_PATH}*"
                    },
                },
            },
        ]
