"""Who we are, where, and what time it is there."""

from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from cli.checks.finding import Finding, State
from cli.context import Session

MAX_SKEW_S = 30
"""Beyond it a record of now may look as if it came from the future (5 minutes are accepted), and soon no call works."""
FATAL_SKEW_S = 240


def account(run: Session) -> Iterator[Finding]:
    """Credentials, endpoint and clock, from one call."""
    client = run.clients("sts")
    asked_at = run.now()
    answer = client.get_caller_identity()
    endpoint = f"{client.meta.endpoint_url}, {client.meta.region_name}"
    yield Finding("credentials", State.OK, f"account {answer['Account']} as {answer['Arn']} ({endpoint})")
    yield _clock(answer, asked_at)


def _clock(answer: dict[str, Any], now: datetime) -> Finding:
    text = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
    if not text:
        return Finding("clock", State.OK, "the endpoint tells no time to compare with")
    seconds = abs((parsedate_to_datetime(text) - now).total_seconds())
    if seconds < MAX_SKEW_S:
        return Finding("clock", State.OK, f"within {seconds:.0f} s of AWS")
    state = State.FAIL if seconds >= FATAL_SKEW_S else State.WARN
    return Finding("clock", state, f"{seconds:.0f} s away from AWS", "set this machine's clock (NTP)")
