"""Time, and whose turn it is: processes that run until they wait, on one clock that moves from event to event."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from greenlet import getcurrent, greenlet

MAX_EVENTS = 200_000


class EndlessError(AssertionError):
    """It does not come to an end."""


@dataclass(slots=True)
class Loop:
    """Events in order of time, and of their making. No threads: what a process does between two waits is one step."""

    now: datetime
    queue: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    trace: list[str] = field(default_factory=list)
    after_step: Callable[[], None] = lambda: None
    events: int = 0
    _numbers: "count[int]" = field(default_factory=count)
    _hub: greenlet = field(default_factory=getcurrent)

    def at(self, time: datetime, act: Callable[[], None]) -> None:
        """Later, or now and then after what is due now."""
        heapq.heappush(self.queue, (max(time, self.now), next(self._numbers), act))

    def after(self, seconds: float, act: Callable[[], None]) -> None:
        """In so many seconds."""
        self.at(self.now + timedelta(seconds=seconds), act)

    def spawn(self, act: Callable[[], None], seconds: float = 0) -> None:
        """A process of its own, which may wait."""
        self.after(seconds, lambda: greenlet(act, self._hub).switch())

    def wait(self, seconds: float) -> None:
        """Of the process that runs now."""
        self.after(seconds, getcurrent().switch)
        self._hub.switch()

    def park(self) -> Callable[[], None]:
        """What wakes the process that runs now, which is to call `sleep` next."""
        me = getcurrent()
        return lambda: self.after(0, me.switch)

    def sleep(self) -> None:
        """Until somebody wakes it."""
        self._hub.switch()

    def run_until(self, end: datetime) -> None:
        """Everything that is due before, then the clock stands at the end."""
        while self.queue and self.queue[0][0] <= end:
            self.now, _, act = heapq.heappop(self.queue)
            self.events += 1
            if self.events > MAX_EVENTS:
                raise EndlessError(f"{MAX_EVENTS} events and no end")
            act()
            self.after_step()
        self.now = max(self.now, end)

    def say(self, who: str, what: str) -> None:
        """A line of the trace."""
        self.trace.append(f"{self.now:%Y-%m-%d %H:%M:%S}.{self.now.microsecond // 1000:03d}  {who:<12} {what}")
