"""Enforce: the kill switch. Turns down what belongs to a crossed budget, and gives it back."""

from aws_cdk import Acknowledgment, Duration, Stack, Validations
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from constructs import Construct

from stacks import names
from stacks.constructs.bus import Bus
from stacks.constructs.function import Function, Runtime
from stacks.constructs.kill_switch_permissions import acknowledgments, statements
from stacks.constructs.minutely import every_minute, regularly
from stacks.constructs.queues import FailuresTo, dead_letter_queue
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
        self.function = Function(
            self,
            "Enforce",
            capability="enforce",
            description="Turns down what belongs to a crossed budget outside production, and gives it back",
            runtime=runtime,
            environment={
                "TABLE_NAME": store.table.table_name,
                "BUS_NAME": bus.bus.event_bus_name,
                "THROTTLEABLE_ENVIRONMENTS": ",".join(kill_switch.environments),
                "MAX_TARGETS": str(kill_switch.max_targets),
                "MAX_ATTEMPTS": str(kill_switch.max_attempts),
                "MAX_DRIFT_PERCENT": str(kill_switch.max_drift_percent),
                **({"IDLE": kill_switch.idle.variable} if kill_switch.idle else {}),
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
        Validations.of(self.function.role).acknowledge(*acknowledgments())
        self.function.function.configure_async_invoke(
            max_event_age=_STILL_NEWS, retry_attempts=2, on_failure=FailuresTo(self.dead_letters)
        )
        self._crossings(bus)
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

    def _crossings(self, bus: Bus) -> None:
        events.Rule(
            self,
            "Rule",
            event_bus=bus.bus,
            description="Crossed thresholds of periods that still run",
            # A crossing that late usage makes in a closed period is a fact for the books, never a reason to act.
            event_pattern=events.EventPattern(
                source=[names.SOURCE], detail_type=[names.THRESHOLD_CROSSED], detail={"late": [False]}
            ),
            targets=[
                targets.LambdaFunction(
                    self.function.function, dead_letter_queue=self.dead_letters, max_event_age=_STILL_NEWS
                )
            ],
        )
