"""What is told about an endpoint, and what the message says to do. Without a topic the alarms only show."""

from collections.abc import Mapping

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

_MINUTE = Duration.minutes(1)
_WAKING_MINUTES = 15
"""Longer than an instance and a model take; then the capacity is not to be had, or the container does not start."""


class Alarms(Construct):
    """Alarms of one endpoint, each on a figure of `AWS/SageMaker` with the same dimensions."""

    def __init__(
        self, scope: Construct, id_: str, *, name: str, dimensions: Mapping[str, str], topic: sns.ITopic | None
    ) -> None:
        super().__init__(scope, id_)
        self._name, self._dimensions = name, dict(dimensions)
        self._action = actions.SnsAction(topic) if topic else None

    def server_errors(self) -> None:
        """Calls that ended with 5xx, in three of five minutes: one alone is what a retry is for."""
        self._often(
            "ServerErrors", "Invocation5XXErrors", "answers with 5xx. Read its log; is the model out of memory?"
        )

    def model_errors(self) -> None:
        """Calls that the container did not answer with 2xx, time-outs among them."""
        self._often(
            "ModelErrors",
            "InvocationModelErrors",
            "has a container that fails or is too slow. Read its log, then the last change of its image.",
        )

    def refused(self, why: str) -> None:
        """Calls that ended with 4xx; throttles are 429 and have no figure of their own."""
        self._often("Refused", "Invocation4XXErrors", f"refuses calls. {why}")

    def queue_failures(self) -> None:
        """A queued request that came to nothing: nobody waits for it, so the first one tells."""
        expired = "lets requests expire in its queue: more come than it may work off in its hours and instances."
        self._alarm("Failed", "InvocationFailures", "failed on a queued request. Look into its folder of failures.")
        self._alarm("Expired", "ExpiredRequests", expired)

    def no_capacity(self, metric: str, statistic: str, dimensions: Mapping[str, str]) -> None:
        """Called, but still nothing up after a quarter of an hour."""
        self._alarm(
            "NoCapacity",
            metric,
            f"has been called for {_WAKING_MINUTES} minutes and nothing came up. Outside its hours, or while the kill "
            "switch holds it, that is meant. Else read its scaling activities: AWS may have no such instance now.",
            statistic=statistic,
            periods=_WAKING_MINUTES,
            dimensions=dimensions,
        )

    def _often(self, id_: str, metric: str, description: str) -> None:
        self._alarm(id_, metric, description, periods=5, breaching=3)

    def _alarm(
        self,
        id_: str,
        metric: str,
        description: str,
        *,
        statistic: str = "Sum",
        periods: int = 1,
        breaching: int | None = None,
        dimensions: Mapping[str, str] | None = None,
    ) -> None:
        alarm = cloudwatch.Alarm(
            self,
            id_,
            metric=cloudwatch.Metric(
                namespace="AWS/SageMaker",
                metric_name=metric,
                dimensions_map=dict(dimensions or self._dimensions),
                statistic=statistic,
                period=_MINUTE,
            ),
            alarm_description=f"{self._name} {description}",
            threshold=1,
            evaluation_periods=periods,
            datapoints_to_alarm=breaching or periods,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            # No calls, no figure: that is rest, not a fault.
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        if self._action:
            alarm.add_alarm_action(self._action)
            alarm.add_ok_action(self._action)
