"""What InvokeModel answers, by vendor: the body is the model's own, and only some of them count.

Source: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html, a page for each vendor.
"""

from dataclasses import replace

from . import anthropic, cohere, openai
from .converse import of_events as of_converse
from .parts import Part
from .reported import Reported
from .streams import merged

METRICS = "amazon-bedrock-invocationMetrics"


def body(events: list[Part], request: Part) -> Reported | None:
    """What the body counts, of whatever vendor it is; None when it counts nothing (Mistral's and Cohere's text do not).

    Names inside it are the vendor's, not Bedrock's, so neither model nor request id is taken from it.
    """
    found = _of_usage(events) or _of_llama(events) or _of_titan(events) or _of_images(events, request)
    return None if found is None else replace(found, model=None, request_id=None, region=None)


def metrics(events: list[Part]) -> Reported | None:
    """What Bedrock itself appends to the last event of a stream."""
    found = [event.at(METRICS) for event in events if event.has(METRICS)]
    return metered(merged(found)) if found else None


def metered(counts: Part) -> Reported:
    """Counts as Bedrock names them in metrics and logs: the cache stands beside the input."""
    return Reported(
        input_uncached=counts.count("inputTokenCount"),
        cache_read=counts.count("cacheReadInputTokenCount"),
        cache_write_5m=counts.count("cacheWriteInputTokenCount"),
        output=counts.count("outputTokenCount"),
    )


def reconciled(counted: Reported | None, said: Reported | None) -> Reported | None:
    """Bedrock's own counts and the body's, which are of the same call and never added up.

    The body knows more (1-hour writes, reasoning, passes of a compaction), so it stands when it accounts for all that
    Bedrock counted. When it accounts for less, a stream broke off: Bedrock's counts stand, with the body's details.
    """
    if counted is None or said is None:
        return counted or said
    if said.images or said.tokens >= counted.tokens:
        return said
    written = counted.cache_write_5m + counted.cache_write_1h
    hour = min(said.cache_write_1h, written)
    return replace(
        said,
        input_uncached=counted.input_uncached,
        cache_read=counted.cache_read,
        cache_write_5m=written - hour,
        cache_write_1h=hour,
        output=counted.output,
        reasoning=min(said.reasoning, counted.output),
    )


def _of_usage(events: list[Part]) -> Reported | None:
    answers = [event.at("message") if isinstance(event.at("message").value, dict) else event for event in events]
    answers += [event.at("metadata") for event in events if isinstance(event.at("metadata").value, dict)]
    usages = [answer.at("usage") for answer in answers if answer.has("usage")]
    if any(usage.has("inputTokens", "outputTokens") for usage in usages):
        return of_converse(events)
    if any(usage.has("input_tokens", "output_tokens") for usage in usages):
        return anthropic.of_events(events)
    if any(usage.has("prompt_tokens", "completion_tokens") for usage in usages):
        return openai.of_chat(events)
    if any(cohere.billed_units(event) for event in events):
        return cohere.of_events(events)
    return None


def _of_llama(events: list[Part]) -> Reported | None:
    found = [event for event in events if event.has("prompt_token_count", "generation_token_count")]
    if not found:
        return None
    usage = merged(found)
    return Reported(input_uncached=usage.count("prompt_token_count"), output=usage.count("generation_token_count"))


def _of_titan(events: list[Part]) -> Reported | None:
    """Text: a count for each result; a stream: a running total; embeddings: input only."""
    found = [event for event in events if event.has("inputTextTokenCount", "totalOutputTextTokenCount")]
    if not found:
        return None
    usage = merged(found)
    results = sum(item.count("tokenCount") for item in usage.at("results").items())
    output = max(results, usage.count("totalOutputTextTokenCount"))
    return Reported(input_uncached=usage.count("inputTextTokenCount"), output=output)


def _of_images(events: list[Part], request: Part) -> Reported | None:
    """Titan and Nova Canvas, Stability (`images`; SDXL: `artifacts`). Their size stands in the request only."""
    pictures = [item for event in events for item in event.at("images", "artifacts").items() if item.value is not None]
    if not pictures:
        return None
    config = request.at("imageGenerationConfig") if request.has("imageGenerationConfig") else request
    width, height = config.count("width"), config.count("height")
    return Reported(
        images=len(pictures),
        image_size=f"{width}x{height}" if width and height else None,
        image_quality=config.text("quality"),
    )
