"""One call from its begin to its end, seen from beside it: whatever goes wrong here stays here."""

import logging
import time
import weakref
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from spendplane_client.calls import Call
from spendplane_client.publisher import Publisher

log = logging.getLogger("spendplane_client")
_NO_MORE: Any = object()


@contextmanager
def beside() -> Iterator[None]:
    """Around everything that runs in the caller's thread: a fault of ours is logged and never reaches the caller."""
    try:
        yield
    except Exception:
        log.exception("spendplane: a call could not be followed; the call itself goes on")


class Rules(Protocol):
    """What there is to know of one kind of stream."""

    def part(self, item: Any) -> Any:
        """What of an item tells of the use; None for most."""

    def hidden(self, item: Any) -> bool:
        """Whether the caller did not ask for that item."""

    def ending(self, item: Any) -> bool:
        """Whether a caller may well stop reading here although the use is told after it."""

    def complete(self, parts: list[Any]) -> bool:
        """Whether all that was used has been told."""

    def payload(self, parts: list[Any]) -> Any:
        """The parts in the shape of the call's `api`."""


@dataclass(slots=True)
class Watch:
    """Records its call once, at the first of its ends."""

    publisher: Publisher
    call: Call
    _began: float = field(default_factory=time.perf_counter)
    _open: deque[None] = field(default_factory=lambda: deque([None]))
    _parts: list[Any] = field(default_factory=list)

    def end(self, payload: Any = None, *, complete: bool = True, failed: bool = False) -> None:
        """The answer is there, or will not come."""
        try:
            self._open.pop()
        except IndexError:
            return
        call = self.call
        call.latency_ms = (time.perf_counter() - self._began) * 1000
        call.payload, call.complete, call.outcome = payload, complete, "error" if failed else "success"
        self.publisher.record(call)

    def fail(self, code: str | None = None, *, complete: bool = True) -> None:
        """The call was refused (`complete`: so nothing was used), or got no answer. `code` is kept in the record."""
        if code:
            self.call.fields = {**self.call.fields, "error_code": code[:256]}
        self.end(complete=complete, failed=True)

    def see(self, item: Any, rules: Rules) -> Any:
        """An item of a stream went by. Returns it."""
        with beside():
            part = rules.part(item)
            if part is not None:
                self._parts.append(part)
        return item

    def close(self, rules: Rules, *, broken: bool) -> None:
        """A stream is over: read to its end, or broken off (the provider bills what it has made all the same)."""
        with beside():
            parts = self._parts
            complete = rules.complete(parts)
            payload: Callable[[], Any] | None = (lambda: rules.payload(parts)) if parts else None
            self.end(payload, complete=complete, failed=broken and not complete)

    def guard(self, stream: object, rules: Rules) -> None:
        """Closes when the stream is thrown away unread."""
        weakref.finalize(stream, self.close, rules, broken=True)


def counted(inner: Iterator[Any], watch: Watch, rules: Rules) -> Iterator[Any]:
    """The same items, seen by the watch. Where a caller may stop, what follows is read ahead of it."""
    try:
        for item in _read_ahead(inner, watch, rules):
            if not rules.hidden(item):
                yield item
    except GeneratorExit:
        raise  # the stream may be read on; else its end is that of the stream
    except BaseException:
        watch.close(rules, broken=True)
        raise
    watch.close(rules, broken=False)


def _read_ahead(inner: Iterator[Any], watch: Watch, rules: Rules) -> Iterator[Any]:
    for first in inner:
        ahead = [watch.see(first, rules)]
        try:
            while rules.ending(ahead[-1]) and (item := next(inner, _NO_MORE)) is not _NO_MORE:
                ahead.append(watch.see(item, rules))
        except Exception:
            yield from ahead
            raise
        yield from ahead


async def counted_async(inner: AsyncIterator[Any], watch: Watch, rules: Rules) -> AsyncIterator[Any]:
    """As `counted`."""
    try:
        async for item in _read_ahead_async(inner, watch, rules):
            if not rules.hidden(item):
                yield item
    except GeneratorExit:
        raise
    except BaseException:
        watch.close(rules, broken=True)
        raise
    watch.close(rules, broken=False)


async def _read_ahead_async(inner: AsyncIterator[Any], watch: Watch, rules: Rules) -> AsyncIterator[Any]:
    async for first in inner:
        ahead = [watch.see(first, rules)]
        try:
            while rules.ending(ahead[-1]) and (item := await anext(inner, _NO_MORE)) is not _NO_MORE:
                ahead.append(watch.see(item, rules))
        except Exception:
            for item in ahead:
                yield item
            raise
        for item in ahead:
            yield item
