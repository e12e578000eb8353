"""Meter: usage events into ledger rows and counters."""

from aws_cdk import Acknowledgment, Stack, Validations
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from stacks.constructs.bus import Bus
from stacks.constructs.function import Function, Runtime
from stacks.constructs.intake import BATCHING_WINDOW, METER_TIMEOUT, Intake
from stacks.constructs.store import Store

_ANY_PROFILE = Acknowledgment(
    id="AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:bedrock:*:<AWS::AccountId>:application-inference-profile/*]",
    reason="Read-only, this account's profiles only: which of them services will use is not known at deployment.",
)
BATCH_SIZE = 500
"""Messages per invocation at most. Lambda also stops at 6 MB, so batch events arrive in smaller handfuls."""
MAX_CONCURRENCY = 5
"""Meters at work at once, which bounds the conflicts on a hot counter."""


class Meter(Construct):
    """Reads the usage queue. What fails in a batch comes back alone; the rest of the batch counts."""

    def __init__(self, scope: Construct, id_: str, *, store: Store, bus: Bus, intake: Intake, runtime: Runtime) -> None:
        super().__init__(scope, id_)
        self.function = Function(
            self,
            "Meter",
            capability="meter",
            description="Prices usage events and adds each to its budgets exactly once",
            runtime=runtime,
            environment={"TABLE_NAME": store.table.table_name, "BUS_NAME": bus.bus.event_bus_name},
            statements=[
                store.item_statement("GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem"),
                store.audit_statement(),
                bus.publish_statement(),
                intake.consume_statement(),
                self._profiles_statement(),
            ],
            timeout=METER_TIMEOUT,
            # One full vCPU; the meter is bound by processor time, and below this Lambda gives only a share of one.
            memory_mb=1769,
        )
        lambda_.EventSourceMapping(
            self,
            "Source",
            target=self.function.function,
            event_source_arn=intake.queue.queue_arn,
            batch_size=BATCH_SIZE,
            max_batching_window=BATCHING_WINDOW,
            max_concurrency=MAX_CONCURRENCY,
            report_batch_item_failures=True,
        )
        Validations.of(self.function.role).acknowledge(_ANY_PROFILE)

    def _profiles_statement(self) -> iam.PolicyStatement:
        """Leave to look up which model is behind an application inference profile, so that its usage can be priced."""
        stack = Stack.of(self)
        arn = f"arn:{stack.partition}:bedrock:*:{stack.account}:application-inference-profile/*"
        return iam.PolicyStatement(actions=["bedrock:GetInferenceProfile"], resources=[arn])
