"""The clients of this process, made as each purpose asks."""

from functools import cache
from typing import Any

import boto3
from botocore.config import Config

from spendplane.adapters.dynamodb.client import Table

# A call that hangs must not eat the function's time; a retry by botocore repeats the same idempotency token.
# Parameters are built here, never taken from users, so botocore need not check them again.
CLIENT_CONFIG = Config(
    connect_timeout=2,
    read_timeout=5,
    retries={"mode": "standard", "total_max_attempts": 3},
    parameter_validation=False,
    user_agent="spendplane",  # a fixed one: botocore else composes it anew for each call
)

AT_ONCE = 8
"""Targets that one switch works on at the same time: most control planes take about ten calls a second."""


def dynamo_table(name: str) -> Table:
    """The one table."""
    return Table(client("dynamodb"), name)


def control_plane(service: str) -> Any:
    """A client for what the kill switch turns down: patient, and careful with its parameters."""
    from spendplane.adapters.fleet import CONTROL_PLANE_CONFIG

    return boto3.client(service, config=CONTROL_PLANE_CONFIG)  # type: ignore[call-overload]


@cache
def client(service: str, region: str | None = None) -> Any:
    """One client per service and Region: they are thread-safe and slow to make."""
    return boto3.client(service, region_name=region, config=CLIENT_CONFIG)  # type: ignore[call-overload]
