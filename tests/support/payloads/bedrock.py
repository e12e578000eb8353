"""Bedrock: Converse, InvokeModel by vendor, the invocation log."""

import json
from typing import Any

from tests.support.payloads.vector import Vector

_USAGE = "https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html"
_STREAM = "https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html"
_PARAMETERS = "https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters"
_INVOKE = "https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html"
_LOGGING = "https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html"

_CACHED = {"inputTokens": 350, "outputTokens": 900, "totalTokens": 121350, "cacheReadInputTokens": 120000,
           "cacheWriteInputTokens": 100, "cacheDetails": [{"ttl": "1h", "inputTokens": 60},
                                                          {"ttl": "5m", "inputTokens": 40}]}  # fmt: skip
_SPLIT = {"input_uncached": 350, "cache_read": 120000, "cache_write_5m": 40, "cache_write_1h": 60, "output": 900}
_FIVE = {**_SPLIT, "cache_write_5m": 100, "cache_write_1h": 0}
FIVE = {name: count for name, count in _FIVE.items() if count}
_EVENTS = [
    {"messageStart": {"role": "assistant"}},
    {"contentBlockDelta": {"delta": {"text": "Hi"}, "contentBlockIndex": 0}},
    {"messageStop": {"stopReason": "end_turn"}},
    {"metadata": {"usage": _CACHED, "metrics": {"latencyMs": 5}, "serviceTier": {"type": "flex"}}},
]
_CALL = {"ResponseMetadata": {"RequestId": "6f1f", "HTTPHeaders": {}}}

CONVERSE = (
    Vector("cache apart", "bedrock.converse", {**_CALL, "output": {}, "stopReason": "end_turn", "usage": _CACHED},
           _SPLIT, _USAGE, more={"request_id": "6f1f"}),
    Vector("usage alone", "bedrock.converse", _CACHED, _SPLIT, _USAGE),
    Vector("no details is 5 minutes", "bedrock.converse",
           {"usage": {**_CACHED, "cacheDetails": []}, "serviceTier": {"type": "priority"}}, FIVE, _USAGE,
           more={"service_tier": "priority"}),
    Vector("without a cache", "bedrock.converse",
           {"usage": {"inputTokens": 4, "outputTokens": 38, "totalTokens": 42}}, {"input_uncached": 4, "output": 38},
           _USAGE, total=42),
    Vector("stream", "bedrock.converse_stream", _EVENTS, _SPLIT, _STREAM, more={"service_tier": "flex"}),
    Vector("stream as boto3 returns it", "bedrock.converse_stream", {**_CALL, "stream": _EVENTS}, _SPLIT, _STREAM,
           more={"service_tier": "flex", "request_id": "6f1f"}),
)  # fmt: skip


def _returned(body: Any, request: Any = None, **counts: str) -> dict[str, Any]:
    """As boto3 returns it, the body read."""
    headers = {f"x-amzn-bedrock-{name.replace('_', '-')}": text for name, text in counts.items()}
    call = {"ResponseMetadata": {"RequestId": "6f1f", "HTTPHeaders": headers}, "body": body}
    return call if request is None else {**call, "request": request}


_CLAUDE = {"id": "msg_bdrk_1", "model": "claude-sonnet-4-5-20250929", "type": "message", "usage": {
    "input_tokens": 350, "cache_read_input_tokens": 120000, "cache_creation_input_tokens": 100, "output_tokens": 900,
    "cache_creation": {"ephemeral_5m_input_tokens": 40, "ephemeral_1h_input_tokens": 60}}}  # fmt: skip
_METRICS = {"inputTokenCount": 350, "outputTokenCount": 900, "invocationLatency": 5, "firstByteLatency": 1,
            "cacheReadInputTokenCount": 120000, "cacheWriteInputTokenCount": 100}  # fmt: skip
_CLAUDE_EVENTS = [
    {"type": "message_start", "message": {**_CLAUDE, "usage": {**_CLAUDE["usage"], "output_tokens": 1}}},  # type: ignore[dict-item]
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hi"}},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 900}},
    {"type": "message_stop", "amazon-bedrock-invocationMetrics": _METRICS},
]
_PASSES = [{"type": "compaction", "input_tokens": 5000, "output_tokens": 300},
           {"type": "message", "input_tokens": 350, "output_tokens": 900}]  # fmt: skip

