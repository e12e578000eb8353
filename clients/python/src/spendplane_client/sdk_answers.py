"""The forms in which an SDK hands over an answer."""

import inspect
import json
import weakref
from collections.abc import Callable
from typing import Any

from spendplane_client.sdk_streams import plain, told
from spendplane_client.watching import Rules, Watch, beside, counted, counted_async


def follow(answer: Any, watch: Watch, rules: Rules) -> None:
    """Counts an answer that is there, and a stream when it is over."""
    if hasattr(answer, "http_response"):
        _follow_http(answer, watch, rules)
    elif hasattr(answer, "_iterator") and hasattr(answer, "response"):
        follow_stream(answer, watch, rules)
    else:
        _count(answer, watch)


def _count(answer: Any, watch: Watch) -> None:
    part = told(answer)
    if "id" not in part:  # embeddings have none
        watch.call.request_id = watch.call.request_id or getattr(answer, "_request_id", None)
    watch.end(lambda: plain(part), complete="usage" in part)


def follow_stream(stream: Any, watch: Watch, rules: Rules) -> None:
    """In place: whoever checks for the SDK's own class finds it."""
    watch.guard(stream, rules)
    inner, close = stream._iterator, stream.close  # noqa: SLF001  # where both SDKs keep the items still to come
    if inspect.iscoroutinefunction(close):
        stream._iterator = counted_async(inner, watch, rules)  # noqa: SLF001
        stream.close = _closing_async(close, watch, rules)
    else:
        stream._iterator = counted(inner, watch, rules)  # noqa: SLF001
        stream.close = _closing(close, watch, rules)


def _closing(close: Callable[[], Any], watch: Watch, rules: Rules) -> Callable[[], Any]:
    def closed() -> Any:
        watch.close(rules, broken=True)
        return close()

    return closed


def _closing_async(close: Callable[[], Any], watch: Watch, rules: Rules) -> Callable[[], Any]:
    async def closed() -> Any:
        watch.close(rules, broken=True)
        return await close()

    return closed


def _follow_http(answer: Any, watch: Watch, rules: Rules) -> None:
    """`with_raw_response`, whose body is there, or `with_streaming_response`, whose body the caller reads."""
    http = answer.http_response
    if "event-stream" in http.headers.get("content-type", ""):
        parsing = _parsing_async if inspect.iscoroutinefunction(answer.parse) else _parsing
        answer.parse = parsing(answer.parse, watch, rules)
        watch.guard(http, rules)
    elif http.is_closed:
        _count_body(http, watch)
    else:
        weakref.finalize(answer, _count_body, http, watch)


def _parsing(parse: Callable[..., Any], watch: Watch, rules: Rules) -> Callable[..., Any]:
    seen: list[Any] = []  # the SDK hands out the same stream each time

    def parsed(*args: Any, **options: Any) -> Any:
        made = parse(*args, **options)
        with beside():
            if not seen and hasattr(made, "_iterator"):
                seen.append(True)
                follow_stream(made, watch, rules)
        return made

    return parsed


def _parsing_async(parse: Callable[..., Any], watch: Watch, rules: Rules) -> Callable[..., Any]:
    seen: list[Any] = []

    async def parsed(*args: Any, **options: Any) -> Any:
        made = await parse(*args, **options)
        with beside():
            if not seen and hasattr(made, "_iterator"):
                seen.append(True)
                follow_stream(made, watch, rules)
        return made

    return parsed


def _count_body(http: Any, watch: Watch) -> None:
    with beside():
        try:
            body = http.content
        except Exception:  # noqa: BLE001  # not read, or read in pieces: the SDK keeps nothing of it
            watch.end(complete=False)
            return
        watch.end(lambda: json.loads(body))
