"""Notify: Spendplane's own events into messages for people."""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from constructs import Construct

from stacks import names
from stacks.constructs.announced import on_event
from stacks.constructs.bus import Bus
from stacks.constructs.function import Function, Runtime
from stacks.constructs.queues import dead_letter_queue
from stacks.constructs.store import Store
from stacks.constructs.topics import Topics

_STILL_NEWS = Duration.hours(6)
"""A notice is retried for this long; then it is in the dead-letter queue, whose alarm reaches the same people."""


class Notify(Construct):
    """Runs on each announcement. What could not be handed over, or failed three times, is in its dead-letter queue."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        store: Store,
        bus: Bus,
        topics: Topics,
        runbook: str,
        runtime: Runtime,
    ) -> None:
        """`runbook` is the address that notices of the kill switch end with."""
        super().__init__(scope, id_)
        self.dead_letters = dead_letter_queue(self, "Dlq", name=names.NOTIFY_DLQ)
        self.function = Function(
            self,
            "Notify",
            capability="notify",
            description="Tells people of crossed budgets, unpriced usage and what the kill switch did",
            runtime=runtime,
            environment={
                "TABLE_NAME": store.table.table_name,
                "ONCALL_TOPIC_ARN": topics.on_call.topic_arn,
                "ALERTS_TOPIC_ARN": topics.budget_alerts.topic_arn,
                "RUNBOOK_URL": runbook,
            },
            statements=[
                store.item_statement("UpdateItem"),
                store.audit_statement(),
                *topics.publish_statements(),
            ],
            timeout=Duration.seconds(30),
            memory_mb=512,
        )
        on_event(
            self,
            self.function,
            bus,
            pattern=events.EventPattern(source=[names.SOURCE], detail_type=list(names.NOTICE_EVENTS)),
            description="What people must hear of",
            max_age=_STILL_NEWS,
            dead_letters=self.dead_letters,
        )
