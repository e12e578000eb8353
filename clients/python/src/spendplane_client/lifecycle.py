"""The ends of a process: what is queued is published before them, and a forked process begins with nothing."""

import atexit
import logging
import os
import signal
import sys
import threading
import weakref
from collections.abc import Callable
from types import FrameType
from typing import Any

from spendplane_client.publisher import Publisher

log = logging.getLogger("spendplane_client")
_publishers: "weakref.WeakSet[Publisher]" = weakref.WeakSet()
_installed = False


def watch(publisher: Publisher) -> None:
    """From now on it is flushed at exit and on SIGTERM, and emptied in a child after a fork."""
    global _installed  # noqa: PLW0603  # handlers belong to the process
    _publishers.add(publisher)
    if not _installed:
        _installed = True
        atexit.register(close_all)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=_after_fork)
    if threading.current_thread() is threading.main_thread():
        _chain_sigterm()


def close_all() -> None:
    """Publishes what is queued, for as long as the settings allow; what is left then is dropped and told."""
    for publisher in list(_publishers):
        publisher.close(publisher.settings.exit_seconds)
        if left := publisher.stats.queued:
            log.warning("spendplane: %d records could not be published before the end, and are lost", left)


def _chain_sigterm() -> None:
    """Before the handler that is there, or before the end that SIGTERM brings where there is none.

    Python lets the main thread alone set handlers. A process that ignores the signal, or handles it outside of Python,
    is left as it is.
    """
    earlier = signal.getsignal(signal.SIGTERM)
    if earlier in (None, signal.SIG_IGN) or getattr(earlier, "of_spendplane", False):
        return

    def handle(number: int, frame: FrameType | None) -> None:
        close_all()
        if callable(earlier):
            earlier(number, frame)
        else:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)

    handle.of_spendplane = True  # type: ignore[attr-defined]
    signal.signal(signal.SIGTERM, handle)


def _after_fork() -> None:
    for publisher in list(_publishers):
        publisher.reset()
    processes: Any = sys.modules.get("multiprocessing.util")
    if processes is not None:
        # Its children end without atexit; what it calls instead is asked for once it has forgotten the parent's.
        processes.register_after_fork(close_all, _at_end_of_child)


def _at_end_of_child(close: Callable[[], None]) -> None:
    sys.modules["multiprocessing.util"].Finalize(None, close, exitpriority=0)
