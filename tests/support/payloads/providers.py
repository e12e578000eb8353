"""Anthropic, OpenAI, Azure, Gemini, Cohere, Mistral."""

from typing import Any

from tests.support.payloads.vector import Vector

_ANTHROPIC = "https://platform.claude.com/docs/en/api/messages"
_STREAMING = "https://platform.claude.com/docs/en/build-with-claude/streaming"
_CACHING = "https://platform.claude.com/docs/en/build-with-claude/prompt-caching"
_COMPACTION = "https://platform.claude.com/docs/en/build-with-claude/compaction"
_CHAT = "https://platform.openai.com/docs/api-reference/chat/object"
_CHUNKS = "https://platform.openai.com/docs/api-reference/chat-streaming/streaming"
_RESPONSES = "https://platform.openai.com/docs/api-reference/responses/object"
_GEMINI = "https://ai.google.dev/api/generate-content#UsageMetadata"
_COHERE = "https://docs.cohere.com/reference/chat"

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

_PROMPT = {"cached_tokens": 1920, "audio_tokens": 0}
_REASONED = {"reasoning_tokens": 128, "audio_tokens": 0, "accepted_prediction_tokens": 0}
_COMPLETION = {
    "id": "chatcmpl-1", "object": "chat.completion", "model": "gpt-4o-2024-08-06", "choices": [],
    "service_tier": "default",
    "usage": {"prompt_tokens": 2006, "completion_tokens": 300, "total_tokens": 2306, "prompt_tokens_details": _PROMPT,
              "completion_tokens_details": _REASONED},
}  # fmt: skip
_COUNTED = {"input_uncached": 86, "cache_read": 1920, "output": 300, "reasoning": 128}
_CHUNK = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": "gpt-4o-2024-08-06", "usage": None}
_COMPLETED = {
    "type": "response.completed",
    "response": {
        "id": "resp_1", "model": "gpt-5-2025-08-07", "service_tier": "flex",
        "usage": {"input_tokens": 2006, "input_tokens_details": {"cached_tokens": 1920}, "output_tokens": 300,
                  "output_tokens_details": {"reasoning_tokens": 128}, "total_tokens": 2306},
    },
}  # fmt: skip

