"""What the kill switch needs from the account that it protects. Adapters: one file per kind of target."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Protocol

from spendplane.domain.targets import State, Target


class RefusedError(Exception):
    """The account will never take this as it is (no permission, no room, gone for good): a person has to look.

    The text says what, and what to do about it.
    """


class Actuator(Protocol):
    """Turns one kind of target down and up again. Every call may be repeated; each raises BusyError or RefusedError.

    A state has an entry per part, and a part is what one call changes. What throttling would leave alone is not in it.
    """

    @property
    def kind(self) -> str:
        """Such as `lambda-function`: the name that people and records know it by."""

    def observe(self, target: Target) -> State | None:
        """How it is now, read from the service; None when it is not there."""

    def throttled(self, before: State) -> State | None:
        """How a target that was like this looks when it is fully turned down (pure); None: it is not there."""

    def same(self, before: State, observed: State) -> bool:
        """Whether what is there is what was taken away and is coming back (pure), not another made in its place."""

    def throttle(self, target: Target, before: State) -> None:
        """Turns it down. `before` has been stored."""

    def restore(self, target: Target, before: State) -> None:
        """Makes it as it was. Returns only when that is done or surely will be; raises BusyError until then."""

    def describe(self, before: State) -> str:
        """What throttling does, for people, in a few words: `reserved concurrency 10 -> 0`."""


class Fleet(Protocol):
    """The resources of the account, by their tags."""

    def find(self, tags: Mapping[str, Sequence[str]], kinds: Collection[str] = ()) -> Iterator[Target]:
        """Every target whose tags have one of these values each (none: any value), in no order.

        Only of these kinds (none: of all). Complete, over all pages. Raises BusyError.
        """

    def actuator(self, kind: str) -> Actuator:
        """The one for a kind. Raises KeyError."""
