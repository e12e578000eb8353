"""Bedrock's answers as they come over the wire, put under a real boto3 client: nothing travels."""

import json
import zlib
from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import Any

import boto3
import urllib3
from botocore.awsrequest import AWSResponse
from botocore.config import Config

REQUEST_ID = "6f1f8b1c-0000-4000-8000-000000000001"
MODEL = "global.anthropic.claude-sonnet-4-5-20250929-v1:0"
USAGE = {
    "inputTokens": 350, "outputTokens": 900, "totalTokens": 122_750, "cacheReadInputTokens": 120_000,
    "cacheWriteInputTokens": 1_500,
    "cacheDetails": [{"inputTokens": 500, "ttl": "5m"}, {"inputTokens": 1_000, "ttl": "1h"}],
}  # fmt: skip
BUCKETS = {"input_uncached": 350, "cache_read": 120_000, "cache_write_5m": 500, "cache_write_1h": 1_000, "output": 900}
MESSAGES = [{"role": "user", "content": [{"text": "hi"}]}]
ANSWER = {
    "output": {"message": {"role": "assistant", "content": [{"text": "hi"}]}},
    "stopReason": "end_turn", "usage": USAGE, "metrics": {"latencyMs": 5},
}  # fmt: skip
STREAM: list[tuple[str, Any]] = [
    ("messageStart", {"role": "assistant"}),
    ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": "hi"}}),
    ("contentBlockStop", {"contentBlockIndex": 0}),
    ("messageStop", {"stopReason": "end_turn"}),
    ("metadata", {"usage": USAGE, "metrics": {"latencyMs": 5}}),
]


class Broken(BytesIO):
    """A body that ends with its connection."""

    def read(self, amt: int | None = -1, /) -> bytes:
        data = super().read(amt)
        if not data:
            raise ConnectionResetError("gone")
        return data


class Wire:
    """What is sent, and what is answered next."""

    def __init__(self, **options: Any) -> None:
        self.client: Any = boto3.client(
            "bedrock-runtime", "us-east-1", aws_access_key_id="test", aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}, **options),
        )  # fmt: skip
        self.client.meta.events.register("before-send.bedrock-runtime", self._send)
        self.sent: list[Any] = []
        self._next: AWSResponse | Exception = ConnectionError()

    def answers(
        self, body: bytes | Mapping[str, Any], status: int = 200, *, breaks: bool = False, **headers: str
    ) -> None:
        """With a whole body; or one after which the connection breaks."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        known = {
            "content-type": "application/json",
            "x-amzn-requestid": REQUEST_ID,
            "content-length": str(len(content)),
        }
        known |= {name.replace("_", "-"): value for name, value in headers.items()}
        file = Broken(content) if breaks else BytesIO(content)
        raw = urllib3.HTTPResponse(body=file, headers=known, status=status, preload_content=False)
        self._next = AWSResponse("https://bedrock", status, known, raw)  # type: ignore[arg-type]  # what it reads of them

    def streams(self, events: Iterable[tuple[str, Any]], *, breaks: bool = False) -> None:
        """As an event stream."""
        body = b"".join(event(kind, content) for kind, content in events)
        self.answers(body, breaks=breaks, content_type="application/vnd.amazon.eventstream")

    def fails(self, error: Exception) -> None:
        """Without an answer."""
        self._next = error

    def _send(self, request: Any, **_: Any) -> AWSResponse:
        self.sent.append(request)
        if isinstance(self._next, Exception):
            raise self._next
        return self._next


def event(kind: str, content: Any) -> bytes:
    """One message of `application/vnd.amazon.eventstream`."""
    message_type = "exception" if kind.endswith("Exception") else "event"
    headers = b"".join(
        bytes([len(name)]) + name.encode() + b"\x07" + len(value).to_bytes(2, "big") + value.encode()
        for name, value in (
            (":message-type", message_type),
            (f":{message_type}-type", kind),
            (":content-type", "application/json"),
        )
    )
    payload = json.dumps(content).encode()
    prelude = (16 + len(headers) + len(payload)).to_bytes(4, "big") + len(headers).to_bytes(4, "big")
    message = prelude + zlib.crc32(prelude).to_bytes(4, "big") + headers + payload
    return message + zlib.crc32(message).to_bytes(4, "big")
