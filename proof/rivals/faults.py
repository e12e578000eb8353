"""What is done to all alike: batches that come twice, writes that fail, crashes, and replies that are lost.

A lost reply acts inside botocore, whose own retry then sends the call again: that is what happens on a real network.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import ClientError, ReadTimeoutError
from botocore.httpsession import URLLib3Session

WRITES = frozenset({"put_item", "update_item", "transact_write_items"})
SHARE = 0.05
NONE, TWICE, FAILING, CRASH, LOST = "none", "twice", "failing", "crash", "lost reply"
KINDS = (NONE, TWICE, FAILING, CRASH, LOST)
MEANING = {
    NONE: "nothing goes wrong",
    TWICE: "each batch is delivered a second time",
    FAILING: "5 % of write calls are refused, after the client's retries; nothing of them is carried out",
    CRASH: "in 5 % of batches the process ends right after one of its writes, and the batch comes again",
    LOST: "of 5 % of write calls the reply is lost after the commit; the client sends them again by itself",
}


class CrashError(BaseException):
    """The process is gone: no handler may catch it."""


@dataclass(slots=True)
class Faulty:
    """A DynamoDB client with faults of one kind. `crash_at` counts down writes to the crash."""

    client: Any
    kind: str
    rng: random.Random
    calls: Counter[str] = field(default_factory=Counter)
    crash_at: int | None = None
    losing: bool = False

    def __post_init__(self) -> None:
        self.client.meta.events.register("before-send.dynamodb", self._lose)
        self.client.meta.events.register_first("needs-retry.dynamodb", _at_once)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.client, name)
        if name not in WRITES and not name.startswith(("get_item", "batch_get")) and name not in {"query", "scan"}:
            return found
        return lambda **given: self._call(name, found, given)

    def _call(self, name: str, act: Any, given: dict[str, Any]) -> Any:
        self.calls[name] += 1
        if name not in WRITES:
            return act(**given)
        if self.kind == FAILING and self.rng.random() < SHARE:
            raise _throttled(name)
        self.losing = self.kind == LOST and self.rng.random() < SHARE
        answer = act(**given)
        if self.crash_at is not None:
            self.crash_at -= 1
            if self.crash_at == 0:
                self.crash_at = None
                raise CrashError
        return answer

    def _lose(self, request: AWSPreparedRequest, **_: object) -> None:
        if not self.losing:
            return
        self.losing = False
        session = URLLib3Session()
        session.send(request)
        session.close()
        raise ReadTimeoutError(endpoint_url=request.url)


def _at_once(caught_exception: Exception | None, **_: object) -> float | None:
    """The client's own retry after a lost reply, without its pause."""
    return 0.0 if isinstance(caught_exception, ReadTimeoutError) else None


def _throttled(name: str) -> Exception:
    code = "ProvisionedThroughputExceededException"
    return ClientError({"Error": {"Code": code, "Message": "injected"}}, name)
