"""Faults on the way to a table: what DynamoDB and the network do now and then, and the engines never.

They act inside botocore, where its own retries see them: a fault stands for one attempt.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, cast

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError
from botocore.httpsession import URLLib3Session

from spendplane.bootstrap import CLIENT_CONFIG

PASS, LOST, UNREACHABLE = "pass", "lost", "unreachable"
CONFLICT, THROTTLED_ITEM = "TransactionConflict", "ThrottlingError"
"""Reasons of a cancelled transaction."""


@dataclass(slots=True)
class Faults:
    """What happens to the next attempts of one operation; after that, nothing. Remembers what was sent.

    LOST: carried out, and the reply never arrives. A cancellation reason, or the code of an error: not carried out.
    """

    plan: Sequence[str] = ()
    sent: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, request: AWSPreparedRequest, **_: object) -> AWSResponse | None:
        """Botocore's `before-send`: an answer of our own, an error, or None to go on."""
        body = json.loads(cast("bytes", request.body))
        self.sent.append(body)
        number = len(self.sent) - 1
        fault = self.plan[number] if number < len(self.plan) else PASS
        if fault == PASS:
            return None
        if fault == UNREACHABLE:
            raise EndpointConnectionError(endpoint_url=request.url)
        if fault == LOST:
            session = URLLib3Session()
            session.send(request)
            session.close()
            raise ReadTimeoutError(endpoint_url=request.url)
        if fault in {CONFLICT, THROTTLED_ITEM}:
            reasons = [{"Code": fault}, *({"Code": "None"} for _ in body["TransactItems"][1:])]
            return _answer(request, "TransactionCanceledException", CancellationReasons=reasons)
        return _answer(request, fault)


@dataclass(slots=True)
class NowAndThen:
    """Conflicts and throttles by chance (seeded), for every operation; never more than two for attempts in a row, so
    that whoever tries again gets through. `met` counts them.
    """

    chance: Random
    share: float = 0.1
    met: int = 0
    _row: int = 0

    def __call__(self, request: AWSPreparedRequest, **_: object) -> AWSResponse | None:
        """Botocore's `before-send`."""
        if self._row == 2 or self.chance.random() >= self.share:
            self._row = 0
            return None
        self._row += 1
        self.met += 1
        body = json.loads(cast("bytes", request.body))
        if "TransactItems" not in body:
            return _answer(request, "ThrottlingException")
        fault = self.chance.choice([CONFLICT, THROTTLED_ITEM])
        reasons = [{"Code": "None"} for _ in body["TransactItems"]]
        reasons[self.chance.randrange(len(reasons))] = {"Code": fault}
        return _answer(request, "TransactionCanceledException", CancellationReasons=reasons)


def client_with(url: str | None, operation: str, faults: Faults | NowAndThen) -> Any:
    """A client of its own, made as the functions make theirs, with these faults; `*` means every operation."""
    client = boto3.client(
        "dynamodb",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=CLIENT_CONFIG,
    )
    event = "before-send.dynamodb" + ("" if operation == "*" else f".{operation}")
    client.meta.events.register_first(event, faults)  # type: ignore[arg-type]
    return client


class _Raw:
    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, *_: object, **__: object) -> list[bytes]:
        return [self._content]


def _answer(request: AWSPreparedRequest, code: str, **more: object) -> AWSResponse:
    status = 500 if code in {"InternalServerError", "ServiceUnavailable"} else 400
    content = json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "injected", **more})
    headers = HTTPHeaders()
    headers.add_header("content-type", "application/x-amz-json-1.0")
    return AWSResponse(request.url, status, headers, _Raw(content.encode()))
