"""The functions of the control stack, as alarms and dashboard look at them."""

from dataclasses import dataclass

from stacks.constructs.enforce import Enforce
from stacks.constructs.function import Function
from stacks.constructs.hours import Hours
from stacks.constructs.idle import Idle
from stacks.constructs.meter import Meter
from stacks.constructs.notify import Notify
from stacks.constructs.sweep import Sweep


@dataclass(frozen=True)
class Capabilities:
    """All that run by themselves; what writes the budgets' definitions runs only in a deployment."""

    meter: Meter
    notify: Notify
    sweep: Sweep
    enforce: Enforce
    hours: Hours
    idle: Idle

    @property
    def functions(self) -> tuple[Function, ...]:
        """In the order in which a record passes them, then those that look for themselves."""
        each = (self.meter, self.notify, self.sweep, self.enforce, self.hours, self.idle)
        return tuple(capability.function for capability in each)
