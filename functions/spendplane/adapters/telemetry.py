"""Logs, metrics (EMF) and traces, all by Powertools."""

from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit

logger = Logger()
metrics = Metrics()
tracer = Tracer()

Handler = Callable[[Any, Any], Any]


def observed(handler: Handler) -> Handler:
    """A handler with its request id in every log line, its figures flushed at the end, and a trace."""
    wrapped: Handler = metrics.log_metrics(handler)
    wrapped = tracer.capture_lambda_handler(wrapped)
    return logger.inject_lambda_context(wrapped)


def count(figures: Mapping[str, int]) -> None:
    """Adds counts to the invocation's metrics."""
    for name, value in figures.items():
        metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)