INVOKE = (
    Vector("claude", "bedrock.invoke_model", _CLAUDE, _SPLIT, f"{_PARAMETERS}-anthropic-claude-messages.html"),
    Vector("claude with headers", "bedrock.invoke_model",
           _returned(json.dumps(_CLAUDE), input_token_count="350", output_token_count="900",
                     cache_read_input_token_count="120000", cache_write_input_token_count="100", service_tier="flex"),
           _SPLIT, _INVOKE, more={"request_id": "6f1f", "service_tier": "flex"}),
    Vector("claude, stream with metrics", "bedrock.invoke_model", _CLAUDE_EVENTS, _SPLIT,
           f"{_PARAMETERS}-anthropic-claude-messages.html"),
    Vector("claude, chunks as boto3 yields them", "bedrock.invoke_model",
           [{"chunk": {"bytes": json.dumps(event)}} for event in _CLAUDE_EVENTS], _SPLIT,
           "https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModelWithResponseStream.html"),
    Vector("claude, stream broken off before its delta", "bedrock.invoke_model", [_CLAUDE_EVENTS[0], _CLAUDE_EVENTS[3]],
           _SPLIT, "https://github.com/BerriAI/litellm/issues/14457", more={"outcome": "error"}),
    Vector("nova", "bedrock.invoke_model",
           {"output": {"message": {"content": [{"text": "Hi"}], "role": "assistant"}}, "stopReason": "end_turn",
            "usage": {"inputTokens": 9, "outputTokens": 12, "totalTokens": 21, "cacheReadInputTokenCount": 7,
                      "cacheWriteInputTokenCount": 3}},
           {"input_uncached": 9, "cache_read": 7, "cache_write_5m": 3, "output": 12},
           "https://docs.aws.amazon.com/nova/latest/userguide/using-invoke-api.html"),
    Vector("llama", "bedrock.invoke_model",
           {"generation": "Hi", "prompt_token_count": 11, "generation_token_count": 5, "stop_reason": "stop"},
           {"input_uncached": 11, "output": 5}, f"{_PARAMETERS}-meta.html"),
    Vector("llama, stream", "bedrock.invoke_model",
           [{"generation": "H", "prompt_token_count": 11, "generation_token_count": 1},
            {"generation": "i", "prompt_token_count": None, "generation_token_count": 5},
            {"generation": "", "generation_token_count": 5, "amazon-bedrock-invocationMetrics":
                {"inputTokenCount": 11, "outputTokenCount": 5}}],
           {"input_uncached": 11, "output": 5}, f"{_PARAMETERS}-meta.html"),
    Vector("mistral counts in headers", "bedrock.invoke_model",
           _returned('{"outputs": [{"text": "Hi", "stop_reason": "stop"}]}', input_token_count="9",
                     output_token_count="4"),
           {"input_uncached": 9, "output": 4}, f"{_PARAMETERS}-mistral-text-completion.html"),
    Vector("mistral, stream", "bedrock.invoke_model",
           [{"outputs": [{"text": "Hi"}]}, {"outputs": [{"text": ""}], "amazon-bedrock-invocationMetrics":
               {"inputTokenCount": 9, "outputTokenCount": 4}}],
           {"input_uncached": 9, "output": 4}, f"{_PARAMETERS}-mistral-text-completion.html"),
    Vector("titan text", "bedrock.invoke_model",
           {"inputTextTokenCount": 5, "results": [{"tokenCount": 8, "outputText": "a"}, {"tokenCount": 2}]},
           {"input_uncached": 5, "output": 10}, f"{_PARAMETERS}-titan-text.html"),
    Vector("titan text, stream", "bedrock.invoke_model",
           [{"index": 0, "inputTextTokenCount": 5, "totalOutputTextTokenCount": 4, "outputText": "a"},
            {"index": 0, "inputTextTokenCount": None, "totalOutputTextTokenCount": 8, "outputText": "b"}],
           {"input_uncached": 5, "output": 8}, f"{_PARAMETERS}-titan-text.html"),
    Vector("titan embeddings", "bedrock.invoke_model", {"embedding": [0.1, 0.2], "inputTextTokenCount": 6},
           {"input_uncached": 6}, f"{_PARAMETERS}-titan-embed-text.html"),
    Vector("cohere command counts in headers", "bedrock.invoke_model",
           _returned({"text": "Hi", "generation_id": "g", "finish_reason": "COMPLETE"}, input_token_count="20",
                     output_token_count="3"),
           {"input_uncached": 20, "output": 3}, f"{_PARAMETERS}-cohere-command-r-plus.html"),
    Vector("cohere embeddings count in headers", "bedrock.invoke_model",
           _returned({"id": "e", "embeddings": [[0.1]], "texts": ["hi"]}, input_token_count="2"),
           {"input_uncached": 2}, f"{_PARAMETERS}-embed.html"),
    Vector("jamba", "bedrock.invoke_model",
           {"id": "j", "choices": [], "model": "jamba-1.5-large",
            "usage": {"prompt_tokens": 17, "completion_tokens": 3, "total_tokens": 20}},
           {"input_uncached": 17, "output": 3}, f"{_PARAMETERS}-jamba.html", total=20),
    Vector("deepseek counts in headers", "bedrock.invoke_model",
           _returned({"choices": [{"text": "Hi", "stop_reason": "stop"}]}, input_token_count="12",
                     output_token_count="345"),
           {"input_uncached": 12, "output": 345}, f"{_PARAMETERS}-deepseek.html"),
    Vector("images of nova canvas", "bedrock.invoke_model",
           _returned({"images": ["aGk=", "aGk="], "error": None},
                     {"taskType": "TEXT_IMAGE", "imageGenerationConfig":
                         {"numberOfImages": 2, "width": 1024, "height": 512, "quality": "premium"}}),
           {"images": 2, "image_size": "1024x512", "image_quality": "premium"},
           "https://docs.aws.amazon.com/nova/latest/userguide/image-gen-req-resp-structure.html"),
    Vector("images of stability, one filtered", "bedrock.invoke_model",
           {"seeds": [1, 2], "finish_reasons": [None, "Filter reason: prompt"], "images": ["aGk=", None]},
           {"images": 1}, f"{_PARAMETERS}-stability-diffusion.html"),
)  # fmt: skip

