"""Sweep: the minute's round that re-sends what was not sent and re-judges changed budgets."""

from aws_cdk import Duration
from constructs import Construct

from stacks import names
from stacks.constructs.bus import Bus
from stacks.constructs.function import Runtime
from stacks.constructs.minutely import PERIOD
from stacks.constructs.rounds import Repeats, Rounds
from stacks.constructs.store import Store


class Sweep(Rounds):
    """A round that fails is not repeated: the next one, a minute later, finds the same work."""

    def __init__(self, scope: Construct, id_: str, *, store: Store, bus: Bus, runtime: Runtime) -> None:
        super().__init__(
            scope,
            id_,
            capability="sweep",
            description="Re-sends what was not sent and re-judges changed budgets, every minute",
            period=PERIOD,
            repeats=Repeats(0, PERIOD),
            dead_letters=names.SWEEP_DLQ,
            statements=[
                store.item_statement("Query", "GetItem", "BatchGetItem", "PutItem", "UpdateItem"),
                store.audit_statement(),
                store.work_statement(),
            ],
            store=store,
            bus=bus,
            runtime=runtime,
            # Less than the period, so that two rounds do not overlap.
            timeout=Duration.seconds(55),
            memory_mb=512,
        )
