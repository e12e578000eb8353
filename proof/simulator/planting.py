"""How a bug is put into a real part."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from proof.simulator.run import Plant
from proof.simulator.world import World


@dataclass(slots=True)
class Over:
    """An adapter of which some calls are replaced; each gets the adapter itself, and then what it was given."""

    port: Any
    calls: dict[str, Callable[..., Any]]

    def __getattr__(self, name: str) -> Any:
        if name not in self.calls:
            return getattr(self.port, name)
        return lambda *given, **named: self.calls[name](self.port, *given, **named)


def over(port_name: str, **calls: Callable[..., Any]) -> Plant:
    """A plant that replaces these calls of an adapter."""

    def plant(world: World) -> None:
        world.functions.wrap = lambda name, port: Over(port, calls) if name == port_name else port

    return plant
