"""Sweep: the minute's round that re-sends what was not sent and re-judges changed budgets."""

from aws_cdk import Aws, Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from constructs import Construct

from stacks import names
from stacks.constructs.bus import Bus
from stacks.constructs.function import Function, Runtime
from stacks.constructs.queues import dead_letter_queue
from stacks.constructs.store import Store

PERIOD = Duration.minutes(1)


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
                store.work_statement(),
                bus.publish_statement(),
            ],
            # Less than the period, so that two rounds do not overlap.
            timeout=Duration.seconds(55),
            memory_mb=512,
        )
        self.function.function.configure_async_invoke(max_event_age=PERIOD, retry_attempts=0)
        self._schedule()

    def _schedule(self) -> None:
        function_arn = self.function.function.function_arn
        role = iam.Role(self, "ScheduleRole", path=names.ROLE_PATH, assumed_by=_scheduler_of_this_account())
        role.add_to_policy(iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[function_arn]))
        role.add_to_policy(iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[self.dead_letters.queue_arn]))
        # Not the L2 target: it would let the schedule invoke every version of the function.
        schedule = scheduler.CfnSchedule(
            self,
            "Schedule",
            name=names.function("sweep"),
            description="The minute's round",
            schedule_expression=f"rate({PERIOD.to_minutes()} minute)",
            flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
            target=scheduler.CfnSchedule.TargetProperty(
                arn=function_arn,
                role_arn=role.role_arn,
                retry_policy=scheduler.CfnSchedule.RetryPolicyProperty(
                    maximum_event_age_in_seconds=PERIOD.to_seconds(), maximum_retry_attempts=3
                ),
                dead_letter_config=scheduler.CfnSchedule.DeadLetterConfigProperty(arn=self.dead_letters.queue_arn),
            ),
        )
        schedule.node.add_dependency(role)  # else its first rounds are refused


def _scheduler_of_this_account() -> iam.IPrincipal:
    """Nobody else's schedule may use the role."""
    return iam.ServicePrincipal(
        "scheduler.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}}
    )
