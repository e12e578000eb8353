"""Anthropic Messages."""

from typing import Any

from tests.support.payloads.vector import Vector

_ANTHROPIC = "https://platform.claude.com/docs/en/api/messages"
_STREAMING = "https://platform.claude.com/docs/en/build-with-claude/streaming"
_CACHING = "https://platform.claude.com/docs/en/build-with-claude/prompt-caching"
_COMPACTION = "https://platform.claude.com/docs/en/build-with-claude/compaction"

_MESSAGE = {"id": "msg_01", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5-20250929"}
_START = {"type": "message_start", "message": {**_MESSAGE, "usage": {
    "input_tokens": 350, "cache_read_input_tokens": 120000, "cache_creation_input_tokens": 100, "output_tokens": 1,
    "cache_creation": {"ephemeral_5m_input_tokens": 40, "ephemeral_1h_input_tokens": 60}, "service_tier": "standard",
}}}  # fmt: skip
_DELTA = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 900}}
_SPLIT = {"input_uncached": 350, "cache_read": 120000, "cache_write_5m": 40, "cache_write_1h": 60, "output": 900}
_PASSES = [
    {"type": "compaction", "input_tokens": 180000, "output_tokens": 3500},
    {"type": "message", "input_tokens": 23000, "output_tokens": 1000},
]


def _message(**usage: Any) -> dict[str, Any]:
    return {**_MESSAGE, "content": [{"type": "text", "text": "Hi"}], "usage": usage}


ANTHROPIC = (
    Vector("warm cache", "anthropic.messages",
           _message(input_tokens=350, cache_read_input_tokens=120000, cache_creation_input_tokens=0, output_tokens=900),
           {"input_uncached": 350, "cache_read": 120000, "output": 900}, _ANTHROPIC,
           more={"model": "claude-sonnet-4-5-20250929", "request_id": "msg_01"}),
    Vector("usage alone", "anthropic.messages", {"input_tokens": 5, "output_tokens": 7},
           {"input_uncached": 5, "output": 7}, _ANTHROPIC),
    Vector("nulls of an SDK", "anthropic.messages",
           _message(input_tokens=5, output_tokens=7, cache_creation=None, cache_creation_input_tokens=None,
                    cache_read_input_tokens=None, server_tool_use=None, service_tier=None, iterations=None),
           {"input_uncached": 5, "output": 7}, _ANTHROPIC),
    Vector("breakdown by lifetime", "anthropic.messages",
           _message(input_tokens=2048, cache_read_input_tokens=1800, cache_creation_input_tokens=248, output_tokens=503,
                    cache_creation={"ephemeral_5m_input_tokens": 148, "ephemeral_1h_input_tokens": 100}),
           {"input_uncached": 2048, "cache_read": 1800, "cache_write_5m": 148, "cache_write_1h": 100, "output": 503},
           _CACHING),
    Vector("no breakdown is 5 minutes", "anthropic.messages",
           _message(input_tokens=5, cache_creation_input_tokens=1500, output_tokens=1),
           {"input_uncached": 5, "cache_write_5m": 1500, "output": 1}, _CACHING),
    Vector("what a breakdown leaves out is 5 minutes", "anthropic.messages",
           _message(input_tokens=5, cache_creation_input_tokens=1500, output_tokens=1,
                    cache_creation={"ephemeral_1h_input_tokens": 400}),
           {"input_uncached": 5, "cache_write_5m": 1100, "cache_write_1h": 400, "output": 1}, _CACHING),
    Vector("thinking is output", "anthropic.messages",
           _message(input_tokens=5, output_tokens=100, output_tokens_details={"thinking_tokens": 60}),
           {"input_uncached": 5, "output": 100, "reasoning": 60}, _ANTHROPIC),
    Vector("compaction: every pass", "anthropic.messages",
           _message(input_tokens=23000, output_tokens=1000, iterations=_PASSES),
           {"input_uncached": 203000, "output": 4500}, _COMPACTION),
    Vector("one pass is not counted twice", "anthropic.messages",
           _message(input_tokens=23000, cache_read_input_tokens=9, output_tokens=1000, iterations=_PASSES[1:]),
           {"input_uncached": 23000, "cache_read": 9, "output": 1000}, _COMPACTION),
    Vector("server tools and batch", "anthropic.messages",
           _message(input_tokens=105, output_tokens=6039, server_tool_use={"web_search_requests": 2},
                    service_tier="batch"),
           {"input_uncached": 105, "output": 6039}, _ANTHROPIC,
           more={"service_tier": "batch", "notes": ("2 web searches are billed apart",)}),
    Vector("fast mode and data residency", "anthropic.messages",
           _message(input_tokens=5, output_tokens=7, service_tier="standard", speed="fast", inference_geo="us"),
           {"input_uncached": 5, "output": 7}, _ANTHROPIC, more={"service_tier": "fast", "region": "us"}),
    Vector("stream: deltas are cumulative", "anthropic.messages",
           [_START, {"type": "ping"}, {"type": "message_delta", "usage": {"output_tokens": 500}}, _DELTA,
            {"type": "message_stop"}], _SPLIT, _STREAMING,
           more={"model": "claude-sonnet-4-5-20250929", "request_id": "msg_01", "service_tier": "standard"}),
    Vector("stream: a delta that repeats the input", "anthropic.messages",
           [_START, {"type": "message_delta", "usage": {"input_tokens": 350, "cache_read_input_tokens": 120000,
                                                        "cache_creation_input_tokens": 100, "output_tokens": 900}}],
           _SPLIT, _STREAMING),
    Vector("stream: a delta of zeros", "anthropic.messages",
           [_START, {"type": "message_delta", "usage": {"input_tokens": 0, "output_tokens": 900}}], _SPLIT, _STREAMING),
    Vector("stream: broken off", "anthropic.messages", [_START], {**_SPLIT, "output": 1},
           "https://github.com/BerriAI/litellm/issues/14457", more={"outcome": "error"}),
)  # fmt: skip
