"""Looks at parts from outside, as their users would: when did the answer change, and was anybody refused?"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Self

from local.demo.parts import OK, Part

CLOSELY_S = 0.05
"""Between two calls of one part: so exact is the moment at which it is seen to change."""
NOW_AND_THEN_S = 0.2


class Watch:
    """Uses each part again and again, all at the same time, until it answers as wanted or the time is over."""

    def __init__(self, parts: Sequence[Part], wanted: Callable[[Part], str], seconds: float) -> None:
        self._wanted, self._deadline = wanted, time.perf_counter() + seconds
        self._seen: dict[str, float] = {}
        self._threads = [threading.Thread(target=self._look, args=(part,), daemon=True) for part in parts]
        for thread in self._threads:
            thread.start()

    @property
    def over(self) -> bool:
        """Whether there is nothing left to wait for."""
        return not any(thread.is_alive() for thread in self._threads)

    def seen(self) -> dict[str, float]:
        """When the wanted answer had arrived (`time.perf_counter`), by ARN; so far."""
        return dict(self._seen)

    def _look(self, part: Part) -> None:
        while time.perf_counter() < self._deadline:
            if part.use() == self._wanted(part):
                self._seen[part.arn] = time.perf_counter()
                return
            time.sleep(CLOSELY_S)


@dataclass(slots=True)
class Patrol:
    """Uses the parts in turn for as long as the block takes. Whoever is refused stands in `refused`."""

    parts: Sequence[Part]
    calls: int = 0
    refused: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._walk, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def round(self) -> dict[str, str]:
        """Uses each part once more, now, and returns the answers by kind."""
        with self._lock:
            return {part.kind: self._use(part) for part in self.parts}

    def _walk(self) -> None:
        while not self._over.wait(NOW_AND_THEN_S):
            self.round()

    def _use(self, part: Part) -> str:
        answer = part.use()
        self.calls += 1
        if answer != OK:
            self.refused.append(f"{part.kind} {part.name}: {answer}")
        return answer