PROFILE = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abcdef123456"


def line(operation: str = "InvokeModel", *, body: Any = None, counts: Any = _METRICS, **more: Any) -> dict[str, Any]:
    """A line of the invocation log."""
    counted = {name: count for name, count in counts.items() if name.endswith("TokenCount")}
    answered = {name: counted.pop(name) for name in ("outputTokenCount",) if name in counted}
    return {
        "schemaType": "ModelInvocationLog", "schemaVersion": "1.0", "timestamp": "2026-11-22T04:00:00Z",
        "accountId": "123456789012", "identity": {"arn": "arn:aws:iam::123456789012:role/app"}, "region": "us-east-1",
        "requestId": "ff4b6c63", "operation": operation, "modelId": PROFILE,
        "input": {"inputContentType": "application/json", "inputBodyJson": {}, **counted},
        "output": {"outputContentType": "application/json", **answered,
                   **({} if body is None else {"outputBodyJson": body})}, **more,
    }  # fmt: skip


_NAMED = {"model": PROFILE, "request_id": "ff4b6c63", "region": "us-east-1"}

LOG = (
    Vector("body of claude", "bedrock.invocation_log", line(body=_CLAUDE), _SPLIT, _LOGGING, more=_NAMED),
    Vector("body of converse", "bedrock.invocation_log", line("Converse", body={"output": {}, "usage": _CACHED}),
           _SPLIT, _LOGGING, more=_NAMED),
    Vector("events of claude", "bedrock.invocation_log",
           line("InvokeModelWithResponseStream", body=_CLAUDE_EVENTS), _SPLIT, _LOGGING, more=_NAMED),
    Vector("events of converse", "bedrock.invocation_log", line("ConverseStream", body=_EVENTS), _SPLIT, _LOGGING,
           more={**_NAMED, "service_tier": "flex"}),
    Vector("body in S3: the envelope", "bedrock.invocation_log",
           line(outputBodyS3Path="s3://bucket/key"), FIVE, _LOGGING, more=_NAMED),
    Vector("body without counts: the envelope", "bedrock.invocation_log", line(body={"outputs": []}), FIVE, _LOGGING),
    Vector("body of a stream broken off", "bedrock.invocation_log", line(body=_CLAUDE_EVENTS[:1]), _SPLIT, _LOGGING,
           more={**_NAMED, "outcome": "error"}),
    Vector("compaction, which the envelope omits", "bedrock.invocation_log",
           line(body={"usage": {"input_tokens": 350, "output_tokens": 900, "iterations": _PASSES}},
                counts={"inputTokenCount": 350, "outputTokenCount": 900}),
           {"input_uncached": 5350, "output": 1200}, _LOGGING),
    Vector("a call that failed", "bedrock.invocation_log",
           line(counts={}, errorCode="ThrottlingException"), {}, _LOGGING, more={**_NAMED, "outcome": "error"}),
    Vector("images", "bedrock.invocation_log",
           line(counts={}, body={"images": ["aGk="]},
                input={"inputBodyJson": {"imageGenerationConfig": {"width": 512, "height": 512, "quality": "best"}}}),
           {"images": 1, "image_size": "512x512", "image_quality": "best"}, _LOGGING),
)  # fmt: skip

BEDROCK = (*CONVERSE, *INVOKE, *LOG)
