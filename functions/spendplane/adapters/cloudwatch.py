"""Hourly values of many metrics, in as few calls as CloudWatch allows.

`GetMetricData` takes 500 queries, and gives 100,800 values a page: 500 metrics over 30 days are four pages. It is
billed by the metric asked for, not by the call.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from spendplane.adapters.fleet.errors import translated
from spendplane.adapters.fleet.kind import Clients
from spendplane.application.ports import BusyError
from spendplane.domain.idleness import Series

QUERIES_PER_CALL = 500
VALUES_PER_PAGE = 100_800
PERIOD_SECONDS = 3600
_RIGHTS = "Reading metrics needs cloudwatch:GetMetricData, which is given on every resource or not at all"


@dataclass(frozen=True, slots=True)
class Metric:
    """One statistic of one metric. Its dimensions are a part of its name: with others it is another metric."""

    namespace: str
    name: str
    stat: str
    dimensions: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class CloudWatchMetrics:
    """`clients` gives a boto3 client for a service."""

    clients: Clients

    def read(
        self, metrics: Sequence[Metric], start: datetime, end: datetime, progress: Callable[[], None] = lambda: None
    ) -> list[Series]:
        """The hours of each from `start` up to, and without, `end`, in the order asked for. An hour without a value
        is left out. `progress` hears of every batch (`batches`). Raises BusyError and RefusedError.
        """
        found: list[Series] = []
        hours: dict[datetime, datetime] = {}  # each hour is one object, however many metrics have it
        for at in range(0, len(metrics), QUERIES_PER_CALL):
            found += self._batch(metrics[at : at + QUERIES_PER_CALL], start, end, hours)
            progress()
        return found

    def _batch(
        self, metrics: Sequence[Metric], start: datetime, end: datetime, hours: dict[datetime, datetime]
    ) -> list[Series]:
        series: list[dict[datetime, float]] = [{} for _ in metrics]
        pages = self.clients("cloudwatch").get_paginator("get_metric_data")
        query = {
            "MetricDataQueries": [_query(number, metric) for number, metric in enumerate(metrics)],
            "StartTime": start,
            "EndTime": end,
            "MaxDatapoints": VALUES_PER_PAGE,
        }
        with translated("CloudWatch", rights=_RIGHTS):
            for page in pages.paginate(**query):
                for result in page["MetricDataResults"]:
                    if result.get("StatusCode") not in {"Complete", "PartialData"}:
                        raise BusyError(f"CloudWatch could not read a metric: {result.get('StatusCode')}")
                    times = (hours.setdefault(time, time.astimezone(UTC)) for time in result["Timestamps"])
                    series[int(result["Id"][1:])].update(zip(times, result["Values"], strict=True))
        return list(series)


def batches(metrics: int) -> int:
    """So many times `read` reports progress."""
    return -(-metrics // QUERIES_PER_CALL)


def _query(number: int, metric: Metric) -> dict[str, Any]:
    dimensions = [{"Name": name, "Value": value} for name, value in metric.dimensions]
    return {
        "Id": f"m{number}",
        "MetricStat": {
            "Metric": {"Namespace": metric.namespace, "MetricName": metric.name, "Dimensions": dimensions},
            "Period": PERIOD_SECONDS,
            "Stat": metric.stat,
        },
    }
