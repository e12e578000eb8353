"""Counting and queueing without a lock.

A caller may be stopped anywhere: by another thread, by a signal, by a destructor that runs in the middle of a line.
Each step here is one that Python does not divide, so nobody waits for anybody, and nothing can lock itself out.
"""

from collections import deque
from itertools import count
from queue import Empty, SimpleQueue
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Tally:
    """A number that any thread may raise by one."""

    def __init__(self) -> None:
        self._count = count()
        self._looks = 0
        self._looking = Lock()

    def add(self) -> None:
        """One more."""
        next(self._count)

    @property
    def value(self) -> int:
        """How often `add` was called. Looking moves the count, too: that is taken off again."""
        with self._looking:
            seen = next(self._count) - self._looks
            self._looks += 1
        return seen


class Bounded(Generic[T]):
    """A queue that holds so many items at most, those counted that were taken and are not yet done with."""

    def __init__(self, size: int) -> None:
        self._free = deque(range(size))
        self._size = size
        self._items: SimpleQueue[T] = SimpleQueue()

    def offer(self, item: T) -> bool:
        """Takes it in, or returns False at once where all places are taken."""
        try:
            self._free.pop()
        except IndexError:
            return False
        self._items.put(item)
        return True

    def push(self, item: T) -> None:
        """Past the bound: for what takes no place, and is not given back by `done`."""
        self._items.put(item)

    def take(self, timeout: float | None = None) -> T | None:
        """The next one; None when there is none within so many seconds. Waits for ever where no timeout is given."""
        try:
            return self._items.get(block=timeout is None or timeout > 0, timeout=timeout)
        except Empty:
            return None

    def done(self, number: int) -> None:
        """Gives back the places of so many items."""
        self._free.extend(range(number))

    @property
    def held(self) -> int:
        """Items in it."""
        return self._size - len(self._free)
