"""A process that calls the outside: each call is a step that others may come before, and that may go wrong."""

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from proof.simulator.chaos import Chaos
from proof.simulator.loop import Loop
from spendplane.application.ports.retry import Retry

T = TypeVar("T")
REFUSED = ("throttled", "conflict", "unreachable")
CALL = ("crash_before", "crash_after", "stall", "slow")
PACES = {"slow": 40.0, "stall": 800.0}
"""Of calls that take longer than their own pace."""
READ = (*CALL, "throttled", "unreachable")
WRITE = (*CALL, *REFUSED, "lost", "repeated", "late")


class Crash(BaseException):
    """The process is gone. Not an `Exception`: no handler of the core may catch it."""


@dataclass(slots=True)
class Actor:
    """One process with its clock, which goes wrong by `skew`; it ends at its `deadline`, whatever it is at.

    `faults` counts what went wrong in this invocation.
    """

    name: str
    loop: Loop
    chaos: Chaos
    rng: random.Random
    skew: timedelta = timedelta()
    began: datetime = field(init=False)
    deadline: datetime | None = None
    dead: bool = False
    faults: int = 0
    retry: Retry = field(init=False)

    def __post_init__(self) -> None:
        self.retry, self.began = self.patient(), self.loop.now

    def patient(self, attempts: int = 8, base_seconds: float = 0.02, ceiling_seconds: float = 1.0) -> Retry:
        """Retries on the simulated clock."""
        return Retry(attempts, base_seconds, ceiling_seconds, self.wait, self.rng.uniform)

    @property
    def now(self) -> datetime:
        """By its own clock."""
        return self.loop.now + self.skew

    def begin(self, seconds: float) -> None:
        """A new invocation, which may take so long."""
        self.began, self.dead, self.faults = self.loop.now, False, 0
        self.deadline = self.began + timedelta(seconds=seconds)

    def wait(self, seconds: float) -> None:
        """Others run meanwhile. Raises Crash when the time is up."""
        self.loop.wait(seconds)
        if not self.dead and self.deadline is not None and self.loop.now > self.deadline:
            self._die("ended by its timeout")
        if self.dead:
            raise Crash(self.name)

    def _die(self, why: str) -> None:
        self.dead = True
        self.faults += 1
        self.loop.say(self.name, f"** {why}")

    def io(
        self,
        call: str,
        effect: Callable[[], T],
        refuse: Callable[[str], Exception],
        kinds: tuple[str, ...] = WRITE,
        pace: float = 0.4,
    ) -> T:
        """Carries out one call, or not. `refuse` makes the caller's error of a kind of fault; `pace` is ten times what
        the call takes at most, in seconds.
        """
        fault = self.chaos.pick(*kinds)
        self.faults += fault is not None and fault != "slow"
        self.wait(PACES.get(fault or "", pace) * self.rng.uniform(0.005, 0.1))
        if fault is None:
            self.loop.say(self.name, call)
            return self._said(effect)
        self.loop.say(self.name, f"{call}  ! fault {self.chaos.number}: {fault}")
        return self._faulty(fault, effect, refuse)

    def _said(self, effect: Callable[[], T]) -> T:
        try:
            return effect()
        except Exception as error:
            self.loop.say(self.name, f"  refused: {error}")
            raise

    def _faulty(self, fault: str, effect: Callable[[], T], refuse: Callable[[str], Exception]) -> T:
        if fault == "crash_before":
            self._die("crashed before the call")
            raise Crash(self.name)
        if fault in REFUSED:
            raise refuse(fault)
        if fault == "late":
            self.loop.after(self.rng.uniform(0.1, 3), lambda: self._late(effect))
            raise refuse("lost")
        answer = effect()
        if fault == "crash_after":
            self._die("crashed after the call")
            raise Crash(self.name)
        if fault == "lost":
            raise refuse(fault)
        if fault == "repeated":
            self.wait(self.rng.uniform(0.05, 2))
            return effect()
        return answer

    def _late(self, effect: Callable[[], Any]) -> None:
        try:
            effect()
        except Exception as error:  # noqa: BLE001  # nobody hears of it
            self.loop.say(self.name, f"(a late call came to nothing: {type(error).__name__})")
        else:
            self.loop.say(self.name, "(a late call was carried out)")

    def map(self, act: Callable[[Any], T], given: Iterable[Any]) -> Iterator[T]:
        """At the same time, as a pool of threads; a crash ends all."""
        items = list(given)
        if len(items) < 2:
            return map(act, items)
        answers: dict[int, T | BaseException] = {}
        wake = self.loop.park()

        def run(number: int) -> None:
            try:
                answers[number] = act(items[number])
            except BaseException as error:  # noqa: BLE001  # raised again below, by whoever waits
                answers[number] = error
            if len(answers) == len(items):
                wake()

        for number in range(len(items)):
            self.loop.spawn(lambda number=number: run(number))  # type: ignore[misc]
        self.loop.sleep()
        return iter(_answer(answers[number]) for number in range(len(items)))


def _answer(found: Any) -> Any:
    if isinstance(found, BaseException):
        raise found
    return found
