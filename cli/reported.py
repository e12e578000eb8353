"""A provider's payload as a call that has a price: what it says, and what somebody says over it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cli.errors import Failure
from cli.records import STDIN, text_of

if TYPE_CHECKING:
    from pathlib import Path

    from spendplane.domain.payloads import Reported

_SAID = ("model", "service_tier", "region", "outcome")


class UnreadableError(ValueError):
    """A payload that cannot be read, or does not say enough; the text says what and where."""


def payload(path: "Path") -> str:
    """The payload in a file or on standard input: JSON, a stream's events as JSON Lines, or server-sent events."""
    text = text_of(path)
    if not text.strip():
        raise Failure(f"{'standard input' if path == STDIN else path}: empty", "give the provider's answer as it came")
    return text


def read(given: Mapping[str, Any]) -> "Reported":
    """What `{"api": …, "raw": …}` reports. Raises UnreadableError."""
    from spendplane.domain import payloads

    for name in ("usage", *payloads.COUNTS):
        if given.get(name) is not None:
            raise UnreadableError(f"{name} stands beside `api`, which takes it from `raw`; remove one")
    if given.get("raw") is None:
        raise UnreadableError("raw: missing; it is the provider's answer, its usage, or the events of its stream")
    try:
        return payloads.read(str(given["api"]), given["raw"])
    except payloads.PayloadError as error:
        raise UnreadableError(str(error)) from None


def as_call(given: Mapping[str, Any], found: "Reported") -> dict[str, Any]:
    """The call: the payload's words, and over them those of the line or the options. Raises UnreadableError."""
    from spendplane.domain import payloads

    said = {name: value for name in _SAID if (value := getattr(found, name)) is not None}
    over = {name: value for name, value in given.items() if name not in ("api", "raw") and value is not None}
    call = {"provider": payloads.provider_of(str(given["api"])), **said, **over, "usage": found.usage}
    if "model" not in call:
        raise UnreadableError("model: the payload does not name it; add it (--model, or `model` in the line)")
    return call