OPENAI = (
    Vector("cached inside the prompt", "openai.chat_completions", _COMPLETION, _COUNTED, _CHAT, total=2306,
           more={"model": "gpt-4o-2024-08-06", "request_id": "chatcmpl-1", "service_tier": "default"}),
    Vector("usage alone", "openai.chat_completions", _COMPLETION["usage"], _COUNTED, _CHAT, total=2306),
    Vector("cache writes are inside too", "openai.chat_completions",
           {"usage": {"prompt_tokens": 2006, "completion_tokens": 300, "total_tokens": 2306,
                      "prompt_tokens_details": {"cached_tokens": 1000, "cache_write_tokens": 900}}},
           {"input_uncached": 106, "cache_read": 1000, "cache_write_5m": 900, "output": 300},
           "https://platform.openai.com/docs/guides/prompt-caching", total=2306),
    Vector("nulls of an SDK", "openai.chat_completions",
           {"id": "c", "usage": {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13,
                                 "prompt_tokens_details": None, "completion_tokens_details": None}},
           {"input_uncached": 9, "output": 4}, _CHAT, total=13),
    Vector("audio has rates of its own", "openai.chat_completions",
           {"usage": {"prompt_tokens": 100, "completion_tokens": 10, "prompt_tokens_details": {"audio_tokens": 80}}},
           {"input_uncached": 100, "output": 10, "input_audio": 80}, _CHAT),
    Vector("stream: the last chunk", "openai.chat_completions",
           [_CHUNK, _CHUNK, {**_CHUNK, "choices": [], "usage": _COMPLETION["usage"]}], _COUNTED, _CHUNKS, total=2306),
    Vector("stream: running totals", "openai.chat_completions",
           [{**_CHUNK, "usage": {"prompt_tokens": 9, "completion_tokens": n}} for n in range(1, 5)],
           {"input_uncached": 9, "output": 4}, _CHUNKS),
    Vector("azure", "azure_openai.chat_completions",
           [{"id": "", "model": "", "choices": [], "prompt_filter_results": []}, _CHUNK,
            {**_CHUNK, "usage": _COMPLETION["usage"]}], _COUNTED,
           "https://learn.microsoft.com/azure/ai-foundry/openai/reference", total=2306,
           more={"model": "gpt-4o-2024-08-06", "request_id": "chatcmpl-1"}),
    Vector("responses", "openai.responses", _COMPLETED["response"], _COUNTED, _RESPONSES, total=2306,
           more={"model": "gpt-5-2025-08-07", "request_id": "resp_1", "service_tier": "flex"}),
    Vector("responses, stream", "openai.responses",
           [{"type": "response.created", "response": {"id": "resp_1", "service_tier": "auto", "usage": None}},
            {"type": "response.output_text.delta", "delta": "Hi"}, _COMPLETED], _COUNTED, _RESPONSES, total=2306,
           more={"model": "gpt-5-2025-08-07", "service_tier": "flex"}),
    Vector("embeddings", "openai.embeddings",
           {"object": "list", "data": [], "model": "text-embedding-3-small",
            "usage": {"prompt_tokens": 8, "total_tokens": 8}}, {"input_uncached": 8},
           "https://platform.openai.com/docs/api-reference/embeddings", total=8,
           more={"model": "text-embedding-3-small"}),
    Vector("images, by the image", "openai.images", {"created": 1, "data": [{"url": "a"}, {"url": "b"}]},
           {"images": 2}, "https://platform.openai.com/docs/api-reference/images/object"),
    Vector("images, by the token", "openai.images",
           {"created": 1, "data": [{"b64_json": "a"}], "size": "1024x1024", "quality": "high",
            "usage": {"total_tokens": 4210, "input_tokens": 50, "output_tokens": 4160,
                      "input_tokens_details": {"text_tokens": 10, "image_tokens": 40}}},
           {"input_uncached": 50, "output": 4160, "input_image": 40, "output_image": 4160},
           "https://platform.openai.com/docs/api-reference/images/object", total=4210),
    Vector("images, stream", "openai.images",
           [{"type": "image_generation.partial_image", "b64_json": "a", "size": "1024x1024"},
            {"type": "image_generation.completed", "b64_json": "b", "size": "1024x1024", "quality": "low",
             "usage": {"total_tokens": 322, "input_tokens": 50, "output_tokens": 272}}],
           {"input_uncached": 50, "output": 272, "output_image": 272},
           "https://platform.openai.com/docs/api-reference/images-streaming", total=322),
)  # fmt: skip

_METADATA = {"promptTokenCount": 1000, "cachedContentTokenCount": 800, "candidatesTokenCount": 50,
             "thoughtsTokenCount": 200, "toolUsePromptTokenCount": 30, "totalTokenCount": 1280}  # fmt: skip
_THOUGHT = {"input_uncached": 230, "cache_read": 800, "output": 250, "reasoning": 200}

