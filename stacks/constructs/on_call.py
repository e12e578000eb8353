"""How an alarm reaches on-call, and the kinds of alarm that several parts need."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from stacks.constructs.function import Function
from stacks.constructs.topics import Topics

MINUTE = Duration.minutes(1)
FIVE_MINUTES = Duration.minutes(5)
_AT_LEAST = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD


class OnCall:
    """Makes alarms in a scope. Each goes to `on-call` when it starts and when it ends."""

    def __init__(self, scope: Construct, topics: Topics) -> None:
        self._scope = scope
        self._action = actions.SnsAction(topics.on_call)

    def alarm(
        self,
        id_: str,
        metric: cloudwatch.IMetric,
        description: str,
        *,
        threshold: int = 1,
        periods: int = 1,
        comparison: cloudwatch.ComparisonOperator = _AT_LEAST,
        missing: cloudwatch.TreatMissingData = cloudwatch.TreatMissingData.NOT_BREACHING,
    ) -> None:
        """Breached in `periods` periods of the metric on end, by default in one, by a value of 1 or more."""
        alarm = cloudwatch.Alarm(
            self._scope,
            id_,
            metric=metric,
            alarm_description=description,
            threshold=threshold,
            evaluation_periods=periods,
            comparison_operator=comparison,
            treat_missing_data=missing,
        )
        alarm.add_alarm_action(self._action)
        alarm.add_ok_action(self._action)

    def depth(self, id_: str, queue: sqs.Queue, description: str) -> None:
        """At the first message in a dead-letter queue."""
        metric = queue.metric_approximate_number_of_messages_visible(period=MINUTE, statistic="Maximum")
        self.alarm(f"{id_}Depth", metric, description)

    def failures(self, function: Function, then: str) -> None:
        """At a function's first error, and when it gets no place to run. `then` says what holds after an error."""
        lambda_, name = function.function, function.name
        self.alarm(
            f"{function.node.id}Errors",
            lambda_.metric_errors(period=MINUTE),
            f"{name} failed. {then} Read the log /aws/lambda/{name}, then run `spendplane doctor`.",
        )
        self.alarm(
            f"{function.node.id}Throttles",
            lambda_.metric_throttles(period=MINUTE),
            f"{name} was refused a place to run: the account's Lambda concurrency is used up. Its input waits. "
            "Find the function that takes the places, or ask for a higher quota.",
            periods=3,
        )

    def stalled(self, function: Function, then: str) -> None:
        """When a function of the minute was not invoked for ten; `then` says what does not happen meanwhile."""
        self.alarm(
            f"{function.node.id}Stalled",
            function.function.metric_invocations(period=FIVE_MINUTES),
            f"{then} Check that the schedule {function.name} is enabled, then run `spendplane doctor`.",
            comparison=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
            missing=cloudwatch.TreatMissingData.BREACHING,
            periods=2,
        )
