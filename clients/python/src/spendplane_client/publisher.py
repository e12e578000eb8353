"""Takes calls from the caller at once, and publishes them from a thread of its own."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from spendplane_client.calls import Call
from spendplane_client.counting import Bounded, Tally
from spendplane_client.rounds import Rounds
from spendplane_client.sending import Sender, connect
from spendplane_client.settings import Settings

ROUND_RECORDS = 2_500
_STOP = threading.Event()
"""In the queue: the thread may end. The next record starts one again."""


@dataclass(frozen=True, slots=True)
class Stats:
    """What became of the calls of this process: recorded = published + dropped + queued, while nothing is in motion."""

    recorded: int
    published: int
    dropped: int
    queued: int
    reasons: dict[str, int]
    """Dropped ones by reason."""


@dataclass(slots=True, eq=False, weakref_slot=True)
class Publisher:
    """`record` never raises and never waits. The thread starts with the first record, and again after a fork."""

    settings: Settings
    connect: Callable[[], Any] = connect
    _queue: Bounded[Call | threading.Event] = field(init=False)
    _recorded: Tally = field(init=False)
    _turned_away: Tally = field(init=False)
    _rounds: Rounds = field(init=False)
    _thread: threading.Thread | None = field(init=False)
    _starting: threading.Lock = field(init=False)
    _hurry: threading.Event = field(init=False)
    _wake: threading.Event = field(init=False)
    _settling: Any = field(init=False)
    _deadline: float = field(init=False)

    def __post_init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Empty, and without a thread: what a forked process begins with. Its parent publishes what it had recorded."""
        self._queue = Bounded(self.settings.queue_records)
        self._recorded, self._turned_away = Tally(), Tally()
        self._thread, self._starting = None, threading.Lock()
        self._hurry, self._wake, self._deadline = threading.Event(), threading.Event(), float("inf")
        self._settling = threading.RLock()  # of this thread and of who asks for `stats`, a signal handler too
        sender = Sender(self.connect, self.settings.bus, self.settings.source, self._pause, self._trouble)
        queue, turned_away = self._queue, self._turned_away
        self._rounds = Rounds(sender, lambda: turned_away.value, lambda: queue.held)

    def record(self, call: Call) -> None:
        """Takes it in, or counts it as dropped where the queue is full."""
        self._recorded.add()
        if not self._queue.offer(call):
            self._turned_away.add()
        if self._thread is None:
            self._start()

    def flush(self, timeout: float) -> bool:
        """Waits until all that was recorded before is published or dropped; False where that takes longer."""
        if not self._queue.held:
            return True
        self._start()
        mark = threading.Event()
        self._queue.push(mark)
        self._wake.set()
        return mark.wait(timeout)

    def close(self, timeout: float) -> bool:
        """As `flush`, but what cannot be published within that time is dropped and counted. It may be used again."""
        self._deadline = time.monotonic() + timeout
        self._hurry.set()
        try:
            return self.flush(timeout + 1)
        finally:
            if self._thread is not None:
                self._queue.push(_STOP)
                self._wake.set()
            self._hurry.clear()
            self._deadline = float("inf")

    @property
    def stats(self) -> Stats:
        """As of now."""
        with self._settling:
            rounds, full = self._rounds, self._turned_away.value
            reasons = dict(rounds.dropped) | ({"queue full": full} if full else {})
            queued = self._queue.held - rounds.settled
            recorded = self._recorded.value + rounds.added
            return Stats(recorded, rounds.published, sum(reasons.values()), queued, reasons)

    def _start(self) -> None:
        if not self._starting.acquire(blocking=False):
            return  # another one does it
        try:
            if self._thread is None or not self._thread.is_alive():
                thread = threading.Thread(target=self._run, name="spendplane-client", daemon=True)
                thread.start()
                self._thread = thread
        except RuntimeError:  # the interpreter is ending: no thread starts any more
            self._thread = None
        finally:
            self._starting.release()

    def _run(self) -> None:
        calls: list[Call] = []
        while True:
            calls, mark = self._gather(at_once=len(calls) == ROUND_RECORDS)
            self._rounds(calls)
            with self._settling:
                self._queue.done(len(calls))
                self._rounds.settle()
            if mark is _STOP:
                self._thread = None
                return
            if mark is not None:
                mark.set()

    def _gather(self, *, at_once: bool) -> tuple[list[Call], threading.Event | None]:
        """Waits for a first one, lets others come, and takes what is there, up to a flush's mark. It does not wake for
        each: a caller that is at work would have to hand over the interpreter every time.
        """
        item = self._queue.take()
        if not at_once and not isinstance(item, threading.Event):
            self._wake.wait(self.settings.linger_seconds)
            self._wake.clear()
        calls: list[Call] = []
        while item is not None and not isinstance(item, threading.Event):
            calls.append(item)
            if len(calls) == ROUND_RECORDS:
                return calls, None
            item = self._queue.take(0)
        return calls, item

    def _pause(self, seconds: float) -> bool:
        """Between two tries. True: there is no time left for another one."""
        left = self._deadline - time.monotonic()
        if self._hurry.is_set():
            time.sleep(max(0.0, min(seconds, left, 0.2)))
        else:
            self._hurry.wait(seconds)
        return self._deadline <= time.monotonic()

    def _trouble(self, text: str) -> None:
        self._rounds.warn(text)
