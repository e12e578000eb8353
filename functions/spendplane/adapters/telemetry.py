"""Logs and metrics (EMF) by Powertools.

Traces are Lambda's own (active tracing on every function): Powertools' tracer loads the X-Ray SDK, which is in
maintenance mode and costs a cold start more processor time than boto3 does.
"""

from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

logger = Logger()
metrics = Metrics()

Handler = Callable[[Any, Any], Any]


def logged(handler: Handler) -> Handler:
    """A handler with its request id in every log line."""
    return logger.inject_lambda_context(handler)


def observed(handler: Handler) -> Handler:
    """As `logged`, with its figures flushed at the end."""
    wrapped: Handler = metrics.log_metrics(handler)
    return logger.inject_lambda_context(wrapped)


def count(figures: Mapping[str, int]) -> None:
    """Adds counts to the invocation's metrics."""
    for name, value in figures.items():
        metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)
