"""Enforce: the kill switch. Turns down what belongs to a crossed budget, and gives it back."""

from aws_cdk import Acknowledgment, Duration, Stack, Validations
from aws_cdk import aws_events as events
from constructs import Construct

from stacks import names
from stacks.constructs.announced import on_event
from stacks.constructs.bus import Bus
from stacks.constructs.function import Function, Runtime
from stacks.constructs.kill_switch_permissions import acknowledgments, statements
from stacks.constructs.minutely import every_minute, regularly
from stacks.constructs.queues import dead_letter_queue
from stacks.constructs.store import Store
from stacks.kill_switch import KillSwitch

_STILL_NEWS = Duration.hours(1)
"""A crossing is retried for this long; the rounds look at the counters again every minute anyway."""
_ON_ALL = Acknowledgment(
    id="AwsSolutions-IAM5[Resource::*]",
    reason="X-Ray's Put actions, five lists (tagged resources, roles, scalable targets, their policies and "
    "schedules) and metrics of CloudWatch know no resource; nothing that changes anything is on '*'.",
)


class Enforce(Construct):
    """Set off by a crossing, by the minute, and by people, who invoke it by their own rights.

    A crossing or a round that failed three times is in its dead-letter queue; the next round goes on from the table.
    """

    def __init__(
        self, scope: Construct, id_: str, *, store: Store, bus: Bus, kill_switch: KillSwitch, runtime: Runtime
    ) -> None:
        super().__init__(scope, id_)
        self.dead_letters = dead_letter_queue(self, "Dlq", name=names.ENFORCE_DLQ)
        self.function = self._function(store, bus, kill_switch, runtime)
        on_event(
            self,
            self.function,
            bus,
            # A crossing that late usage makes in a closed period is a fact for the books, never a reason to act.
            pattern=events.EventPattern(
                source=[names.SOURCE], detail_type=[names.THRESHOLD_CROSSED], detail={"late": [False]}
            ),
            description="Crossed thresholds of periods that still run",
            max_age=_STILL_NEWS,
            dead_letters=self.dead_letters,
        )
        # A tick that is lost costs a minute: it is not handed over twice.
        every_minute(self, self.function, dead_letters=self.dead_letters, retries=0, event={"command": "reconcile"})
        if kill_switch.idle:
            regularly(
                Construct(self, "Idle"),
                self.function,
                Duration.hours(1),
                dead_letters=self.dead_letters,
                retries=0,
                event={"command": "idle"},
                name=f"{self.function.name}-idle",
            )

    def _function(self, store: Store, bus: Bus, kill_switch: KillSwitch, runtime: Runtime) -> Function:
        made = Function(
            self,
            "Enforce",
            capability="enforce",
            description="Turns down what belongs to a crossed budget outside production, and gives it back",
            runtime=runtime,
            environment={
                "TABLE_NAME": store.table.table_name,
                "BUS_NAME": bus.bus.event_bus_name,
                **kill_switch.variables,
            },
            statements=[
                store.item_statement("GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem"),
                store.audit_statement(),
                store.work_statement(),
                bus.publish_statement(),
                *statements(Stack.of(self), kill_switch),
            ],
            timeout=Duration.minutes(1),
            memory_mb=1024,
            on_everything=_ON_ALL,
        )
        Validations.of(made.role).acknowledge(*acknowledgments())
        return made
