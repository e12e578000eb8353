"""The account's resources: what throttling calls, people and Auto Scaling do to them, and IAM in between."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from proof.simulator.actor import READ, WRITE, Actor
from proof.simulator.services import busy
from spendplane.adapters.memory.fleet import VANISHING
from spendplane.application.ports.fleet import Actuator, RefusedError
from spendplane.domain.targets import State, Target

AT_ONCE = tuple(kind for kind in WRITE if kind != "late")
"""Calls to a control plane: what was given up is not carried out later."""
PACE = 6.0
"""Control planes are slow: up to 0.6 s a call."""
Parts = dict[str, int | None]


@dataclass(slots=True)
class Account:
    """Resources by ARN and states by key. `owned` is how each would be if nothing were turned down.

    `tagged` is when a resource got which tags; `heard` gets each change that the kill switch makes, before it is made.
    """

    permitted: frozenset[str]
    resources: dict[str, Target] = field(default_factory=dict)
    states: dict[str, Parts] = field(default_factory=dict)
    owned: dict[str, Parts] = field(default_factory=dict)
    tagged: dict[str, list[tuple[datetime, Target]]] = field(default_factory=dict)
    heard: Callable[[str, Target, Actor], None] = lambda _call, _target, _actor: None

    def add(self, target: Target, now: datetime, **parts: int | None) -> None:
        """Somebody makes a resource."""
        self.states[target.key], self.owned[target.key] = dict(parts), dict(parts)
        self.tag(target, now)

    def tag(self, target: Target, now: datetime) -> None:
        """Somebody changes its tags."""
        self.resources[target.arn] = target
        self.tagged.setdefault(target.arn, []).append((now, target))

    def turn(self, key: str, part: str, value: int) -> None:
        """Somebody, or Auto Scaling, sets a part; a resource that was deleted is made again as it was."""
        owned = self.owned[key]
        owned[part] = value
        if key in self.states:
            self.states[key][part] = value
        else:
            self.states[key] = dict(owned)

    def allows(self, target: Target) -> bool:
        """IAM's condition on the tag, as it is at this moment; giving back needs it as well."""
        return self.resources[target.arn].tags.get("environment") in self.permitted


@dataclass(slots=True)
class SimFleet:
    """The account as one process reaches it."""

    account: Account
    actor: Actor

    def find(self, tags: Mapping[str, Sequence[str]]) -> Iterator[Target]:
        """See `fleet.Fleet`."""
        account = self.account

        def effect() -> list[Target]:
            return [
                target
                for target in account.resources.values()
                if (target.kind != VANISHING or target.key in account.states)
                and all(name in target.tags and (not v or target.tags[name] in v) for name, v in tags.items())
            ]

        yield from self.actor.io("find targets", effect, busy, READ)

    def actuator(self, kind: str) -> Actuator:
        """See `fleet.Fleet`."""
        return SimActuator(self.account, self.actor, kind)


@dataclass(slots=True)
class SimActuator:
    """See `fleet.Actuator`. A call per part; the part of a session on a shared role is 1 while it may call."""

    account: Account
    actor: Actor
    kind: str

    def observe(self, target: Target) -> State | None:
        """See `fleet.Actuator`."""

        def effect() -> State | None:
            state = self.account.states.get(target.key)
            if state is None and target.scope is not None and target.arn in self.account.states:
                return {"allowed": 1}
            return None if state is None else dict(state)

        return self.actor.io(f"observe {target.name}", effect, busy, READ, PACE)

    def throttled(self, before: State) -> State | None:
        """See `fleet.Actuator`."""
        return None if self.kind == VANISHING else dict.fromkeys(before, 0)

    def same(self, before: State, observed: State) -> bool:  # noqa: ARG002
        """See `fleet.Actuator`; whoever makes it again makes it as it was."""
        return True

    def throttle(self, target: Target, before: State) -> None:
        """See `fleet.Actuator`."""
        if self.kind == VANISHING:
            self._change("throttle", target, "all", lambda: self.account.states.pop(target.key, None))
            return
        for part in before:
            self._change("throttle", target, part, lambda part=part: self._set(target, part, 0))  # type: ignore[misc]

    def restore(self, target: Target, before: State) -> None:
        """See `fleet.Actuator`. What was taken away is made with its first part; the others need it to be there."""
        first = next(iter(before), None)
        for part, value in before.items():
            self._change(
                "restore",
                target,
                f"{part}={value}",
                lambda p=part, v=value: self._put_back(target, p, v, makes=p == first),  # type: ignore[misc]
            )

    def _put_back(self, target: Target, part: str, value: int | None, *, makes: bool) -> None:
        if self.kind == VANISHING and not makes and target.key not in self.account.states:
            raise RefusedError(f"there is no {target.name}")
        self._set(target, part, value)

    def describe(self, before: State) -> str:
        """See `fleet.Actuator`."""
        return ", ".join(f"{part} {value} -> 0" for part, value in before.items())

    def _set(self, target: Target, part: str, value: int | None) -> None:
        self.account.states.setdefault(target.key, {})[part] = value

    def _change(self, call: str, target: Target, what: str, effect: Callable[[], object]) -> None:
        def guarded() -> None:
            self.account.heard(call, target, self.actor)
            if call == "throttle" and not self.account.allows(target):
                raise RefusedError(f"AccessDenied: the tags of {target.name} do not permit it")
            effect()

        self.actor.io(f"{call} {target.label} {what}", guarded, busy, AT_ONCE, PACE)
