"""Anthropic Messages. Source: https://platform.claude.com/docs/en/api/messages and …/build-with-claude/compaction."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from .parts import Part, by_ttl
from .reported import PayloadError, Reported
from .streams import first_text, one_text, parts, usage_of

_GLOBAL = ("global", "not_available")


def messages(payload: Any) -> Reported:
    """A message, its usage, or the events of its stream. Cached tokens stand beside `input_tokens`, not inside."""
    return of_events(parts(payload))


def of_events(events: list[Part]) -> Reported:
    """As `messages`, from parts. Raises PayloadError when none of them holds a usage."""
    answers = [event.at("message") if event.has("message") else event for event in events]
    usage, model = usage_of(answers, "usage", "input_tokens", "output_tokens"), first_text(answers, "model")
    if usage.has("input_tokens_details"):
        raise PayloadError(f"{usage.where}.input_tokens_details: is it of openai.responses? There the cache is inside")
    return replace(
        _all_passes(usage, model),
        model=model,
        request_id=one_text(answers, "id"),
        service_tier=_tier(usage),
        region=_region(usage),
        outcome="error" if _broke_off(events) else None,
        notes=_notes(usage),
    )


def _all_passes(usage: Part, model: str | None) -> Reported:
    """Every pass of `iterations` is billed, and the top level leaves those of the compaction out. A pass of another
    model (an advisor) is billed at that one's rates.
    """
    top = _buckets(usage)
    own, others = Reported(), []
    for item in usage.at("iterations").items():
        named = item.text("model")
        if named is None or named == model:
            own = own.plus(_buckets(item))
        else:
            others.append(replace(_buckets(item), model=named))
    return replace(own if own.tokens > top.tokens else top, others=tuple(others))


def _buckets(usage: Part) -> Reported:
    written = usage.at("cache_creation")
    five, hour = by_ttl(
        usage.at("cache_creation_input_tokens"),
        written.count("ephemeral_5m_input_tokens"),
        written.count("ephemeral_1h_input_tokens"),
    )
    return Reported(
        input_uncached=usage.count("input_tokens"),
        cache_read=usage.count("cache_read_input_tokens"),
        cache_write_5m=five,
        cache_write_1h=hour,
        output=usage.count("output_tokens"),
        reasoning=min(usage.at("output_tokens_details").count("thinking_tokens"), usage.count("output_tokens")),
    )


def _tier(usage: Part) -> str | None:
    """`fast` mode has prices of its own, so it is a tier here."""
    return "fast" if usage.text("speed") == "fast" else usage.text("service_tier")


def _region(usage: Part) -> str | None:
    """Where it was computed, when that was asked for: `us` costs more."""
    place = usage.text("inference_geo")
    return None if place in _GLOBAL else place


def _broke_off(events: Iterable[Part]) -> bool:
    """A stream whose last counts, those of its `message_delta`, never came."""
    kinds = [event.at("type").value for event in events]
    return "message_start" in kinds and "message_delta" not in kinds


def _notes(usage: Part) -> tuple[str, ...]:
    used = usage.at("server_tool_use")
    searches = used.count("web_search_requests")
    return (f"{searches} web searches are billed apart",) if searches else ()
