"""OpenAI and Azure OpenAI."""

from tests.support.payloads.vector import Vector

_CHAT = "https://platform.openai.com/docs/api-reference/chat/object"
_CHUNKS = "https://platform.openai.com/docs/api-reference/chat-streaming/streaming"
_RESPONSES = "https://platform.openai.com/docs/api-reference/responses/object"

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
