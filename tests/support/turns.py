"""Several threads, one call of a port at a time, in an order that the test chooses."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from threading import Lock, Semaphore, Thread
from typing import Any

from spendplane.adapters.memory.fleet import MemoryFleet

Wrap = Callable[[str, Any], Any]


@dataclass(slots=True)
class Turns:
    """Lets several threads run one call of a port at a time, in an order that the test chooses."""

    order: list[int]
    gates: list[Semaphore] = field(default_factory=list)
    back: Semaphore = field(default_factory=lambda: Semaphore(0))
    alive: set[int] = field(default_factory=set)
    errors: list[BaseException] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def run(self, *actions: Callable[[Wrap], None]) -> None:
        """Runs the actions to their ends; each gets a wrapper for its ports."""
        self.gates = [Semaphore(0) for _ in actions]
        self.alive = set(range(len(actions)))
        threads = [Thread(target=self._thread, args=(number, action)) for number, action in enumerate(actions)]
        for thread in threads:
            thread.start()
        choices = iter(self.order)
        while self.alive:
            wanted = next(choices, 0) % len(actions)
            self.gates[wanted if wanted in self.alive else min(self.alive)].release()
            self.back.acquire()
        for thread in threads:
            thread.join()
        if self.errors:
            raise self.errors[0]

    def _thread(self, number: int, action: Callable[[Wrap], None]) -> None:
        self.gates[number].acquire()
        try:
            action(lambda _, port: _turned(port, lambda: self._yield(number)))
        except BaseException as error:  # noqa: BLE001  # raised again in the test's own thread
            self.errors.append(error)
        self.alive.discard(number)
        self.back.release()

    def _yield(self, number: int) -> None:
        self.back.release()
        self.gates[number].acquire()


def _turned(port: Any, pause: Callable[[], None]) -> Any:
    if not isinstance(port, MemoryFleet):
        return _Turned(port, pause)

    def before(call: str, target: Any) -> None:
        pause()
        port.before_call(call, target)

    return _Turned(replace(port, before_call=before), pause)


class _Turned:
    def __init__(self, port: Any, pause: Callable[[], None]) -> None:
        self._port, self._pause = port, pause

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if not callable(found) or name == "actuator":
            return found

        def call(*given: Any, **named: Any) -> Any:
            self._pause()
            return found(*given, **named)

        return call
