"""A function that goes its round by a schedule of its own."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.constructs.bus import Bus
from stacks.constructs.function import Function, Runtime
from stacks.constructs.minutely import regularly
from stacks.constructs.queues import dead_letter_queue
from stacks.constructs.reads import NOTHING, Reads
from stacks.constructs.store import Store

_HANDED_OVER = 3
"""Times that the scheduler tries again to hand a tick over."""


@dataclass(frozen=True)
class Repeats:
    """What becomes of a round that fails: it is tried again so often, while it is not older than `max_age`."""

    retries: int
    max_age: Duration


class Rounds(Construct):
    """Reads and writes the table, publishes what it reads. A tick that nobody took is in its dead-letter queue."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        capability: str,
        description: str,
        period: Duration,
        repeats: Repeats,
        dead_letters: str,
        statements: Sequence[iam.PolicyStatement],
        reads: Reads = NOTHING,
        store: Store,
        bus: Bus,
        runtime: Runtime,
        timeout: Duration,
        memory_mb: int,
    ) -> None:
        """`dead_letters` names the queue; `statements` are the rights in the table, `reads` those in the account."""
        super().__init__(scope, id_)
        self.dead_letters = dead_letter_queue(self, "Dlq", name=dead_letters)
        self.function = Function(
            self,
            id_,
            capability=capability,
            description=description,
            runtime=runtime,
            environment={"TABLE_NAME": store.table.table_name, "BUS_NAME": bus.bus.event_bus_name},
            statements=[*statements, bus.publish_statement(), *reads.statements(self)],
            timeout=timeout,
            memory_mb=memory_mb,
            on_everything=reads.on_everything,
        )
        reads.acknowledge(self.function.role)
        self.function.function.configure_async_invoke(max_event_age=repeats.max_age, retry_attempts=repeats.retries)
        regularly(self, self.function, period, dead_letters=self.dead_letters, retries=_HANDED_OVER)
