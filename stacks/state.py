"""The stateful stack: what must outlive every deployment of the functions."""

import re
from collections.abc import Callable

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from stacks import names
from stacks.constructs.bus import Bus
from stacks.constructs.intake import Intake
from stacks.constructs.store import Store
from stacks.constructs.topics import Topics
from stacks.target import InputError, Target

_TABLE_NAME = re.compile(r"[A-Za-z0-9_.-]{3,255}")


class SpendplaneState(Stack):
    """Bus, usage queue, table and topics."""

    def __init__(self, scope: Construct, id_: str, *, target: Target, restored: str | None = None) -> None:
        """`restored`: see `Store`."""
        super().__init__(
            scope, id_, synthesizer=target.synthesizer(), tags=names.TAGS, termination_protection=target.retain
        )
        self.bus = Bus(self, "Bus")
        self.intake = Intake(self, "Intake", bus=self.bus)
        self.store = Store(self, "Store", target=target, restored=restored)
        self.topics = Topics(self, "Topics", target=target)
        self._outputs()

    def _outputs(self) -> None:
        outputs = {
            "BusName": self.bus.bus.event_bus_name,
            "TableName": self.store.table.table_name,
            "QueueUrl": self.intake.queue.queue_url,
            "DlqUrl": self.intake.dead_letters.queue_url,
            "OnCallTopicArn": self.topics.on_call.topic_arn,
            "BudgetAlertsTopicArn": self.topics.budget_alerts.topic_arn,
        }
        for name, value in outputs.items():
            CfnOutput(self, name, value=value)


def restored_table(context: Callable[[str], str | None]) -> str | None:
    """The table that stands in for the stack's own. Raises `InputError` for a name that none can have."""
    name = context("table")
    if name is not None and not _TABLE_NAME.fullmatch(name):
        raise InputError(f"table {name!r} is no name of a DynamoDB table: 3 to 255 letters, digits, and _ . -")
    return None if name == names.TABLE else name
