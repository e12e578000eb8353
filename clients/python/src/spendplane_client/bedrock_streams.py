"""What Bedrock answers in pieces: event streams, and bodies that the caller reads."""

import weakref
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from botocore.eventstream import EventStream as _EventStream
from botocore.response import StreamingBody

from spendplane_client.watching import Rules, Watch, beside, counted

if TYPE_CHECKING:
    EventStream = _EventStream[Any]  # generic in its stubs only
else:
    EventStream = _EventStream
METRICS = b"amazon-bedrock-invocationMetrics"
"""What Bedrock appends to the last chunk of a stream, whatever the model."""
MAX_PARSED_BYTES = 256 * 1024
"""Of a body that is parsed where the headers tell the counts as well: parsing holds up every other thread."""


class CountedEventStream(EventStream):
    """An event stream that is counted as it is read. All else is the stream's own."""

    def __init__(self, inner: EventStream, watch: Watch, rules: Rules) -> None:
        self._inner, self._watch, self._rules = inner, watch, rules
        watch.guard(self, rules)

    def __iter__(self) -> Iterator[Any]:
        yield from counted(
            iter(self._inner), self._watch, self._rules
        )  # so a loop holds the stream, as botocore's does

    def get_initial_response(self) -> Any:
        """As the stream's."""
        return self._inner.get_initial_response()

    def close(self) -> None:
        """As the stream's; what was told until now is counted."""
        self._watch.close(self._rules, broken=True)
        self._inner.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class Metadata:
    """Of ConverseStream: one event after the message tells it all."""

    def part(self, item: Any) -> Any:
        """See `watching.Rules`."""
        return item.get("metadata")

    def hidden(self, item: Any) -> bool:  # noqa: ARG002
        """See `watching.Rules`."""
        return False

    def ending(self, item: Any) -> bool:
        """See `watching.Rules`."""
        return "messageStop" in item

    def complete(self, parts: list[Any]) -> bool:
        """See `watching.Rules`."""
        return bool(parts)

    def payload(self, parts: list[Any]) -> Any:
        """See `watching.Rules`."""
        return parts[-1]


class Chunks:
    """Of InvokeModelWithResponseStream: the model's own events, some of which tell of the use."""

    def part(self, item: Any) -> Any:
        """See `watching.Rules`. The words are not parsed here: that can wait."""
        data = item.get("chunk", {}).get("bytes", b"")
        return data if b"usage" in data or b"oken" in data else None

    def hidden(self, item: Any) -> bool:  # noqa: ARG002
        """See `watching.Rules`."""
        return False

    def ending(self, item: Any) -> bool:
        """See `watching.Rules`. Nova tells its counts after `messageStop`; all others with their last words."""
        data = item.get("chunk", {}).get("bytes", b"")
        return b'"messageStop"' in data and METRICS not in data

    def complete(self, parts: list[Any]) -> bool:
        """See `watching.Rules`."""
        return any(METRICS in data for data in parts)

    def payload(self, parts: list[Any]) -> Any:
        """See `watching.Rules`."""
        return parts


class Tee:
    """The raw body of InvokeModel: what the caller reads is kept, to be read for its counts."""

    def __init__(self, raw: Any, answer: "Answer") -> None:
        self._raw, self._answer = raw, answer
        weakref.finalize(self, answer.end)

    def read(self, amt: int | None = None, **options: Any) -> bytes:
        """As the raw body's."""
        try:
            data = cast("bytes", self._raw.read(amt, **options))
        except BaseException:
            self._answer.end()
            raise
        return self._seen(data, over=amt is None or (not data and amt > 0))

    def readinto(self, buffer: Any) -> int:
        """As the raw body's."""
        number = cast("int", self._raw.readinto(buffer))
        self._seen(bytes(memoryview(buffer)[:number]), over=number == 0 and len(buffer) > 0)
        return number

    def readlines(self) -> list[bytes]:
        """As the raw body's."""
        lines = cast("list[bytes]", self._raw.readlines())
        self._seen(b"".join(lines), over=True)
        return lines

    def close(self) -> None:
        """As the raw body's."""
        self._answer.end()
        self._raw.close()

    def _seen(self, data: bytes, *, over: bool) -> bytes:
        self._answer.read.append(data)
        if over:
            self._answer.end()
        return data

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)


@dataclass(slots=True)
class Answer:
    """Of InvokeModel: its headers, which count for most models, and as much of its body as was read."""

    watch: Watch
    headers: dict[str, str]
    request: Any
    """The request's body: an image's size stands there only."""
    read: list[bytes] = field(default_factory=list)

    def end(self) -> None:
        """No more will be read. Without the whole body the headers stand; a large one is not parsed beside them."""
        with beside():
            size = sum(map(len, self.read))
            told = any(name.startswith("x-amzn-bedrock-input") for name in self.headers)
            whole = size > 0 and size >= int(self.headers.get("content-length", size))
            payload: dict[str, Any] = {"headers": self.headers}
            if whole and (size <= MAX_PARSED_BYTES or not told):
                payload["body"] = b"".join(self.read)
                if isinstance(self.request, str | bytes) and len(self.request) <= MAX_PARSED_BYTES:
                    payload["request"] = self.request
            complete = whole or told
            self.watch.end(payload if complete else None, complete=complete, failed=not complete)


def body_of(http_response: Any, watch: Watch, request: Any) -> StreamingBody:
    """The body that the caller gets, made as botocore makes it."""
    headers = {name.lower(): value for name, value in http_response.headers.items()}
    raw: Any = Tee(http_response.raw, Answer(watch, headers, request))
    length: Any = headers.get("content-length")
    return StreamingBody(raw, length)
