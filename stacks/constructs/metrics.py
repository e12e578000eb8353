"""The figures that alarms and dashboard look at."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

from stacks import names

_PERIOD = Duration.minutes(1)


def records(name: str, capability: str = "meter", period: Duration = _PERIOD) -> cloudwatch.Metric:
    """A count of the functions' own, such as `RecordsCounted`, summed over the period."""
    return cloudwatch.Metric(
        namespace=names.METRICS,
        metric_name=name,
        dimensions_map={"service": names.function(capability)},
        statistic="Sum",
        period=period,
    )
