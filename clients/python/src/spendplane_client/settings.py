"""How the client publishes."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from spendplane_client.tagging import PREFIX, Tags, from_environment


@dataclass(frozen=True, slots=True)
class Settings:
    """See `from_variables` for the environment's names."""

    bus: str = "spendplane"
    source: str = "spendplane-client"
    """Who publishes: EventBridge's `Source`."""
    tags: Tags = field(default_factory=dict)
    """Of every call, unless `instrument` or `tags` says otherwise."""
    queue_records: int = 10_000
    """How many records may wait, about 1 KB each; what comes beyond is dropped and counted."""
    linger_seconds: float = 0.5
    """How long a record waits for others to travel with."""
    exit_seconds: float = 2.0
    """How long the end of the process may wait for what is still to be published."""


def from_variables(variables: Mapping[str, str] = os.environ) -> Settings:
    """SPENDPLANE_BUS, SPENDPLANE_SOURCE (else the Lambda function's name), SPENDPLANE_QUEUE_RECORDS,
    SPENDPLANE_LINGER_SECONDS, SPENDPLANE_EXIT_SECONDS, and the tags: SPENDPLANE_PROJECT_ID and so on.

    Raises ValueError with the variable's name.
    """
    base = Settings(tags=from_environment(variables))
    function = variables.get("AWS_LAMBDA_FUNCTION_NAME")
    return Settings(
        bus=variables.get(PREFIX + "BUS") or base.bus,
        source=variables.get(PREFIX + "SOURCE") or function or base.source,
        tags=base.tags,
        queue_records=int(_number(variables, "QUEUE_RECORDS", base.queue_records)),
        linger_seconds=_number(variables, "LINGER_SECONDS", base.linger_seconds),
        exit_seconds=_number(variables, "EXIT_SECONDS", base.exit_seconds),
    )


def _number(variables: Mapping[str, str], name: str, default: float) -> float:
    text = variables.get(PREFIX + name) or str(default)
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 10_000_000:
        raise ValueError(f"{PREFIX}{name} is no number from 0 to 10,000,000: {text!r}")
    return number
