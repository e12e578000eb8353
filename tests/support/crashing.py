"""A process that is cut off, or meets an outage, at one of its calls to the outside."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from spendplane.application.ports import BusyError

BEFORE, AFTER, BUSY, LOST = "before", "after", "busy", "lost"
MODES = (BEFORE, AFTER, BUSY, LOST)
"""Cut off before the call or right after it; refused once; carried out, and the reply lost."""


class Crash(BaseException):
    """The process is gone. Not an `Exception`: no handler of the core may catch it."""


@dataclass(slots=True)
class Tripwire:
    """Counts the calls of all ports that it wraps, and fails at call `number` (from 0)."""

    number: int = -1
    mode: str = AFTER
    calls: list[str] = field(default_factory=list)

    def wrap(self, name: str, port: Any) -> Any:
        """For `World.process`."""
        return _Wired(name, port, self.call)

    def call(self, name: str, action: Callable[[], Any]) -> Any:
        """Carries out one call, or not."""
        mine = len(self.calls) == self.number
        self.calls.append(name)
        if mine and self.mode == BEFORE:
            raise Crash(name)
        if mine and self.mode == BUSY:
            raise BusyError(name)
        answer = action()
        if isinstance(answer, Iterator):
            answer = iter(list(answer))  # it is read now, not behind the wire
        if mine and self.mode == AFTER:
            raise Crash(name)
        if mine and self.mode == LOST:
            raise BusyError(name)
        return answer


class _Wired:
    def __init__(self, name: str, port: Any, call: Callable[[str, Callable[[], Any]], Any]) -> None:
        self._name, self._port, self._call = name, port, call

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if not callable(found):
            return found
        return lambda *given, **named: self._call(f"{self._name}.{name}", lambda: found(*given, **named))
