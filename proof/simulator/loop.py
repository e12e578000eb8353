"""Time, and whose turn it is: processes that run until they wait, on one clock that moves from event to event."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from greenlet import getcurrent, greenlet

MAX_EVENTS = 200_000


class BrokenError(AssertionError):
    """An invariant does not hold. The text begins with its name."""


class EndlessError(BaseException):
    """It does not come to an end. Not an `Exception`: a process in which it is raised may not catch it."""


@dataclass(slots=True)
class Loop:
    """Events in order of time, and of their making. No threads: what a process does between two waits is one step."""

    now: datetime
    queue: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    trace: list[str] | None = None
    """A line per step, where somebody wants to read it."""
    broken: list[str] = field(default_factory=list)
    """What does not hold, as whoever watches says it: looked at after every step."""
    events: int = 0
    _numbers: "count[int]" = field(default_factory=count)
    _end: datetime = field(init=False)
    _hub: greenlet = field(default_factory=getcurrent)

    def __post_init__(self) -> None:
        self._end = self.now

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
        """Of the process that runs now. Where nothing else is due before, it just goes on, later."""
        time = self.now + timedelta(seconds=seconds)
        if (not self.queue or time < self.queue[0][0]) and time <= self._end and not self.broken:
            self._moved(time)
            return
        heapq.heappush(self.queue, (time, next(self._numbers), getcurrent().switch))
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
        self._end = end
        while self.queue and self.queue[0][0] <= end:
            time, _, act = heapq.heappop(self.queue)
            self._moved(time)
            act()
            if self.broken:
                raise BrokenError("; ".join(self.broken))
        self.now = max(self.now, end)

    def _moved(self, time: datetime) -> None:
        self.now = time
        self.events += 1
        if self.events > MAX_EVENTS:
            raise EndlessError(f"{MAX_EVENTS} events and no end")

    @property
    def traced(self) -> bool:
        """Whether somebody reads what is said."""
        return self.trace is not None

    def say(self, who: str, what: str) -> None:
        """A line of the trace."""
        if self.trace is None:
            return
        self.trace.append(f"{self.now:%Y-%m-%d %H:%M:%S}.{self.now.microsecond // 1000:03d}  {who:<12} {what}")
