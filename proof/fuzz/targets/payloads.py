"""What a provider answered, read as the answer of every API."""

import json
from collections.abc import Iterator
from typing import Any

from proof.fuzz.target import Target
from spendplane.domain.payloads import APIS, PayloadError, Reported, provider_of, read
from spendplane.domain.payloads.reported import COUNTS, PARTS
from tests.support.payloads import VECTORS


def check(data: bytes) -> None:
    """Of each API: counts that can be, or a PayloadError; and the same from the text as from its value."""
    text = data.decode("utf-8", "replace")
    value = _value(text)
    for api in APIS:
        found = outcome(api, text)
        if value is not None:
            from_value = outcome(api, value)
            assert found == from_value, f"{api}: the text says {found}, its value {from_value}"


def outcome(api: str, payload: Any) -> Reported | str:
    """What was read, which must be possible, or the error's text."""
    try:
        found = read(api, payload)
    except PayloadError:
        return "refused"
    assert provider_of(api)
    for item in (found, *found.others):
        counts = [getattr(item, name) for name in COUNTS]
        assert all(type(count) is int and count >= 0 for count in counts)
        for bucket, parts in PARTS.items():
            assert sum(getattr(item, part) for part in parts) <= getattr(item, bucket)
    return found


def _value(text: str) -> Any:
    """The object or the list that a text holds, or that its lines are; None for any other text."""
    try:
        whole = json.loads(text)
    except ValueError:
        whole = [_value(line) for line in text.split("\n") if line.strip()] if "\n" in text else None
        return whole if whole and all(isinstance(event, dict) for event in whole) else None
    except RecursionError:
        return None
    return whole if isinstance(whole, dict | list) else None


def seeds() -> Iterator[bytes]:
    """Every vector, as JSON and, where it is a stream, as JSON Lines and as server-sent events."""
    for vector in VECTORS:
        if isinstance(vector.payload, str | bytes):
            yield vector.payload.encode() if isinstance(vector.payload, str) else vector.payload
            continue
        plain = json.loads(json.dumps(vector.payload, default=lambda item: item.decode("utf-8", "replace")))
        yield json.dumps(plain).encode()
        if isinstance(plain, list):
            lines = [json.dumps(event) for event in plain]
            yield "\n".join(lines).encode()
            yield "\n\n".join(f"data: {line}" for line in lines).encode()


TARGET = Target(
    reads=f"providers' answers and streams, each as one of all {len(APIS)} APIs",
    holds="whole counts of 0 or more, parts inside their bucket, or a PayloadError; the same from text as from objects",
    check=check,
    seeds=seeds,
    syntax="lines",
)
