"""Turns one target down or up. The undo is stored first, so that a crash after any single call can be healed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from spendplane.application.ports import BusyError, UnstorableError
from spendplane.application.ports.fleet import Actuator, Fleet, RefusedError
from spendplane.application.ports.switches import AuditEntry, Switches
from spendplane.domain.switches import Grip, GripPhase
from spendplane.domain.targets import State, Target
from spendplane.domain.undo import foreign, merged


class Status(StrEnum):
    """How it ended. KEPT: was down already by us. ALREADY: by somebody else, so it is not ours to give back.
    SHARED: another budget still keeps it down. LEFT: a person changed it, or it has gone; not overwritten.
    """

    THROTTLED = "throttled"
    KEPT = "kept"
    ALREADY = "already"
    GONE = "gone"
    FAILED = "failed"
    ESCALATED = "escalated"
    RESTORED = "restored"
    SHARED = "shared"
    LEFT = "left"


PATIENCE = timedelta(minutes=30)
"""An endpoint that is being changed or created is busy for minutes: what lasts no longer is not counted as in vain."""
HELD = frozenset({Status.THROTTLED, Status.KEPT, Status.FAILED, Status.ESCALATED})
"""After these the switch still has the target in hand."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one target. `detail` is for people; `before` is what a release brings back.

    `since` is when the undo was stored or the way back begun: it tells two occasions of the same thing apart.
    """

    target: Target
    status: Status
    detail: str = ""
    before: State | None = None
    after: State | None = None
    since: datetime | None = None

    def to_dict(self) -> dict[str, Any]:
        """For the audit."""
        return {
            "target": self.target.key,
            "kind": self.target.kind,
            "name": self.target.name,
            "status": self.status.value,
            "detail": self.detail,
            "before": self.before,
            "after": self.after,
        }


_TURNED_ON = "turned back on by somebody else"
_Act = Callable[[str, Target, Grip | None, datetime], Outcome]


@dataclass(frozen=True, slots=True)
class Hands:
    """What the switch does to a target, in the name of one switch. Never raises for one target's failure."""

    fleet: Fleet
    switches: Switches
    max_attempts: int

    def engage(self, switch_id: str, target: Target, now: datetime) -> Outcome:
        """Down, and kept down. Doing it twice is doing it once."""
        return self._guarded(self._engage, switch_id, target, now)

    def release(self, switch_id: str, target: Target, now: datetime) -> Outcome:
        """Back to what it was, if no other switch keeps it down."""
        return self._guarded(self._release, switch_id, target, now)

    def _guarded(self, act: _Act, switch_id: str, target: Target, now: datetime) -> Outcome:
        try:
            return act(switch_id, target, self.switches.grips([target.key]).get(target.key), now)
        except (BusyError, RefusedError, UnstorableError) as error:
            return Outcome(target, Status.FAILED, str(error))

    def _actuator(self, target: Target) -> Actuator:
        try:
            return self.fleet.actuator(target.kind)
        except KeyError:
            raise RefusedError(f"{target.label}: this release knows no {target.kind}; see to it by hand") from None

    def _engage(self, switch_id: str, target: Target, grip: Grip | None, now: datetime) -> Outcome:
        actuator = self._actuator(target)
        observed = actuator.observe(target)
        if grip is None or not grip.live:
            if observed is None:
                return Outcome(target, Status.GONE, "it is not there any more")
            if actuator.throttled(observed) == observed:
                return Outcome(target, Status.ALREADY, "it was turned down already, by somebody else")
            version = grip.version if grip else 0
            fresh = Grip(target, observed, GripPhase.ENGAGING, frozenset({switch_id}), now, version=version)
            return self._throttle(switch_id, actuator, fresh, now)
        return self._keep_down(switch_id, actuator, replace(grip, target=target), observed, now)

    def _keep_down(
        self, switch_id: str, actuator: Actuator, grip: Grip, observed: State | None, now: datetime
    ) -> Outcome:
        down = actuator.throttled(grip.before)
        was_down, restoring = grip.phase is GripPhase.THROTTLED, grip.phase is GripPhase.RESTORING
        joined = replace(grip, holders=grip.holders | {switch_id}, attempts=0 if restoring else grip.attempts)
        if observed == down:
            if was_down and switch_id in grip.holders:
                return self._down(Status.KEPT, actuator, grip)
            return self._down(Status.THROTTLED, actuator, self._put_down(joined))
        if observed is None:
            self.switches.put_grip(replace(grip, phase=GripPhase.LEFT, holders=frozenset(), error="gone"))
            return Outcome(grip.target, Status.GONE, "it is not there any more", grip.before)
        if joined.attempts >= self.max_attempts:
            return self._escalated(joined, observed)
        partial = (restoring or grip.partial) and actuator.same(grip.before, observed)
        again = replace(
            joined,
            phase=GripPhase.ENGAGING,
            before=merged(grip.before, down, observed, resumed=partial),
            partial=partial,
            since=now if was_down or restoring else grip.since,
            attempts=joined.attempts + was_down,
            error=_TURNED_ON if was_down else grip.error,
        )
        return self._throttle(switch_id, actuator, again, now)

    def _put_down(self, grip: Grip) -> Grip:
        return self.switches.put_grip(replace(grip, phase=GripPhase.THROTTLED, error=None, partial=False))

    def _down(self, status: Status, actuator: Actuator, grip: Grip) -> Outcome:
        down = actuator.throttled(grip.before)
        return Outcome(grip.target, status, actuator.describe(grip.before), grip.before, down, grip.since)

    def _escalated(self, grip: Grip, observed: State) -> Outcome:
        what = _TURNED_ON if grip.phase is GripPhase.THROTTLED else grip.error or "not down"
        detail = f"{what}, {grip.attempts} times; it is left to a person"
        return Outcome(grip.target, Status.ESCALATED, detail, grip.before, observed, grip.since)

    def _throttle(self, switch_id: str, actuator: Actuator, grip: Grip, now: datetime) -> Outcome:
        undo = {"target": grip.target.key, "before": dict(grip.before), "attempts": grip.attempts, "note": grip.error}
        grip = self.switches.put_grip(grip, AuditEntry(switch_id, now, 2, "undo stored", undo))
        try:
            actuator.throttle(grip.target, grip.before)
        except (BusyError, RefusedError) as error:
            grip = self._in_vain(grip, error, now)
            return Outcome(grip.target, Status.FAILED, str(error), grip.before, since=grip.since)
        return self._down(Status.THROTTLED, actuator, self._put_down(grip))

    def _in_vain(self, grip: Grip, error: BusyError | RefusedError, now: datetime) -> Grip:
        counts = isinstance(error, RefusedError) or now - grip.since >= PATIENCE
        return self.switches.put_grip(replace(grip, attempts=grip.attempts + counts, error=str(error)))

    def _release(self, switch_id: str, target: Target, grip: Grip | None, now: datetime) -> Outcome:
        if grip is None:
            return Outcome(target, Status.RESTORED, "it was never turned down")
        if not grip.live:
            status = Status.RESTORED if grip.phase is GripPhase.RESTORED else Status.LEFT
            return Outcome(target, status, grip.error or "as it was", grip.before, since=grip.since)
        if grip.holders - {switch_id}:
            if switch_id in grip.holders:
                self.switches.put_grip(replace(grip, holders=grip.holders - {switch_id}))
            others = ", ".join(sorted(grip.holders - {switch_id}))
            return Outcome(target, Status.SHARED, f"still kept down by {others}", grip.before, since=grip.since)
        return self._restore(switch_id, replace(grip, target=target), now)

    def _restore(self, switch_id: str, grip: Grip, now: datetime) -> Outcome:
        actuator = self._actuator(grip.target)
        begun = None
        partial = grip.phase is GripPhase.RESTORING or grip.partial
        if grip.phase is not GripPhase.RESTORING:
            undo = {"target": grip.target.key, "to": dict(grip.before)}
            begun = AuditEntry(switch_id, now, 2, "restoring", undo)
            grip = replace(grip, phase=GripPhase.RESTORING, attempts=0, since=now)
        grip = self.switches.put_grip(grip, begun)  # also when resumed: whoever has changed it meanwhile is seen here
        try:
            observed = actuator.observe(grip.target)
            down = actuator.throttled(grip.before)
            if observed is None and down is not None:
                return self._left(grip, "it is not there any more", None)
            resumed = partial and observed is not None and actuator.same(grip.before, observed)
            changed = foreign(grip.before, down, observed, resumed=resumed)
            wanted = merged(grip.before, down, observed, resumed=resumed)
            if wanted != observed:
                actuator.restore(grip.target, wanted)
        except (BusyError, RefusedError) as error:
            return self._stuck(self._in_vain(grip, error, now), str(error))
        if changed:
            return self._left(grip, f"changed by somebody meanwhile, not overwritten: {', '.join(changed)}", observed)
        self.switches.put_grip(replace(grip, phase=GripPhase.RESTORED, holders=frozenset(), error=None, partial=False))
        return Outcome(grip.target, Status.RESTORED, "as it was", observed, grip.before, grip.since)

    def _stuck(self, grip: Grip, detail: str) -> Outcome:
        """A way back is tried for ever; a person is called when it was in vain too often."""
        if grip.attempts < self.max_attempts:
            return Outcome(grip.target, Status.FAILED, detail, grip.before, since=grip.since)
        detail = f"{detail} ({grip.attempts} times by now)"
        return Outcome(grip.target, Status.ESCALATED, detail, grip.before, since=grip.since)

    def _left(self, grip: Grip, detail: str, observed: State | None) -> Outcome:
        self.switches.put_grip(replace(grip, phase=GripPhase.LEFT, holders=frozenset(), error=detail, partial=False))
        return Outcome(grip.target, Status.LEFT, detail, grip.before, observed, grip.since)
