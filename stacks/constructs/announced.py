"""A function that an event of the bus sets off, and that must not miss one."""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from stacks.constructs.bus import Bus
from stacks.constructs.function import Function
from stacks.constructs.queues import FailuresTo

_RETRIES = 2


def on_event(
    scope: Construct,
    function: Function,
    bus: Bus,
    *,
    pattern: events.EventPattern,
    description: str,
    max_age: Duration,
    dead_letters: sqs.IQueue,
) -> None:
    """Runs the function on what matches. What cannot be handed over within `max_age`, or what it failed at three
    times, goes to `dead_letters`.
    """
    function.function.configure_async_invoke(
        max_event_age=max_age, retry_attempts=_RETRIES, on_failure=FailuresTo(dead_letters)
    )
    events.Rule(
        scope,
        "Rule",
        event_bus=bus.bus,
        description=description,
        event_pattern=pattern,
        targets=[
            targets.LambdaFunction(function.function, dead_letter_queue=dead_letters, max_event_age=max_age),
        ],
    )
