"""What OpenAI and Anthropic answer, put under their own SDKs: nothing travels."""

import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.support.client_bus import WHO

CHAT_USAGE = {
    "prompt_tokens": 120_350, "completion_tokens": 900, "total_tokens": 121_250,
    "prompt_tokens_details": {"cached_tokens": 120_000}, "completion_tokens_details": {"reasoning_tokens": 400},
}  # fmt: skip
CHAT_BUCKETS = {"input_uncached": 350, "cache_read": 120_000, "output": 900, "reasoning": 400}
CHAT_ID, CHAT_MODEL = "chatcmpl-1", "gpt-5-mini-2025-08-07"
_CHAT = {"id": CHAT_ID, "created": 1_790_000_000, "model": CHAT_MODEL, "service_tier": "default"}
CHAT = {
    **_CHAT, "object": "chat.completion", "usage": CHAT_USAGE,
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}],
}  # fmt: skip
RESPONSE = {
    "id": "resp_1", "object": "response", "created_at": 1_790_000_000, "model": CHAT_MODEL, "status": "completed",
    "output": [], "parallel_tool_calls": True, "tool_choice": "auto", "tools": [], "service_tier": "flex",
    "usage": {
        "input_tokens": 120_350, "input_tokens_details": {"cached_tokens": 120_000}, "output_tokens": 900,
        "output_tokens_details": {"reasoning_tokens": 400}, "total_tokens": 121_250,
    },
}  # fmt: skip
EMBEDDINGS = {
    "object": "list", "model": "text-embedding-3-small", "usage": {"prompt_tokens": 8, "total_tokens": 8},
    "data": [{"object": "embedding", "index": 0, "embedding": [0.1, 0.2]}],
}  # fmt: skip
MESSAGE_USAGE = {
    "input_tokens": 350, "cache_read_input_tokens": 120_000, "cache_creation_input_tokens": 1_500,
    "cache_creation": {"ephemeral_5m_input_tokens": 500, "ephemeral_1h_input_tokens": 1_000}, "output_tokens": 900,
    "service_tier": "standard",
}  # fmt: skip
MESSAGE = {
    "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5-20250929",
    "content": [{"type": "text", "text": "hi"}], "stop_reason": "end_turn", "stop_sequence": None,
    "usage": MESSAGE_USAGE,
}  # fmt: skip
MESSAGE_BUCKETS = {
    "input_uncached": 350, "cache_read": 120_000, "cache_write_5m": 500, "cache_write_1h": 1_000, "output": 900,
}  # fmt: skip
MESSAGE_EVENTS: list[dict[str, Any]] = [
    {"type": "message_start", "message": {**MESSAGE, "content": [], "usage": {**MESSAGE_USAGE, "output_tokens": 1}}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "hi"}},
    {"type": "content_block_stop", "index": 0},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 900}},
    {"type": "message_stop"},
]  # fmt: skip


ASKED: Any = {"model": "gpt-5-mini", "messages": [{"role": "user", "content": "hi"}]}
CHATTED = {
    **WHO, "provider": "openai", "model": CHAT_MODEL, "provider_request_id": CHAT_ID, "service_tier": "default",
    "usage": CHAT_BUCKETS,
}  # fmt: skip


def chunks(*, usage: bool) -> list[dict[str, Any]]:
    """Of a chat completion: two pieces, and the one that was asked for with `include_usage`."""
    base = {**_CHAT, "object": "chat.completion.chunk"}
    made: list[dict[str, Any]] = [
        {**base, "choices": [{"index": 0, "delta": {"role": "assistant", "content": "hi"}, "finish_reason": None}]},
        {**base, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
    ]
    return [*made, {**base, "choices": [], "usage": CHAT_USAGE}] if usage else made


def response_events() -> list[dict[str, Any]]:
    """Of the Responses API."""
    begun = {**RESPONSE, "status": "in_progress", "usage": None}
    return [
        {"type": "response.created", "sequence_number": 0, "response": begun},
        {"type": "response.completed", "sequence_number": 1, "response": RESPONSE},
    ]


class Pieces(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    """A body in pieces, after which the connection may break."""

    def __init__(self, pieces: Iterable[bytes], *, breaks: bool = False) -> None:
        self._pieces, self._breaks = list(pieces), breaks

    def __iter__(self) -> Iterator[bytes]:
        yield from self._pieces
        if self._breaks:
            raise httpx2.ReadError("gone")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self:
            yield piece


def sse(events: Iterable[dict[str, Any]], *, done: bool = False) -> list[bytes]:
    """As server-sent events."""
    made = [
        (f"event: {item['type']}\n" if "type" in item else "").encode() + f"data: {json.dumps(item)}\n\n".encode()
        for item in events
    ]
    return [*made, b"data: [DONE]\n\n"] if done else made


@dataclass
class Server:
    """Keeps what was asked, and answers what it is told; a stream where the caller asked for one."""

    answer: dict[str, Any] = field(default_factory=lambda: CHAT)
    events: Callable[[dict[str, Any]], list[bytes]] = lambda _body: []
    status: int = 200
    breaks: bool = False
    headers: dict[str, str] = field(default_factory=lambda: {"x-request-id": "req_1", "request-id": "req_1"})
    asked: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        """As the network would."""
        body = json.loads(request.read())
        self.asked.append(body)
        if self.status < 300 and (body.get("stream") or request.url.path.endswith("stream")):
            pieces = Pieces(self.events(body), breaks=self.breaks)
            return httpx2.Response(200, headers={"content-type": "text/event-stream", **self.headers}, stream=pieces)
        if self.breaks:
            raise httpx2.ConnectError("gone")
        return httpx2.Response(self.status, headers=self.headers, json=self.answer)

    async def later(self, request: httpx2.Request) -> httpx2.Response:
        """As `__call__`."""
        return self(request)

    def client(self) -> httpx2.Client:
        """For an SDK's `http_client`."""
        return httpx2.Client(transport=httpx2.MockTransport(self))

    def async_client(self) -> httpx2.AsyncClient:
        """For an SDK's `http_client`."""
        return httpx2.AsyncClient(transport=httpx2.MockTransport(self.later))


def streaming(body: dict[str, Any]) -> list[bytes]:
    """A chat completion's stream, with its use where the caller asked for it."""
    return sse(chunks(usage=bool((body.get("stream_options") or {}).get("include_usage"))), done=True)


def checked(record: dict[str, Any]) -> dict[str, Any]:
    """The record without what differs each time."""
    assert record["latency_ms"] >= 0
    return {name: value for name, value in record.items() if name not in ("id", "time", "latency_ms")}
