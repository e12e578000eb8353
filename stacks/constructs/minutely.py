"""The rounds of a function, each minute or less often, by EventBridge Scheduler."""

import json
from collections.abc import Mapping

from aws_cdk import Aws, Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from stacks import names
from stacks.constructs.function import Function

PERIOD = Duration.minutes(1)


def every_minute(
    scope: Construct,
    function: Function,
    *,
    dead_letters: sqs.IQueue,
    retries: int,
    event: Mapping[str, str] | None = None,
) -> None:
    """See `regularly`: once a minute."""
    regularly(scope, function, PERIOD, dead_letters=dead_letters, retries=retries, event=event)


def regularly(
    scope: Construct,
    function: Function,
    period: Duration,
    *,
    dead_letters: sqs.IQueue,
    retries: int,
    event: Mapping[str, str] | None = None,
    name: str | None = None,
) -> None:
    """Invokes the function with `event`, by a schedule of the function's name or of this `name`. A tick that cannot be
    handed over, after `retries`, goes to `dead_letters`.

    What the function does with a tick is not repeated here: that is said by its asynchronous configuration.
    """
    minutes = int(period.to_minutes())
    function_arn = function.function.function_arn
    role = iam.Role(scope, "ScheduleRole", path=names.ROLE_PATH, assumed_by=_scheduler_of_this_account())
    role.add_to_policy(iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[function_arn]))
    role.add_to_policy(iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[dead_letters.queue_arn]))
    # Not the L2 target: it would let the schedule invoke every version of the function.
    schedule = scheduler.CfnSchedule(
        scope,
        "Schedule",
        name=name or function.name,
        description="The minute's round" if minutes == 1 else f"The round of every {minutes} minutes",
        schedule_expression=f"rate({minutes} minute{'' if minutes == 1 else 's'})",
        flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
        target=scheduler.CfnSchedule.TargetProperty(
            arn=function_arn,
            role_arn=role.role_arn,
            input=None if event is None else json.dumps(event),
            retry_policy=scheduler.CfnSchedule.RetryPolicyProperty(
                maximum_event_age_in_seconds=period.to_seconds(), maximum_retry_attempts=retries
            ),
            dead_letter_config=scheduler.CfnSchedule.DeadLetterConfigProperty(arn=dead_letters.queue_arn),
        ),
    )
    schedule.node.add_dependency(role)  # else its first rounds are refused


def _scheduler_of_this_account() -> iam.IPrincipal:
    """Nobody else's schedule may use the role."""
    return iam.ServicePrincipal(
        "scheduler.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}}
    )
