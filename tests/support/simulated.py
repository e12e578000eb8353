"""The simulator's table as an engine: what every engine must do, it has to do as well, or the proof proves nothing."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from proof.simulator.chaos import Chaos
from proof.simulator.dynamo import SimDynamo
from proof.simulator.loop import Loop
from proof.simulator.table import SimTable
from tests.support.builders import NOW
from tests.support.places import DynamoPlace, Engine

T = TypeVar("T")


@dataclass(slots=True)
class AtOnce:
    """In place of a simulated process: nobody comes between, and nothing goes wrong."""

    name: str = "test"
    loop: Loop = field(default_factory=lambda: Loop(NOW))
    chaos: Chaos = field(default_factory=lambda: Chaos(random.Random(0), on=False))

    def io(self, call: str, effect: Callable[[], T], *_: Any) -> T:
        """See `proof.simulator.actor.Actor`."""
        self.loop.say(self.name, call)
        return effect()


class SimulatedEngine(Engine):
    """Gives a new table each time."""

    def place(self) -> Any:
        """See `Engine`."""
        return DynamoPlace(SimDynamo(SimTable(), AtOnce()), "simulated")  # type: ignore[arg-type]
