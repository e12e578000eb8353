"""What all kinds have in common."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, ClassVar
from urllib.parse import unquote

from spendplane.application.ports.fleet import RefusedError
from spendplane.domain.targets import State, Target

Clients = Callable[[str], Any]
"""Gives a boto3 client for a service, by the SDK's name."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """Makes each client once. boto3 makes them from one shared session, which several threads must not use at once."""

    make: Clients
    _made: dict[str, Any] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def __call__(self, service: str) -> Any:
        """The client for a service."""
        with self._lock:
            if service not in self._made:
                self._made[service] = self.make(service)
            return self._made[service]


def listed(client: Any, operation: str, key: str, **parameters: Any) -> Iterator[Any]:
    """Each item that the answers have under this key, over all pages."""
    for page in client.get_paginator(operation).paginate(**parameters):
        yield from page.get(key, [])


@dataclass(frozen=True, slots=True)
class Kind(ABC):
    """One kind of target: see `application.ports.fleet.Actuator`. Stateless, so threads may share it.

    `restore` changes only the parts that it is given.
    """

    kind: ClassVar[str]
    resource_types: ClassVar[tuple[str, ...]] = ()
    """What the tagging API calls them. None: it does not serve them, and `search` does."""
    arn: ClassVar[re.Pattern[str]]
    """Of a target. The groups are its identifiers."""

    clients: Clients

    def parse(self, arn: str) -> str | None:
        """The name of the target that an ARN is for; None when it is for none of this kind."""
        match = self.arn.fullmatch(unquote(arn))  # `$default` may be written as `%24default`
        return "/".join(match.groups("default")) if match else None

    def ids(self, target: Target) -> tuple[str, ...]:
        """The identifiers in the target's ARN. Raises RefusedError when it is not of this kind."""
        match = self.arn.fullmatch(unquote(target.arn))
        if match is None:
            raise RefusedError(f"{target.label}: {target.arn} is no ARN of a {self.kind}")
        return match.groups("default")

    def search(self) -> Iterator[Target]:
        """Every target of this kind with its tags, where the tagging API does not serve them. Raises BusyError."""
        return iter(())

    @abstractmethod
    def observe(self, target: Target) -> State | None:
        """How it is now, read from the service; None when it is not there."""

    @abstractmethod
    def throttled(self, before: State) -> State | None:
        """How a target that was like this looks when it is fully turned down (pure); None: it is not there."""

    def same(self, before: State, observed: State) -> bool:  # noqa: ARG002
        """Whether what is there is what was taken away (pure). What throttling does not take away always is."""
        return True

    @abstractmethod
    def throttle(self, target: Target, before: State) -> None:
        """Turns it down. `before` has been stored."""

    @abstractmethod
    def restore(self, target: Target, before: State) -> None:
        """Makes it as it was. Returns only when that is done or surely will be; raises BusyError until then."""

    @abstractmethod
    def describe(self, before: State) -> str:
        """What throttling does, for people, in a few words."""
