"""From what a caller holds (an object, its JSON text, the events of a stream) to parts, and from a stream to one usage.

Streams repeat their counts: at the start, in deltas, in metrics, at the end. All of them are cumulative, so the highest
one stands and nothing is ever added up.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from .parts import Part, kind
from .reported import PayloadError

_WRAPPERS = ("stream", "chunk", "bytes", "data", "events")
_EVENT_LINE_END = re.compile(r"\r\n|\r|\n")
"""Of server-sent events. JSON Lines end with LF: a CR is white space within one. Other characters that break a line,
such as U+2028, may stand in what a model wrote.
"""


def parts(payload: Any) -> list[Part]:
    """The answer, or the events of its stream. Raises PayloadError for anything else, and for an empty stream."""
    value = _decoded(payload, "")
    if isinstance(value, Mapping):
        return [Part(value)]
    if not isinstance(value, list | tuple):
        raise PayloadError(f"the payload: not an object or a list of events but {kind(value)}")
    found = [part for part in (_event(item, f"[{index}]") for index, item in enumerate(value)) if part is not None]
    if not found:
        raise PayloadError("the payload: an empty stream")
    return found


def usage_of(events: Iterable[Part], name: str, *marks: str) -> Part:
    """The usage under that name; or the event that is itself a usage, which one of the marks tells.

    Raises PayloadError when there is none, and for one without any of the marks: nothing in it would be counted.
    """
    events = list(events)
    found = [event.at(name) for event in events if event.has(name)] or [event for event in events if event.has(*marks)]
    known = " or ".join(f"`{mark}`" for mark in marks)
    if not found:
        raise PayloadError(f"no `{name}`{_of_stream(events)}, and no {known}")
    usage = merged(found)
    usage.fields()
    if not usage.has(*marks):
        raise PayloadError(f"{usage.where}: no {known}; is it another API's?")
    return usage


def merged(found: list[Part]) -> Part:
    """Several usages of one call as one: the highest of each count, the latest of everything else."""
    if len(found) == 1:
        return found[0]
    values: dict[str, Any] = {}
    for part in found:
        for name, value in part.fields().items():
            before = values.get(name)
            if value is not None and not (_counts(before) and _counts(value) and before > value):
                values[name] = value
    return Part(values, found[-1].path)


def one_text(events: Iterable[Part], *names: str) -> str | None:
    """A text that is the same wherever it stands. Raises PayloadError when two differ: those are two calls."""
    first: str | None = None
    for event in events:
        text = event.text(*names) if event.has(*names) else None
        if first and text and text != first:
            raise PayloadError(f"{event.at(*names).where}: another call than {kind(first)}; give one call at a time")
        first = first or text
    return first


def first_text(events: Iterable[Part], *names: str) -> str | None:
    """The first such text."""
    return next((text for event in events if event.has(*names) and (text := event.text(*names))), None)


def json_of(text: str | bytes | bytearray, path: str) -> Any:
    """The value of a JSON text. Raises PayloadError."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise PayloadError(f"{path or 'the payload'}: text that is not JSON") from None


def _decoded(value: Any, path: str) -> Any:
    if isinstance(value, bytes | bytearray):
        value = value.decode("utf-8", "replace")
    if not isinstance(value, str):
        return value
    return (_events_of(value.strip()) if path == "" else None) or json_of(value.strip().removeprefix("data:"), path)


def _events_of(text: str) -> list[str] | None:
    """The events that a text holds in lines: server-sent ones, as they came over the wire, or JSON Lines."""
    sent = [line for line in map(str.strip, _EVENT_LINE_END.split(text)) if line.startswith("data:")]
    lines = [line.strip() for line in text.split("\n")]
    as_json = len(lines) > 1 and lines[0].startswith("{") and lines[0].endswith("}")
    return sent or (lines if as_json else None)


def _event(item: Any, path: str) -> Part | None:
    """One event, out of its wrappers; None for one that carries nothing."""
    if isinstance(item, str) and item.strip().removeprefix("data:").strip() in ("", "[DONE]"):
        return None
    value = _decoded(item, path)
    for _ in _WRAPPERS:  # chunk → bytes → text, data → object
        name = _wrapper(value)
        if name is None:
            break
        path = f"{path}.{name}"
        value = _decoded(value[name], path)
    if not isinstance(value, Mapping):
        raise PayloadError(f"{path}: not an event but {kind(value)}")
    return Part(value, path)


def _wrapper(value: Any) -> str | None:
    if not isinstance(value, Mapping):
        return None
    if isinstance(value.get("chunk"), Mapping):
        return "chunk"
    if isinstance(value.get("bytes"), str | bytes | bytearray):
        return "bytes"
    return "data" if isinstance(value.get("data"), Mapping) else None


def _counts(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _of_stream(events: list[Part]) -> str:
    return f" in {len(events)} events" if len(events) > 1 else ""
