"""Sweep: the minute's round that re-sends what was not sent and re-judges changed budgets."""

from aws_cdk import Duration
from constructs import Construct

from stacks import names
from stacks.constructs.bus import Bus
from stacks.constructs.function import Function, Runtime
from stacks.constructs.minutely import PERIOD, every_minute
from stacks.constructs.queues import dead_letter_queue
from stacks.constructs.store import Store


class Sweep(Construct):
    """A round that fails is not repeated: the next one, a minute later, finds the same work."""

    def __init__(self, scope: Construct, id_: str, *, store: Store, bus: Bus, runtime: Runtime) -> None:
        super().__init__(scope, id_)
        self.dead_letters = dead_letter_queue(self, "Dlq", name=names.SWEEP_DLQ)
        self.function = Function(
            self,
            "Sweep",
            capability="sweep",
            description="Re-sends what was not sent and re-judges changed budgets, every minute",
            runtime=runtime,
            environment={"TABLE_NAME": store.table.table_name, "BUS_NAME": bus.bus.event_bus_name},
            statements=[
                store.item_statement("Query", "GetItem", "BatchGetItem", "PutItem", "UpdateItem"),
                store.audit_statement(),
                store.work_statement(),
                bus.publish_statement(),
            ],
            # Less than the period, so that two rounds do not overlap.
            timeout=Duration.seconds(55),
            memory_mb=512,
        )
        self.function.function.configure_async_invoke(max_event_age=PERIOD, retry_attempts=0)
        every_minute(self, self.function, dead_letters=self.dead_letters, retries=3)
