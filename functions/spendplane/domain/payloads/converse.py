"""Bedrock Converse and ConverseStream. Source: botocore's model of `bedrock-runtime` (TokenUsage, CacheDetail), and
https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html.
"""

from dataclasses import replace
from typing import Any

from .parts import Part, by_ttl
from .reported import PayloadError, Reported
from .streams import parts, usage_of


def converse(payload: Any) -> Reported:
    """An answer or its usage. `inputTokens` leaves the cache out."""
    events = parts(payload)
    return replace(of_events(_unpacked(events)), request_id=request_id(events[0]), model=events[0].text("modelId"))


def of_events(events: list[Part]) -> Reported:
    """From parts: answers, or events of which the last one, `metadata`, counts."""
    answers = [event.at("metadata") if event.has("metadata") else event for event in events]
    usage = usage_of(answers, "usage", "inputTokens", "outputTokens")
    details = [(item, item.text("ttl")) for item in usage.at("cacheDetails").items()]
    for item, ttl in details:
        if ttl not in ("5m", "1h"):
            raise PayloadError(f"{item.where}.ttl: neither 5m nor 1h")
    written = usage.at("cacheWriteInputTokens", "cacheWriteInputTokenCount")
    five, hour = by_ttl(
        written, *(sum(item.count("inputTokens") for item, ttl in details if ttl == kept) for kept in ("5m", "1h"))
    )
    return Reported(
        input_uncached=usage.count("inputTokens"),
        cache_read=usage.count("cacheReadInputTokens", "cacheReadInputTokenCount"),
        cache_write_5m=five,
        cache_write_1h=hour,
        output=usage.count("outputTokens"),
        service_tier=next(
            (answer.at("serviceTier").text("type") for answer in answers if answer.has("serviceTier")), None
        ),
    )


def request_id(answer: Part) -> str | None:
    """As AWS names the call, in its logs too."""
    return answer.at("ResponseMetadata").text("RequestId")


def _unpacked(events: list[Part]) -> list[Part]:
    """The events inside what boto3's `converse_stream` returns."""
    if len(events) == 1 and events[0].has("stream"):
        return [Part(part.value, f"stream{part.path}") for part in parts(events[0].at("stream").value)]
    return events