GEMINI = (
    Vector("thoughts beside candidates", "gemini.generate_content",
           {"usageMetadata": _METADATA, "modelVersion": "gemini-2.5-flash", "responseId": "r1"}, _THOUGHT, _GEMINI,
           total=1280, more={"model": "gemini-2.5-flash", "request_id": "r1"}),
    Vector("usage alone", "gemini.generate_content", _METADATA, _THOUGHT, _GEMINI, total=1280),
    Vector("the SDK's names", "gemini.generate_content",
           {"model_version": "gemini-2.5-pro", "response_id": "r2", "usage_metadata": {
               "prompt_token_count": 1000, "cached_content_token_count": 800, "candidates_token_count": 50,
               "thoughts_token_count": 200, "tool_use_prompt_token_count": 30, "total_token_count": 1280,
               "traffic_type": "ON_DEMAND_PRIORITY"}}, _THOUGHT,
           "https://googleapis.github.io/python-genai/genai.html#genai.types.GenerateContentResponseUsageMetadata",
           total=1280, more={"model": "gemini-2.5-pro", "request_id": "r2", "service_tier": "priority"}),
    Vector("thoughts inside candidates, by the total", "gemini.generate_content",
           {"usageMetadata": {"promptTokenCount": 10, "candidatesTokenCount": 250, "thoughtsTokenCount": 200,
                              "totalTokenCount": 260, "trafficType": "PROVISIONED_THROUGHPUT"}},
           {"input_uncached": 10, "output": 250, "reasoning": 200}, _GEMINI, total=260,
           more={"service_tier": "provisioned_throughput"}),
    Vector("stream: every chunk counts", "gemini.generate_content",
           [{"usageMetadata": {"promptTokenCount": 1000, "totalTokenCount": 1000}},
            {"usageMetadata": {**_METADATA, "candidatesTokenCount": 20, "totalTokenCount": 1250}},
            {"usageMetadata": _METADATA}], _THOUGHT, _GEMINI, total=1280),
    Vector("audio in, an image out", "gemini.generate_content",
           {"usageMetadata": {"promptTokenCount": 300, "cachedContentTokenCount": 100, "candidatesTokenCount": 1300,
                              "totalTokenCount": 1600,
                              "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 50},
                                                      {"modality": "AUDIO", "tokenCount": 250}],
                              "cacheTokensDetails": [{"modality": "AUDIO", "tokenCount": 100}],
                              "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 1290}]}},
           {"input_uncached": 200, "cache_read": 100, "output": 1300, "input_audio": 150, "output_image": 1290},
           _GEMINI, total=1600),
    Vector("stopped before it answered", "gemini.generate_content",
           {"usageMetadata": {"promptTokenCount": 12, "totalTokenCount": 12}}, {"input_uncached": 12}, _GEMINI,
           total=12),
)  # fmt: skip

_BILLED = {
    "billed_units": {"input_tokens": 5, "output_tokens": 418},
    "tokens": {"input_tokens": 71, "output_tokens": 418},
}

COHERE = (
    Vector("billed units, not tokens", "cohere.chat", {"id": "c14c", "finish_reason": "COMPLETE", "usage": _BILLED},
           {"input_uncached": 5, "output": 418}, _COHERE, more={"request_id": "c14c"}),
    Vector("version 1", "cohere.chat", {"generation_id": "g", "text": "Hi", "meta": _BILLED},
           {"input_uncached": 5, "output": 418}, "https://docs.cohere.com/v1/reference/chat", more={"request_id": "g"}),
    Vector("stream", "cohere.chat",
           [{"type": "message-start", "id": "c14c", "delta": {"message": {"role": "assistant"}}},
            {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": "Hi"}}}},
            {"type": "message-end", "id": "c14c", "delta": {"finish_reason": "COMPLETE", "usage": _BILLED}}],
           {"input_uncached": 5, "output": 418}, "https://docs.cohere.com/reference/chat-stream"),
    Vector("stream, version 1", "cohere.chat",
           [{"event_type": "text-generation", "text": "Hi"},
            {"event_type": "stream-end", "response": {"generation_id": "g", "meta": _BILLED}}],
           {"input_uncached": 5, "output": 418}, "https://docs.cohere.com/v1/reference/chat-stream"),
    Vector("doubles of an SDK", "cohere.chat", {"usage": {"billed_units": {"input_tokens": 5.0, "output_tokens": 7.0}}},
           {"input_uncached": 5, "output": 7}, _COHERE),
    Vector("embeddings", "cohere.embed",
           {"id": "e", "embeddings": {}, "texts": ["hi"], "meta": {"billed_units": {"input_tokens": 2}}},
           {"input_uncached": 2}, "https://docs.cohere.com/reference/embed"),
    Vector("embeddings of images, in tokens", "cohere.embed",
           {"meta": {"billed_units": {"input_tokens": 4, "images": 1, "image_tokens": 900}}},
           {"input_uncached": 904, "input_image": 900}, "https://docs.cohere.com/reference/embed"),
    Vector("embeddings of images", "cohere.embed", {"embeddings": {}, "meta": {"billed_units": {"images": 3}}},
           {"images": 3}, "https://docs.cohere.com/reference/embed"),
)  # fmt: skip

_MISTRAL = {"id": "m1", "model": "mistral-large-latest",
            "usage": {"prompt_tokens": 16, "completion_tokens": 34, "total_tokens": 50}}  # fmt: skip
_MISTRAL_CHAT = "https://docs.mistral.ai/api/#tag/chat"

MISTRAL = (
    Vector("chat", "mistral.chat", _MISTRAL, {"input_uncached": 16, "output": 34}, _MISTRAL_CHAT, total=50,
           more={"model": "mistral-large-latest", "request_id": "m1"}),
    Vector("stream of its SDK", "mistral.chat", [{"data": {"id": "m1", "model": "mistral-large-latest"}},
                                                 {"data": _MISTRAL}],
           {"input_uncached": 16, "output": 34}, _MISTRAL_CHAT, total=50),
)  # fmt: skip

PROVIDERS = (*ANTHROPIC, *OPENAI, *GEMINI, *COHERE, *MISTRAL)
