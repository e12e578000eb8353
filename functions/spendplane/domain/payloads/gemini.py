"""Gemini, of both AI Studio and Vertex AI. Source: https://ai.google.dev/api/generate-content#UsageMetadata."""

from typing import Any

from .parts import Part, rest
from .reported import Reported
from .streams import first_text, one_text, parts, usage_of

_ASKED = ("promptTokensDetails", "prompt_tokens_details")
_CACHED = ("cacheTokensDetails", "cache_tokens_details")
_ANSWERED = ("candidatesTokensDetails", "candidates_tokens_details", "responseTokensDetails", "response_tokens_details")
_TIERS = {
    "ON_DEMAND": "standard",
    "ON_DEMAND_FLEX": "flex",
    "ON_DEMAND_PRIORITY": "priority",
    "PROVISIONED_THROUGHPUT": "provisioned_throughput",
}


def generate_content(payload: Any) -> Reported:
    """An answer, its usage, or the chunks of its stream; in the API's camelCase or in the SDK's snake_case.

    Cached tokens are inside the prompt's count. Results of tools and thoughts come on top of prompt and candidates.
    """
    events = parts(payload)
    name = "usageMetadata" if any(event.has("usageMetadata") for event in events) else "usage_metadata"
    usage = usage_of(events, name, "promptTokenCount", "prompt_token_count", "totalTokenCount", "total_token_count")
    cached = usage.at("cachedContentTokenCount", "cached_content_token_count")
    read = usage.count("cachedContentTokenCount", "cached_content_token_count")
    prompt = usage.count("promptTokenCount", "prompt_token_count")
    tools = usage.count("toolUsePromptTokenCount", "tool_use_prompt_token_count")
    output, thoughts = _output(usage, prompt + tools)
    fresh = rest(prompt, read, cached, "cached tokens") + tools
    heard = max(0, _of_kind(usage, "AUDIO", *_ASKED) - _of_kind(usage, "AUDIO", *_CACHED))
    spoken = min(_of_kind(usage, "AUDIO", *_ANSWERED), output - thoughts)
    return Reported(
        input_uncached=fresh,
        input_audio=min(heard, fresh),
        cache_read=read,
        output=output,
        reasoning=thoughts,
        output_audio=spoken,
        output_image=min(_of_kind(usage, "IMAGE", *_ANSWERED), output - thoughts - spoken),
        model=first_text(events, "modelVersion", "model_version"),
        request_id=one_text(events, "responseId", "response_id"),
        service_tier=_tier(usage),
    )


def _output(usage: Part, prompt: int) -> tuple[int, int]:
    """Output with its thoughts, and the thoughts. They come on top of the candidates, unless the provider's own total
    says that they are inside already, as the Gemini API has had it (BerriAI/litellm#10141).
    """
    thoughts = usage.count("thoughtsTokenCount", "thoughts_token_count")
    names = ("candidatesTokenCount", "candidates_token_count", "responseTokenCount", "response_token_count")
    candidates = usage.count(*names)
    total = usage.count("totalTokenCount", "total_token_count")
    inside = thoughts <= candidates and total == prompt + candidates
    return (candidates if inside else candidates + thoughts), thoughts


def _of_kind(usage: Part, modality: str, *names: str) -> int:
    """Tokens of one modality in a breakdown."""
    found = usage.at(*names).items()
    return sum(item.count("tokenCount", "token_count") for item in found if item.text("modality") == modality)


def _tier(usage: Part) -> str | None:
    said = usage.text("trafficType", "traffic_type") or usage.text("serviceTier", "service_tier")
    if said is None or said.endswith("UNSPECIFIED"):
        return None
    return _TIERS.get(said.upper(), said.lower())
