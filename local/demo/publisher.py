"""Publishes a chapter at an even pace, as services would: at most ten entries a call, each call by one of them."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from local.demo.book import Book
from local.demo.events import Event
from local.errors import LocalAccountError
from spendplane.adapters.eventbridge import chunks

BURST = 8
"""Events of one service that leave together: services collect a little before they call."""
ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Publisher:
    """`progress` is called after every call."""

    client: Any
    bus: str
    book: Book
    progress: Callable[[], None]

    def __call__(self, events: Sequence[Event], seconds: float) -> None:
        """Takes about so many seconds; longer where the account cannot take it so fast. Raises LocalAccountError."""
        calls = list(_calls(events, self.bus))
        began = time.perf_counter()
        for number, call in enumerate(calls):
            wait = began + seconds * number / len(calls) - time.perf_counter()
            if wait > 0:
                time.sleep(wait)
            self.book.add((entry["event"] for entry in call), at=time.perf_counter())
            self._put([{name: entry[name] for name in entry if name != "event"} for entry in call])
            self.progress()

    def _put(self, entries: list[dict[str, Any]]) -> None:
        for attempt in range(ATTEMPTS):
            answers = self.client.put_events(Entries=entries)["Entries"]
            entries = [entry for entry, answer in zip(entries, answers, strict=True) if "ErrorCode" in answer]
            if not entries:
                return
            time.sleep(0.1 * 2**attempt)
        raise LocalAccountError(f"EventBridge refused {len(entries)} events {ATTEMPTS} times.")


def _calls(events: Sequence[Event], bus: str) -> Iterator[list[dict[str, Any]]]:
    """Neighbours are put together where one service made them; what is in order stays in order per service."""
    for window in (events[start : start + BURST * 3] for start in range(0, len(events), BURST * 3)):
        for _, group in groupby(sorted(window, key=lambda event: event.source), key=lambda event: event.source):
            yield from chunks([{**event.entry(bus), "event": event} for event in group])
