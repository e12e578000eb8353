"""Bedrock's counts as a caller asks for them: MiniStack guesses tokens from characters, and knows no cache.

A prompt with `[usage input=350 cache_read=120000 cache_write=1500 cache_write_1h=1000 output=900]` in it is answered
with these, in the shape of each operation. `cache_write_1h` is a part of `cache_write`. Else MiniStack's guess stands.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

Counts = dict[str, int]
Answer = tuple[int, dict[str, str], bytes]

METRICS = "amazon-bedrock-invocationMetrics"
_ASKED = re.compile(r"\[usage((?: \w+=\d+)+)\]")
_NAMES = ("input", "cache_read", "cache_write", "cache_write_1h", "output")
_wanted: ContextVar[Counts | None] = ContextVar("wanted", default=None)


def asked_for(text: str) -> Counts | None:
    """The counts that a prompt asks for; those that it leaves out are 0."""
    found = _ASKED.search(text)
    if found is None:
        return None
    given = dict(pair.split("=") for pair in found[1].split())
    return {name: int(given.get(name, 0)) for name in _NAMES}


def of_converse(counts: Counts) -> dict[str, Any]:
    """https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html"""
    written, hour = counts["cache_write"], counts["cache_write_1h"]
    details = [{"inputTokens": tokens, "ttl": ttl} for tokens, ttl in ((written - hour, "5m"), (hour, "1h")) if tokens]
    return {
        "inputTokens": counts["input"],
        "outputTokens": counts["output"],
        "totalTokens": counts["input"] + counts["cache_read"] + written + counts["output"],
        "cacheReadInputTokens": counts["cache_read"],
        "cacheWriteInputTokens": written,
        **({"cacheDetails": details} if details else {}),
    }


def of_claude(counts: Counts) -> dict[str, Any]:
    """https://platform.claude.com/docs/en/api/messages"""
    written, hour = counts["cache_write"], counts["cache_write_1h"]
    return {
        "input_tokens": counts["input"],
        "cache_read_input_tokens": counts["cache_read"],
        "cache_creation_input_tokens": written,
        "cache_creation": {"ephemeral_5m_input_tokens": written - hour, "ephemeral_1h_input_tokens": hour},
        "output_tokens": counts["output"],
    }


def of_metrics(counts: Counts) -> dict[str, Any]:
    """As Bedrock ends the stream of any model."""
    return {
        "inputTokenCount": counts["input"],
        "outputTokenCount": counts["output"],
        "cacheReadInputTokenCount": counts["cache_read"],
        "cacheWriteInputTokenCount": counts["cache_write"],
    }


def install(runtime: Any) -> None:  # MiniStack's module
    """Around what builds the answers, and around what asks for them, which knows the prompt."""
    for name in ("_converse", "_converse_stream", "_invoke_model", "_invoke_model_with_response_stream"):
        setattr(runtime, name, _knowing(getattr(runtime, name)))
    whole, body, event, chunk = (
        runtime._build_converse_response,  # noqa: SLF001
        runtime._build_invoke_response_body,  # noqa: SLF001
        runtime._es_event,  # noqa: SLF001
        runtime._es_event_chunk,  # noqa: SLF001
    )
    runtime._build_converse_response = lambda *args, **more: _counted(whole(*args, **more), of_converse)  # noqa: SLF001
    runtime._build_invoke_response_body = lambda family, *args: _counted(  # noqa: SLF001
        body(family, *args), of_claude if family == "anthropic" else of_converse if family == "nova" else None
    )
    runtime._es_event = lambda kind, payload: event(  # noqa: SLF001
        kind, _counted(payload, of_converse) if kind == "metadata" else payload
    )
    runtime._es_event_chunk = lambda inner: chunk(_in_chunk(inner))  # noqa: SLF001


def _knowing(ask: Callable[..., Answer]) -> Callable[..., Answer]:
    def asked(model: str, headers: Any, body: bytes) -> Answer:
        with _prompt(body or b""):
            status, told, content = ask(model, headers, body)
            counts = _wanted.get()
        if counts and "x-amzn-bedrock-input-token-count" in told:
            told["x-amzn-bedrock-input-token-count"] = str(counts["input"])
            told["x-amzn-bedrock-output-token-count"] = str(counts["output"])
            told["x-amzn-bedrock-cache-read-input-token-count"] = str(counts["cache_read"])
            told["x-amzn-bedrock-cache-write-input-token-count"] = str(counts["cache_write"])
        return status, told, content

    return asked


@contextmanager
def _prompt(body: bytes) -> Iterator[None]:
    token = _wanted.set(asked_for(body.decode("utf-8", "replace")))
    try:
        yield
    finally:
        _wanted.reset(token)


def _counted(made: dict[str, Any], shape: Callable[[Counts], dict[str, Any]] | None) -> dict[str, Any]:
    counts = _wanted.get()
    return made if counts is None or shape is None else {**made, "usage": shape(counts)}


def _in_chunk(inner: dict[str, Any]) -> dict[str, Any]:
    """Claude tells the input at the start and the output at the end; Bedrock adds its own counts to the last words."""
    counts = _wanted.get()
    if counts is None:
        return inner
    if inner.get("type") == "message_start":
        return {**inner, "message": {**inner["message"], "usage": {**of_claude(counts), "output_tokens": 1}}}
    if inner.get("type") == "message_delta":
        return {**inner, "usage": {"output_tokens": counts["output"]}}
    return {**inner, METRICS: of_metrics(counts)} if inner.get("type") == "message_stop" else inner
