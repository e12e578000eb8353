"""The streams of the SDKs: which piece tells of the use."""

from typing import Any

TOLD = ("id", "model", "service_tier", "status", "usage")
"""What of an answer tells of the use."""


def told(answer: Any) -> dict[str, Any]:
    """That part of an answer or of a piece of it, whatever class the SDK has for it."""
    if isinstance(answer, dict):
        return {name: answer[name] for name in TOLD if name in answer}
    found = {name: getattr(answer, name, None) for name in TOLD}
    return {name: value for name, value in found.items() if value is not None}


def plain(value: Any) -> Any:
    """The same, with the SDK's objects as they came in JSON."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    return value.model_dump() if hasattr(value, "model_dump") else value


class ChatChunks:
    """Of chat completions: a last piece without choices tells it, where it was asked for."""

    def __init__(self, hides: bool) -> None:  # noqa: FBT001  # a rule is made from a table
        self._hides = hides

    def part(self, item: Any) -> Any:
        """See `watching.Rules`."""
        return told(item) if getattr(item, "usage", None) is not None else None

    def hidden(self, item: Any) -> bool:
        """See `watching.Rules`."""
        return self._hides and not getattr(item, "choices", None) and getattr(item, "usage", None) is not None

    def ending(self, item: Any) -> bool:
        """See `watching.Rules`: after its reason to stop, a caller may not read on."""
        if getattr(item, "usage", None) is not None:
            return False
        return any(getattr(choice, "finish_reason", None) for choice in getattr(item, "choices", None) or ())

    def complete(self, parts: list[Any]) -> bool:
        """See `watching.Rules`."""
        return bool(parts)

    def payload(self, parts: list[Any]) -> Any:
        """See `watching.Rules`: the counts grow from piece to piece where there are several."""
        return plain(parts[-1])


class ResponseEvents:
    """Of the Responses API: the last event holds the whole answer."""

    ENDS = frozenset({"response.completed", "response.incomplete", "response.failed"})

    def __init__(self, _hides: bool) -> None:  # noqa: FBT001
        pass

    def part(self, item: Any) -> Any:
        """See `watching.Rules`."""
        return told(item.response) if getattr(item, "type", None) in self.ENDS else None

    def hidden(self, item: Any) -> bool:  # noqa: ARG002
        """See `watching.Rules`."""
        return False

    def ending(self, item: Any) -> bool:  # noqa: ARG002
        """See `watching.Rules`."""
        return False

    def complete(self, parts: list[Any]) -> bool:
        """See `watching.Rules`."""
        return any("usage" in part for part in parts)

    def payload(self, parts: list[Any]) -> Any:
        """See `watching.Rules`."""
        return plain(parts[-1])


class MessageEvents:
    """Of Anthropic's messages: the first event tells the input, the last `message_delta` what it all came to."""

    def __init__(self, _hides: bool) -> None:  # noqa: FBT001
        pass

    def part(self, item: Any) -> Any:
        """See `watching.Rules`."""
        kind = getattr(item, "type", None)
        if kind == "message_start":
            return {"type": kind, "message": told(item.message)}
        return {"type": kind, "usage": item.usage} if kind == "message_delta" else None

    def hidden(self, item: Any) -> bool:  # noqa: ARG002
        """See `watching.Rules`."""
        return False

    def ending(self, item: Any) -> bool:  # noqa: ARG002
        """See `watching.Rules`."""
        return False

    def complete(self, parts: list[Any]) -> bool:
        """See `watching.Rules`."""
        return any(part["type"] == "message_delta" for part in parts)

    def payload(self, parts: list[Any]) -> Any:
        """See `watching.Rules`."""
        return [plain(part) for part in parts]
