"""AWS that answers at once, inside the process: botocore builds, signs and parses every call, nothing travels."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from botocore.awsrequest import AWSResponse, HeadersDict

from bench.workload import NOW
from spendplane.adapters.dynamodb.definitions import budget_to_item
from spendplane.domain.budgets import Budget

_HEADERS = HeadersDict({"content-type": "application/x-amz-json-1.0"})


class _Body:
    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self) -> Iterator[bytes]:
        yield self._content


class InstantDynamoDB:
    """Accepts every write, holds the definitions, knows no counters; counts the calls."""

    def __init__(self, budgets: list[Budget]) -> None:
        self.calls: Counter[str] = Counter()
        items = [budget_to_item(budget, NOW) for budget in budgets]
        self._answers = {
            "Query": json.dumps({"Items": items, "Count": len(items)}).encode(),
            "BatchGetItem": b'{"Responses":{},"UnprocessedKeys":{}}',
        }

    def install(self, client: Any) -> None:
        """Takes the place of the network under this client."""
        client.meta.events.register("before-send.dynamodb", self._send)

    def _send(self, request: Any, **_: object) -> AWSResponse:
        target = request.headers["X-Amz-Target"]
        operation = (target.decode() if isinstance(target, bytes) else target).split(".")[1]
        self.calls[operation] += 1
        body = _Body(self._answers.get(operation, b"{}"))
        return AWSResponse(request.url, 200, _HEADERS, body)  # type: ignore[arg-type]  # what it reads of them
