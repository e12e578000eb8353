"""The idle report over a thousand endpoints: how many calls of AWS, and how long this side of them takes.

Real clients, checks and pages; the answers come from memory, so AWS's own time is not in the seconds.
"""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from botocore.awsrequest import AWSResponse

from spendplane.adapters.fleet import CONTROL_PLANE_CONFIG
from spendplane.adapters.instance_prices import instance_prices
from spendplane.adapters.sagemaker_idle import SageMakerIdle
from spendplane.application.idle.idle_report import DAYS, IdleAudit
from spendplane.bootstrap import AT_ONCE

ENDPOINTS = 1_000
_NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
_LONG_AGO = _NOW - timedelta(days=90)
_PAGE = 100
_VALUES_PER_PAGE = 100_800
_HOURS = [_NOW - timedelta(hours=number) for number in range(DAYS * 24, 0, -1)]
Answer = dict[str, Any]


def measure() -> Answer:
    """Calls by operation, seconds in all, and what the report found."""
    account = _Account()
    with ThreadPoolExecutor(AT_ONCE) as eyes:
        audit = IdleAudit(SageMakerIdle(account.client, eyes.map), instance_prices())
        begin = time.perf_counter()
        report = audit.report(audit.account.found(lambda: None), _NOW)
        seconds = time.perf_counter() - begin
    return {
        "endpoints": len(report.lines),
        "calls": sum(account.calls.values()),
        "calls_by_operation": dict(account.calls),
        "seconds": round(seconds, 1),
        "usd_idle": str(round(report.usd_idle()[1], 2)),
    }


class _Account:
    """Each endpoint is one ml.g5.xlarge that is called from 9 to 15 o'clock."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()

    def client(self, service: str) -> Any:
        keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
        made = boto3.client(service, "us-east-1", config=CONTROL_PLANE_CONFIG, **keys)  # type: ignore[call-overload]
        made.meta.events.register("before-parameter-build", _remember)
        made.meta.events.register("before-call", self._answer)
        return made

    def _answer(self, model: Any, context: Any, **_: Any) -> tuple[AWSResponse, Answer]:
        self.calls[model.name] += 1
        answer = _ANSWERS[model.name](context["given"])
        return AWSResponse("", 200, {}, None), {**answer, "ResponseMetadata": {}}  # type: ignore[arg-type]


def _remember(params: Answer, context: Any, **_: Any) -> None:
    context["given"] = params


def _listed(given: Answer) -> Answer:
    start = int(given.get("NextToken", 0))
    names = [f"endpoint-{number}" for number in range(start, min(start + _PAGE, ENDPOINTS))]
    items = [{"EndpointName": name, "EndpointArn": _arn(name), "CreationTime": _LONG_AGO} for name in names]
    return {"Endpoints": items, **({"NextToken": str(start + _PAGE)} if start + _PAGE < ENDPOINTS else {})}


def _described(given: Answer) -> Answer:
    name = given["EndpointName"]
    variant = {"VariantName": "all", "CurrentInstanceCount": 1}
    return {
        "EndpointName": name,
        "EndpointArn": _arn(name),
        "EndpointConfigName": name,
        "CreationTime": _LONG_AGO,
        "ProductionVariants": [variant],
    }


def _tagged(given: Answer) -> Answer:
    start = int(given.get("PaginationToken") or 0)
    names = [f"endpoint-{number}" for number in range(start, min(start + _PAGE, ENDPOINTS))]
    items = [{"ResourceARN": _arn(name), "Tags": [{"Key": "environment", "Value": "staging"}]} for name in names]
    end = start + _PAGE
    return {"ResourceTagMappingList": items, "PaginationToken": str(end) if end < ENDPOINTS else ""}


def _metrics(given: Answer) -> Answer:
    """A page has so many values over all queries; each query has its share."""
    queries, start = given["MetricDataQueries"], int(given.get("NextToken") or 0)
    share = _VALUES_PER_PAGE // len(queries)
    hours = _HOURS[start : start + share]
    results = [
        {"Id": query["Id"], "StatusCode": "Complete", "Timestamps": hours, "Values": [_value(query, h) for h in hours]}
        for query in queries
    ]
    return {"MetricDataResults": results, **({"NextToken": str(start + share)} if start + share < len(_HOURS) else {})}


def _value(query: Answer, hour: datetime) -> float:
    name = query["MetricStat"]["Metric"]["MetricName"]
    if name == "Invocations":
        return 100.0 if 9 <= hour.hour < 15 else 0.0
    return 60.0 if query["MetricStat"]["Stat"] == "SampleCount" else 2.0


def _arn(name: str) -> str:
    return f"arn:aws:sagemaker:us-east-1:123456789012:endpoint/{name}"


_ANSWERS = {
    "ListEndpoints": _listed,
    "DescribeEndpoint": _described,
    "DescribeEndpointConfig": lambda _: {
        "ProductionVariants": [{"VariantName": "all", "InstanceType": "ml.g5.xlarge"}]
    },
    "ListInferenceComponents": lambda _: {"InferenceComponents": []},
    "ListNotebookInstances": lambda _: {"NotebookInstances": []},
    "GetResources": _tagged,
    "GetMetricData": _metrics,
}
