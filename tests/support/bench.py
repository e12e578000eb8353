"""Hands over a fleet in memory."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from spendplane.adapters.memory import MemoryStore
from spendplane.adapters.memory.fleet import VANISHING, MemoryFleet
from spendplane.application.ports.fleet import RefusedError
from spendplane.application.switching.hands import Hands, Outcome
from spendplane.domain.switches import Grip
from spendplane.domain.targets import Target
from tests.support.builders import NOW
from tests.support.fleets import ROLE, target

ONE, OTHER = "throttle/one/t", "throttle/other/t"
AGENT, CHAT, SHARED = target("agent"), target("chat", VANISHING), target("shared", ROLE)
ANN = replace(SHARED, scope="ann")
DENIED = RefusedError("AccessDenied")


@dataclass(slots=True)
class Bench:
    """Hands over a fleet in memory."""

    fleet: MemoryFleet = field(default_factory=MemoryFleet)
    store: MemoryStore = field(default_factory=MemoryStore)
    now: datetime = NOW

    @property
    def hands(self) -> Hands:
        """As a switch has them; three attempts."""
        return Hands(self.fleet, self.store, 3)

    def engage(self, target: Target = AGENT, switch: str = ONE) -> Outcome:
        """Down, in the name of a switch."""
        return self.hands.engage(switch, target, self.now)

    def release(self, target: Target = AGENT, switch: str = ONE) -> Outcome:
        """Given back, in the name of a switch."""
        return self.hands.release(switch, target, self.now)

    def grip(self, target: Target = AGENT) -> Grip:
        """Its undo, as stored."""
        return self.store.kept_grips[target.key]

    def state(self, target: Target = AGENT) -> dict[str, int | None] | None:
        """How it is; None when it is not there."""
        return self.fleet.states.get(target.key)

    def changes(self) -> list[str]:
        """The calls that changed something."""
        return [call for call, _ in self.fleet.calls if call != "observe"]


def bench() -> Bench:
    """With a function of two parts, an endpoint that is deleted when it goes down, and a shared role."""
    made = Bench()
    made.fleet.add(AGENT, reserved=10, provisioned=2)
    made.fleet.add(CHAT, instances=3, scaling=5)
    made.fleet.add(SHARED, allowed=1)
    return made
