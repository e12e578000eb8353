"""The deployed functions: real use cases over real adapters, in containers that stay warm, crash and overlap."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from proof.simulator.actor import Actor, Crash
from proof.simulator.processes import Process, Wrap
from spendplane.domain.targets import Protection

SECONDS = {
    "meter": 30, "notify": 30, "sweep": 55, "enforce": 60, "define": 60, "hours": 280,
    "reprice": 300, "rebuild": 300, "fix": 300, "replay": 300, "correct": 300,
}  # fmt: skip
"""Timeouts, as the stacks have them; of the last five, which people run, how long they wait."""
KEPT_WARM = 4


@dataclass(slots=True)
class Container:
    """One process of a function, with what it remembers between invocations."""

    actor: Actor
    use_case: Any
    busy: bool = False


@dataclass(slots=True)
class Functions:
    """Makes containers and runs invocations in them. `world` gives the services."""

    world: Any
    rng: random.Random
    protection: Protection
    skew_seconds: float
    pools: dict[str, list[Container]] = field(default_factory=dict)
    made: int = 0
    wrap: Wrap = lambda _, port: port

    def invoke(self, function: str, act: Callable[[Any, datetime], Any], done: Callable[[Any, Actor], None]) -> None:
        """At once; `done` gets the answer, or the exception that ended it."""
        container = self._container(function)
        container.busy = True
        actor = container.actor

        def run() -> None:
            actor.begin(SECONDS[function])
            answer: Any
            try:
                answer = act(container.use_case, actor.now)
            except Crash as crash:
                answer = crash
            except Exception as error:  # noqa: BLE001  # a function that raises has failed, whatever it was
                answer = error
            container.busy = False
            if isinstance(answer, BaseException):
                actor.loop.say(actor.name, f"** ended with {type(answer).__name__}: {answer}"[:160])
            if isinstance(answer, Crash):
                self.pools[function].remove(container)
            done(answer, actor)

        self.world.loop.spawn(run)

    def _container(self, function: str) -> Container:
        pool = self.pools.setdefault(function, [])
        idle = [item for item in pool if not item.busy]
        if idle and self.rng.random() < 0.8:
            return self.rng.choice(idle)
        if len(pool) >= KEPT_WARM and idle:
            pool.remove(idle[0])
        self.made += 1
        skew = timedelta(seconds=self.rng.uniform(-self.skew_seconds, self.skew_seconds))
        actor = Actor(f"{function} {self.made}", self.world.loop, self.world.chaos, self.rng, skew)
        process = Process(self.world, actor, self.wrap)
        made = process.enforce(self.protection) if function == "enforce" else getattr(process, function)()
        container = Container(actor, made)
        pool.append(container)
        return container
