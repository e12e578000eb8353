"""Gemini, Cohere, Mistral."""

from tests.support.payloads.vector import Vector

_GEMINI = "https://ai.google.dev/api/generate-content#UsageMetadata"
_COHERE = "https://docs.cohere.com/reference/chat"

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

OTHERS = (*GEMINI, *COHERE, *MISTRAL)
