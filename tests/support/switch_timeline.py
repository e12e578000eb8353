"""Stories of the kill switch: resources are there, spending crosses a limit, and what is down is expected."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Self

from spendplane.application.ports import BusyError, Message
from spendplane.application.ports.fleet import RefusedError
from spendplane.application.ports.switches import AuditEntry
from spendplane.application.switching.orders import Answer
from spendplane.domain.budgets import Budget
from spendplane.domain.targets import Target
from tests.support.fleets import is_down, refusing
from tests.support.timeline import Timeline


@dataclass(slots=True)
class SwitchTimeline(Timeline):
    """One account with resources. `owned` is how each of them is while nothing is throttled."""

    owned: dict[str, dict[str, int | None]] = field(default_factory=dict)

    def add(self, target: Target, **state: int | None) -> Target:
        """Somebody makes a resource, or makes it anew."""
        self.world.fleet.add(target, **state)
        self.owned[target.key] = dict(state)
        return target

    def turn(self, target: Target, **parts: int | None) -> Self:
        """Somebody changes parts of a resource."""
        self.owned[target.key] |= parts
        self.world.fleet.states[target.key] |= parts
        return self

    def tag(self, target: Target, **tags: str) -> Target:
        """Somebody changes its tags."""
        tagged = replace(target, tags={**target.tags, **tags})
        self.world.fleet.resources[target.arn] = tagged
        return tagged

    def delete(self, target: Target) -> Self:
        """Somebody deletes it."""
        del self.world.fleet.resources[target.arn], self.world.fleet.states[target.key], self.owned[target.key]
        return self

    def iam_refuses(self, *calls: str, of: Target | None = None) -> Self:
        """From now on these calls are denied; without names everything is allowed again."""
        error = RefusedError("AccessDenied: the tag `environment` is not permitted")
        allow: Callable[[str, Target], None] = lambda _call, _target: None  # noqa: E731
        self.world.fleet.before_call = refusing(error, *calls, of=of) if calls else allow
        return self

    def is_busy(self, *calls: str, minutes: int) -> Self:
        """For so long these calls find the resource changing."""
        until = self.world.now + timedelta(minutes=minutes)

        def hook(call: str, _: Target) -> None:
            if call in calls and self.world.now < until:
                raise BusyError("it is Updating")

        self.world.fleet.before_call = hook
        return self

    def kill_switch(self) -> Self:
        """The events that the bus took since the last time reach it."""
        for answer in self.world.enforce_all():
            assert answer["ok"], answer
        self.world.notify_all()
        return self

    def lose_events(self) -> Self:
        """They never reach it."""
        self.world.obeyed = len(self.world.bus.published)
        return self

    def round(self, minutes: int = 0) -> Self:
        """The minute's round, so many minutes later."""
        self.world.now += timedelta(minutes=minutes)
        assert self.world.round()["ok"]
        self.world.notify_all()
        return self

    def rounds(self, number: int) -> Self:
        """One each minute."""
        for _ in range(number):
            self.round(minutes=1)
        return self

    def release(self, budget_id: str, **more: Any) -> Answer:
        """`spendplane release`, by ann."""
        until = more.pop("until", None)
        text = until.isoformat() if isinstance(until, datetime) else until
        word = {"by": "ann", "reason": "the demo is at nine", "until": text, **more}
        return self._order(command="release", budget_id=budget_id, **word)

    def engage(self, budget_id: str, **more: Any) -> Answer:
        """`spendplane kill engage`, by ann."""
        return self._order(command="engage", budget_id=budget_id, **{"by": "ann", "reason": "looks wrong", **more})

    def _order(self, **order: Any) -> Answer:
        answer = self.world.order(**order)
        self.world.notify_all()
        return answer

    def expect_down(self, *targets: Target) -> Self:
        """These are down, and nothing else; all else is as its owner left it."""
        fleet, down = self.world.fleet, {target.key for target in targets}
        kinds = {target.key: target.kind for target in (*fleet.resources.values(), *targets)}
        assert {key for key in down if not is_down(fleet, kinds[key], key)} == set()
        owned = {key: state for key, state in self.owned.items() if key not in down}
        sessions = {key: {"allowed": 1} for key in fleet.states if "#" in key and key not in down}
        assert {key: state for key, state in fleet.states.items() if key not in down} == {**owned, **sessions}
        return self

    def expect_up(self) -> Self:
        """Nothing is down."""
        return self.expect_down()

    def expect_told(self, *expected: str) -> list[Message]:
        """As `expect_alerts`, of the kill switch too: `staging engaged: agent throttled`."""
        return self.expect_alerts(*expected)

    def audit(self, switch_id: str) -> list[AuditEntry]:
        """What is kept of a switch."""
        return list(self.world.place.connect().switches.audit(switch_id))

    def live(self, *budgets: Budget) -> Self:
        """A deployment, and the look at it that follows within a minute or so."""
        self.deploy(*budgets)
        self.sweep()
        return self.kill_switch().round()
