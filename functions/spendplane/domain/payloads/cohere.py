"""Cohere, its own API and the same bodies on Bedrock. Source: https://docs.cohere.com/reference/chat, …/embed.

`billed_units` is what costs; `tokens` counts what the model saw, Cohere's own preamble included.
"""

from typing import Any

from .parts import Part
from .reported import PayloadError, Reported
from .streams import merged, one_text, parts


def chat(payload: Any) -> Reported:
    """An answer (version 2: `usage`, version 1: `meta`), or the events of its stream."""
    return of_events(parts(payload))


def embed(payload: Any) -> Reported:
    """Embeddings of texts or images."""
    return of_events(parts(payload))


def of_events(events: list[Part]) -> Reported:
    """As both, from parts. Raises PayloadError when nothing says what was billed."""
    answers = [event.at("delta", "response") if event.has("delta", "response") else event for event in events]
    found = [billed for answer in answers if (billed := billed_units(answer)) is not None]
    if not found:
        raise PayloadError("no `usage.billed_units` and no `meta.billed_units`")
    billed = merged(found)
    pictures = _whole(billed, "image_tokens")
    return Reported(
        input_uncached=_whole(billed, "input_tokens") + pictures,
        input_image=pictures,
        output=_whole(billed, "output_tokens"),
        images=0 if pictures else _whole(billed, "images"),
        request_id=one_text(events, "id", "generation_id"),
        notes=_notes(billed),
    )


def billed_units(answer: Part) -> Part | None:
    """Where they stand, if they do."""
    for name in ("usage", "meta"):
        if answer.has(name) and isinstance(answer.value[name], dict) and answer.at(name).has("billed_units"):
            return answer.at(name).at("billed_units")
    return answer.at("billed_units") if answer.has("billed_units") else None


def _whole(billed: Part, name: str) -> int:
    """The API's type is `double`, and its SDKs say 12.0: a whole number in that form counts."""
    part = billed.at(name)
    if isinstance(part.value, float) and part.value.is_integer():
        return Part({name: int(part.value)}, billed.path).count(name)
    return billed.count(name)


def _notes(billed: Part) -> tuple[str, ...]:
    searches = _whole(billed, "search_units")
    return (f"{searches} search units are billed apart",) if searches else ()
