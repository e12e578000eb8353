"""From the bus to the meter's queue: nothing published may get lost between the two, or it is in the archive."""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from stacks import names
from stacks.constructs.bus import Bus
from stacks.constructs.queues import dead_letter_queue, queue

METER_TIMEOUT = Duration.seconds(30)
"""How long one batch may take. A crash leaves its messages invisible for six times as long, so it is kept short."""
BATCHING_WINDOW = Duration.seconds(1)
MAX_RECEIVES = 5
"""Deliveries of one message before it goes to the dead-letter queue."""
ARCHIVED_DAYS = 35
"""As long as the ledger takes usage and knows what it counted: what is older could only be refused."""


class Intake(Construct):
    """The rule for usage events, the usage queue, a dead-letter queue for each of the two steps, and the archive."""

    def __init__(self, scope: Construct, id_: str, *, bus: Bus) -> None:
        super().__init__(scope, id_)
        self.dead_letters = dead_letter_queue(self, "UsageDlq", name=names.USAGE_DLQ)
        self.undelivered = dead_letter_queue(self, "UndeliveredDlq", name=names.UNDELIVERED_DLQ)
        self.queue = queue(
            self,
            "UsageQueue",
            name=names.USAGE_QUEUE,
            visibility=_visibility(),
            dead_letters=sqs.DeadLetterQueue(queue=self.dead_letters, max_receive_count=MAX_RECEIVES),
        )
        # The whole envelope goes on: a quarantine entry names the producer by its source.
        self.rule = events.Rule(
            self,
            "UsageRule",
            event_bus=bus.bus,
            description="Usage events to the meter's queue",
            event_pattern=events.EventPattern(detail_type=list(names.USAGE_EVENTS)),
            targets=[targets.SqsQueue(self.queue, dead_letter_queue=self.undelivered)],
        )
        # A copy from before the queue: what is purged, or was counted in a table that is lost, comes again from here.
        self.archive = events.CfnArchive(
            self,
            "Archive",
            archive_name=names.ARCHIVE,
            description="Usage events of the last 35 days, to be replayed by `spendplane recover replay`",
            source_arn=bus.bus.event_bus_arn,
            event_pattern={"detail-type": list(names.USAGE_EVENTS)},
            retention_days=ARCHIVED_DAYS,
        )

    def consume_statement(self) -> iam.PolicyStatement:
        """What Lambda's poller does on the usage queue in the function's name."""
        return iam.PolicyStatement(
            actions=["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
            resources=[self.queue.queue_arn],
        )


def _visibility() -> Duration:
    """AWS's advice for an SQS event source: six times the function's timeout, plus the batching window."""
    return Duration.seconds(6 * METER_TIMEOUT.to_seconds() + BATCHING_WINDOW.to_seconds())
