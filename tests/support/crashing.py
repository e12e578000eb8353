"""A process that is cut off, or meets an outage, at one of its calls to the outside."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from spendplane.adapters.memory.fleet import MemoryFleet
from spendplane.application.ports import BusyError
from spendplane.domain.targets import Target

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
        """For `World.process`. Of a fleet each call to the account counts, one per part of a target."""
        if not isinstance(port, MemoryFleet):
            return _Wired(name, port, self.call)

        def before(call: str, target: Target) -> None:
            self._begin(f"{name}.{call}")
            port.before_call(call, target)

        def after(call: str, target: Target) -> None:
            port.after_call(call, target)
            self._end(f"{name}.{call}", len(self.calls) - 1)

        return _Wired(name, replace(port, before_call=before, after_call=after), self.call)

    def call(self, name: str, action: Callable[[], Any]) -> Any:
        """Carries out one call, or not."""
        place = self._begin(name)
        answer = action()
        if isinstance(answer, Iterator):
            answer = iter(list(answer))  # it is read now, not behind the wire
        self._end(name, place)
        return answer

    def _begin(self, name: str) -> int:
        place = len(self.calls)
        self.calls.append(name)
        if place == self.number and self.mode == BEFORE:
            raise Crash(name)
        if place == self.number and self.mode == BUSY:
            raise BusyError(name)
        return place

    def _end(self, name: str, place: int) -> None:
        if place == self.number and self.mode == AFTER:
            raise Crash(name)
        if place == self.number and self.mode == LOST:
            raise BusyError(name)


class _Wired:
    def __init__(self, name: str, port: Any, call: Callable[[str, Callable[[], Any]], Any]) -> None:
        self._name, self._port, self._call = name, port, call

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if not callable(found) or name == "actuator":  # only looks one up
            return found
        return lambda *given, **named: self._call(f"{self._name}.{name}", lambda: found(*given, **named))
