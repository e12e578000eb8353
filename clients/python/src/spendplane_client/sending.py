"""PutEvents until the bus has taken what it is given."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from spendplane_client.batching import DETAIL_TYPE, Event

FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 10.0
HOPELESS = frozenset({"InvalidArgument", "MalformedDetail", "ValidationException", "RequestEntityTooLargeException"})
"""Refusals of what was sent. All others may pass, a missing permission too, once somebody has mended it:
https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html.
"""


@dataclass(slots=True)
class Sender:
    """Over an `events` client of boto3, or whatever answers `put_events` as it does."""

    connect: Callable[[], Any]
    """Makes the client, when it is first needed: it may raise, and is then tried again."""
    bus: str
    source: str
    pause: Callable[[float], bool]
    """Waits so many seconds; True: give up."""
    trouble: Callable[[str], None]
    """Told of each failure that is tried again."""
    uniform: Callable[[float, float], float] = random.uniform
    client: Any = field(default=None, init=False)

    def send(self, made: Sequence[Event]) -> list[tuple[Event, str]]:
        """At most ten events, until each is taken. Returns those that were not, with the reason; never raises.

        Full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/.
        """
        waiting, refused, attempt = list(made), [], 0
        while waiting:
            failed = self._put(waiting)
            refused += [(event, code) for event, code in failed if code in HOPELESS]
            waiting = [event for event, code in failed if code not in HOPELESS]
            longest = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(attempt, 20))
            if waiting and self.pause(self.uniform(0, longest)):
                return refused + [(event, "not sent in time") for event in waiting]
            attempt += 1
        return refused

    def _put(self, made: Sequence[Event]) -> list[tuple[Event, str]]:
        try:
            self.client = self.client or self.connect()
            answers = self.client.put_events(Entries=[self._entry(event) for event in made])["Entries"]
        except Exception as error:  # noqa: BLE001  # of any client and any network
            return [(event, self._told(_code(error), str(error))) for event in made]
        failed = [(event, item) for event, item in zip(made, answers, strict=True) if item.get("ErrorCode")]
        return [(event, self._told(item["ErrorCode"], item.get("ErrorMessage", ""))) for event, item in failed]

    def _told(self, code: str, text: str) -> str:
        if code not in HOPELESS:
            self.trouble(f"{code}: {text}")
        return code

    def _entry(self, event: Event) -> dict[str, str]:
        return {"EventBusName": self.bus, "Source": self.source, "DetailType": DETAIL_TYPE, "Detail": event.detail}


def _code(error: Exception) -> str:
    answer = getattr(error, "response", None)
    code = answer.get("Error", {}).get("Code") if isinstance(answer, dict) else None
    return str(code or type(error).__name__)


def connect() -> Any:
    """An `events` client with a session of its own; it never waits long and leaves the retries to `Sender`."""
    try:
        import boto3
        from botocore.config import Config
    except ImportError as error:
        raise RuntimeError("boto3 is needed to publish: pip install 'spendplane-client[aws]'") from error
    config = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 1}, max_pool_connections=2)
    return boto3.session.Session().client("events", config=config)
