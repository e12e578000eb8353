"""Turns one target down or up. The undo is stored first, so that a crash after any single call can be healed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from spendplane.application.fleet import Actuator, Fleet, RefusedError
from spendplane.application.ports import BusyError
from spendplane.application.switches import AuditEntry, Switches
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


HELD = frozenset({Status.THROTTLED, Status.KEPT, Status.FAILED, Status.ESCALATED})
"""After these the switch still has the target in hand."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one target. `detail` is for people; `before` is what a release brings back."""

    target: Target
    status: Status
    detail: str = ""
    before: State | None = None
    after: State | None = None

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


@dataclass(frozen=True, slots=True)
class Hands:
    """What the switch does to a target, in the name of one switch. Never raises for one target's failure."""

    fleet: Fleet
    switches: Switches
    max_attempts: int

    def engage(self, switch_id: str, target: Target, now: datetime) -> Outcome:
        """Down, and kept down. Doing it twice is doing it once."""
        grip = self.switches.grips([target.key]).get(target.key)
        return self._guarded(target, grip, lambda: self._engage(switch_id, target, grip, now))

    def release(self, switch_id: str, target: Target, now: datetime) -> Outcome:
        """Back to what it was, if no other switch keeps it down."""
        grip = self.switches.grips([target.key]).get(target.key)
        outcome = self._guarded(target, grip, lambda: self._release(switch_id, target, grip, now))
        in_vain = grip.attempts + 1 if grip and grip.phase is GripPhase.RESTORING else 0
        if outcome.status is Status.FAILED and in_vain >= self.max_attempts:
            return replace(outcome, status=Status.ESCALATED, detail=f"{outcome.detail} ({in_vain} times by now)")
        return outcome

    def _guarded(self, target: Target, grip: Grip | None, act: Callable[[], Outcome]) -> Outcome:
        try:
            return act()
        except (BusyError, RefusedError) as error:
            return Outcome(target, Status.FAILED, str(error), grip.before if grip else None)

    def _engage(self, switch_id: str, target: Target, grip: Grip | None, now: datetime) -> Outcome:
        actuator = self.fleet.actuator(target.kind)
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
        joined = replace(grip, holders=grip.holders | {switch_id})
        if observed == down:
            if grip.phase is GripPhase.THROTTLED and switch_id in grip.holders:
                return Outcome(grip.target, Status.KEPT, actuator.describe(grip.before), grip.before, down)
            self.switches.put_grip(replace(joined, phase=GripPhase.THROTTLED, error=None))
            return Outcome(grip.target, Status.THROTTLED, actuator.describe(grip.before), grip.before, down)
        if observed is None:
            self.switches.put_grip(replace(grip, phase=GripPhase.LEFT, holders=frozenset(), error="gone"))
            return Outcome(grip.target, Status.GONE, "it is not there any more", grip.before)
        attempts = 0 if grip.phase is GripPhase.RESTORING else grip.attempts
        if attempts >= self.max_attempts:
            return self._escalated(grip, observed)
        turned_on = grip.phase is GripPhase.THROTTLED
        return self._throttle(
            switch_id,
            actuator,
            replace(
                joined,
                phase=GripPhase.ENGAGING,
                before=merged(grip.before, down, observed),
                attempts=attempts + turned_on,
                error="turned back on by somebody else" if turned_on else grip.error,
            ),
            now,
        )

    def _escalated(self, grip: Grip, observed: State) -> Outcome:
        detail = f"{grip.error or 'not down'}, {grip.attempts} times; it is left to a person"
        return Outcome(grip.target, Status.ESCALATED, detail, grip.before, observed)

    def _throttle(self, switch_id: str, actuator: Actuator, grip: Grip, now: datetime) -> Outcome:
        undo = {"target": grip.target.key, "before": dict(grip.before), "attempts": grip.attempts, "note": grip.error}
        grip = self.switches.put_grip(grip, AuditEntry(switch_id, now, 1, "undo stored", undo))
        try:
            actuator.throttle(grip.target, grip.before)
        except (BusyError, RefusedError) as error:
            self.switches.put_grip(replace(grip, attempts=grip.attempts + 1, error=str(error)))
            raise
        self.switches.put_grip(replace(grip, phase=GripPhase.THROTTLED))
        down = actuator.throttled(grip.before)
        return Outcome(grip.target, Status.THROTTLED, actuator.describe(grip.before), grip.before, down)

    def _release(self, switch_id: str, target: Target, grip: Grip | None, now: datetime) -> Outcome:
        if grip is None:
            return Outcome(target, Status.RESTORED, "it was never turned down")
        if not grip.live:
            status = Status.RESTORED if grip.phase is GripPhase.RESTORED else Status.LEFT
            return Outcome(target, status, grip.error or "as it was", grip.before)
        if grip.holders - {switch_id}:
            if switch_id in grip.holders:
                self.switches.put_grip(replace(grip, holders=grip.holders - {switch_id}))
            others = ", ".join(sorted(grip.holders - {switch_id}))
            return Outcome(target, Status.SHARED, f"still kept down by {others}", grip.before)
        return self._restore(switch_id, replace(grip, target=target), now)

    def _restore(self, switch_id: str, grip: Grip, now: datetime) -> Outcome:
        actuator = self.fleet.actuator(grip.target.kind)
        resumed = grip.phase is GripPhase.RESTORING
        grip = self.switches.put_grip(
            replace(grip, phase=GripPhase.RESTORING, attempts=grip.attempts if resumed else 0),
            None
            if resumed
            else AuditEntry(switch_id, now, 1, "restoring", {"target": grip.target.key, "to": dict(grip.before)}),
        )
        try:
            observed = actuator.observe(grip.target)
            down = actuator.throttled(grip.before)
            if observed is None and down is not None:
                return self._left(grip, "it is not there any more", None)
            changed = foreign(grip.before, down, observed, resumed=resumed)
            wanted = merged(grip.before, down, observed, resumed=resumed)
            if wanted != observed:
                actuator.restore(grip.target, wanted)
        except (BusyError, RefusedError) as error:
            self.switches.put_grip(replace(grip, attempts=grip.attempts + 1, error=str(error)))
            raise
        if changed:
            return self._left(grip, f"changed by somebody meanwhile, not overwritten: {', '.join(changed)}", observed)
        self.switches.put_grip(replace(grip, phase=GripPhase.RESTORED, holders=frozenset(), error=None))
        return Outcome(grip.target, Status.RESTORED, "as it was", observed, grip.before)

    def _left(self, grip: Grip, detail: str, observed: State | None) -> Outcome:
        self.switches.put_grip(replace(grip, phase=GripPhase.LEFT, holders=frozenset(), error=detail))
        return Outcome(grip.target, Status.LEFT, detail, grip.before, observed)
