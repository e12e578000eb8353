"""OpenAI and Azure OpenAI. Source: https://platform.openai.com/docs/api-reference, …/guides/prompt-caching.

Cached tokens are INSIDE the input count, read ones and written ones, and reasoning is inside the output count.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from .parts import Part, rest
from .reported import PayloadError, Reported
from .streams import first_text, merged, one_text, parts, usage_of


def chat_completions(payload: Any) -> Reported:
    """A completion, its usage, or the chunks of its stream: the last one has the counts, if `include_usage` was set."""
    return of_chat(parts(payload))


def of_chat(events: list[Part]) -> Reported:
    """As `chat_completions`, from parts."""
    return _reported(events, usage_of(events, "usage", "prompt_tokens", "completion_tokens"), "prompt", "completion")


def responses(payload: Any) -> Reported:
    """A response, its usage, or the events of its stream (`response.completed`, `.incomplete` or `.failed`)."""
    events = [event.at("response") if event.has("response") else event for event in parts(payload)]
    usage = usage_of(events, "usage", "input_tokens", "output_tokens")
    if usage.has("cache_read_input_tokens", "cache_creation_input_tokens"):
        raise PayloadError(f"{usage.where}: is it of anthropic.messages? There the cache stands beside `input_tokens`")
    return _reported(events, usage, "input", "output")


def embeddings(payload: Any) -> Reported:
    """Embeddings or their usage: there is only a prompt."""
    events = parts(payload)
    usage = usage_of(events, "usage", "prompt_tokens")
    return Reported(input_uncached=usage.count("prompt_tokens"), model=first_text(events, "model"))


def images(payload: Any) -> Reported:
    """Generated images, by their tokens where the answer counts them; else how many, to be billed by the image."""
    answers = [event for event in parts(payload) if not _is_partial(event)]
    made = sum(1 if answer.has("b64_json") else len(answer.at("data").items()) for answer in answers)
    if not made:
        raise PayloadError("no images: `data` is missing or empty")
    answer = merged(answers)
    if answer.at("usage").has("output_tokens"):
        return replace(_of_image_tokens(answer.at("usage")), model=answer.text("model"))
    return Reported(
        images=made,
        image_size=answer.text("size"),
        image_quality=answer.text("quality"),
        model=answer.text("model"),
    )


def _of_image_tokens(usage: Part) -> Reported:
    """The output is images, unless it says which of it is text."""
    shown, drawn = usage.at("input_tokens_details"), usage.at("output_tokens_details")
    prompt, output = usage.count("input_tokens"), usage.count("output_tokens")
    return Reported(
        input_uncached=prompt,
        input_image=min(shown.count("image_tokens"), prompt),
        output=output,
        output_image=min(drawn.count("image_tokens"), output) if drawn.has("image_tokens") else output,
    )


def _is_partial(event: Part) -> bool:
    """A preview in a stream, which costs tokens but is no image of its own."""
    return str(event.at("type").value).endswith("partial_image")


def _reported(events: Sequence[Part], usage: Part, prompt: str, answer: str) -> Reported:
    inside, outside = usage.at(f"{prompt}_tokens_details"), usage.at(f"{answer}_tokens_details")
    read, written = inside.count("cached_tokens"), inside.count("cache_write_tokens")
    output, reasoning = usage.count(f"{answer}_tokens"), outside.count("reasoning_tokens")
    rest(output, reasoning, outside.at("reasoning_tokens"), "reasoning tokens")
    fresh = rest(usage.count(f"{prompt}_tokens"), read + written, inside, "cached tokens")
    return Reported(
        input_uncached=fresh,
        input_audio=min(inside.count("audio_tokens"), fresh),
        cache_read=read,
        cache_write_5m=written,
        output=output,
        reasoning=reasoning,
        output_audio=min(outside.count("audio_tokens"), output - reasoning),
        model=first_text(events, "model"),
        request_id=one_text(events, "id"),
        service_tier=first_text(reversed(events), "service_tier"),  # a stream begins with the tier that was asked for
    )
