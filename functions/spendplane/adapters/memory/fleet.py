"""A fleet in memory: resources that have parts with numbers, and one kind that throttling takes away."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import RLock

from spendplane.application.ports.fleet import Actuator
from spendplane.domain.targets import State, Target

VANISHING = "vanishing"
"""The kind that is deleted when it is throttled, and made again when it is released."""


@dataclass
class MemoryFleet:
    """See `application.ports.fleet.Fleet`. `resources` is by ARN; a state maps parts to numbers.

    `before_call` and `after_call` hear of every call to the account, one per part; what they raise the caller gets.
    """

    resources: dict[str, Target] = field(default_factory=dict)
    states: dict[str, dict[str, int | None]] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    before_call: Callable[[str, Target], None] = lambda _call, _target: None
    after_call: Callable[[str, Target], None] = lambda _call, _target: None
    lock: RLock = field(default_factory=RLock)

    def add(self, target: Target, **state: int | None) -> Target:
        """A resource with the parts of its state."""
        with self.lock:
            self.resources[target.arn] = target
            self.states[target.key] = dict(state)
        return target

    def find(self, tags: Mapping[str, Sequence[str]], kinds: Collection[str] = ()) -> Iterator[Target]:
        """See `fleet.Fleet`; what is not there now is not found."""
        with self.lock:
            found = [
                target
                for target in self.resources.values()
                if (not kinds or target.kind in kinds)
                and (target.kind != VANISHING or target.key in self.states)
                and all(name in target.tags and (not v or target.tags[name] in v) for name, v in tags.items())
            ]
        yield from found

    def actuator(self, kind: str) -> Actuator:
        """See `fleet.Fleet`: any kind is known."""
        return MemoryActuator(self, kind)


@dataclass
class MemoryActuator:
    """See `application.ports.fleet.Actuator`. A session on a shared role is one number, 1 while it may call."""

    fleet: MemoryFleet
    kind: str

    def observe(self, target: Target) -> State | None:
        """See `fleet.Actuator`."""
        with self._call("observe", target):
            state = self.fleet.states.get(target.key)
            if state is None and target.scope is not None and target.arn in self.fleet.states:
                return {"allowed": 1}
            return None if state is None else dict(state)

    def throttled(self, before: State) -> State | None:
        """See `fleet.Actuator`."""
        return None if self.kind == VANISHING else dict.fromkeys(before, 0)

    def same(self, before: State, observed: State) -> bool:
        """See `fleet.Actuator`; by the part `made`, where there is one."""
        return observed.get("made") in (None, before.get("made"))

    def throttle(self, target: Target, before: State) -> None:
        """See `fleet.Actuator`; one call per part."""
        if self.kind == VANISHING:
            with self._call("throttle", target):
                self.fleet.states.pop(target.key, None)
            return
        for part in before:
            self._set("throttle", target, part, 0)

    def restore(self, target: Target, before: State) -> None:
        """See `fleet.Actuator`; one call per part."""
        for part, value in before.items():
            self._set("restore", target, part, value)

    def describe(self, before: State) -> str:
        """See `fleet.Actuator`."""
        return ", ".join(f"{part} {value} -> 0" for part, value in before.items())

    def _set(self, call: str, target: Target, part: str, value: int | None) -> None:
        with self._call(call, target):
            self.fleet.states.setdefault(target.key, {})[part] = value

    @contextmanager
    def _call(self, call: str, target: Target) -> Iterator[None]:
        self.fleet.before_call(call, target)
        with self.fleet.lock:
            self.fleet.calls.append((call, target.key))
            yield
        self.fleet.after_call(call, target)
