"""Anything may happen in any order, cut off anywhere: what must not be touched is not, and all comes back as it was."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from spendplane.adapters.memory.fleet import VANISHING
from spendplane.application.ports import BusyError
from spendplane.application.ports.fleet import RefusedError
from spendplane.contract.outgoing import THRESHOLD_CROSSED
from spendplane.domain.budgets import Budget
from spendplane.domain.limits import Limits
from spendplane.domain.periods import Period, window_of
from spendplane.domain.switches import GripPhase, Level, Switch, want
from spendplane.domain.targets import EXEMPT_TAG, Target
from tests.support.builders import budget, envelope, message, record
from tests.support.crashing import MODES, Crash, Tripwire
from tests.support.fleets import ALLOWED, HOSTILE, PROJECT, ROLE, Watch, refusing, staging, target
from tests.support.snapshot import check_books
from tests.support.switch_checks import check_at_rest, check_told_once, heal, standings, switches
from tests.support.world import Process, world_with

DAILY = staging(10, "daily", period=Period.DAILY, on_soft_limit="degrade")
ALL = budget("all", 30, match={"project_id": PROJECT}, mode="enforce", period=Period.TOTAL)
USER = staging(6, "user", per="user_id", period=Period.DAILY)
RAISED, LOWERED = (
    replace(DAILY, limits=Limits(usd=budget(usd=40).limits.usd)),
    replace(ALL, limits=budget(usd=12).limits),
)
DEPLOYMENTS: list[list[Budget]] = [
    [DAILY, ALL, USER],
    [RAISED, ALL, USER],
    [DAILY, LOWERED],
    [replace(DAILY, mode="observe"), ALL, replace(USER, on_hard_limit="notify")],
    [replace(DAILY, on_hard_limit="notify", on_soft_limit="notify"), replace(ALL, mode="observe"), USER],
    [],
]
AGENT, BATCH, CHAT = target("agent"), target("batch", environment="development"), target("chat", VANISHING)
SHARED, LIVE = target("shared", ROLE), target("live", environment="production")
NONE, ELSEWHERE = target("none", environment=...), target("elsewhere", project="x")
STATES = (
    (AGENT, {"a": 5, "b": 7}), (BATCH, {"a": 1}), (CHAT, {"a": 3, "b": 4}), (SHARED, {"allowed": 1}),
    (LIVE, {"a": 9}), (NONE, {"a": 2}), (ELSEWHERE, {"a": 6}),
)  # fmt: skip
CHANGED = (AGENT, BATCH, CHAT)
ENVIRONMENTS = [*ALLOWED, "production", *HOSTILE[:12]]
wires = st.one_of(st.none(), st.tuples(st.integers(0, 40), st.sampled_from(MODES)))


class Plane(RuleBasedStateMachine):
    """Usage, crossings, rounds, deployments, people; the kill switch is cut off anywhere."""

    def __init__(self) -> None:
        super().__init__()
        self.world = world_with(*DEPLOYMENTS[0])
        self.watch, self.number = Watch(self.world), 0
        for item, state in STATES:
            self._add(item, **state)
        self.spend("8", "ann")  # close to every limit: most of what follows matters

    def _add(self, item: Target, **state: int | None) -> None:
        self.world.fleet.add(item, **state)
        self.watch.states[item.key] = dict(state)

    def _kill_switch(self, wire: tuple[int, str] | None, *events: dict[str, Any]) -> None:
        process: Process = self.world.process(Tripwire(*wire).wrap) if wire else self.world.process()
        for event in events:
            try:
                process.orders()(event, self.world.now)
            except (Crash, BusyError):
                return
            except ExceptionGroup as group:
                assert group.subgroup(BusyError) == group, group  # noqa: PT017

    @rule(usd=st.sampled_from(["1", "3", "9"]), user=st.sampled_from(["ann", "ben"]))
    def spend(self, usd: str, user: str) -> None:
        self.number += 1
        fields = {"cost_usd": usd, "user_id": user, "time": self.world.now.isoformat()}
        self.world.deliver(message(record(f"n{self.number}", **fields), received_at=self.world.now))

    @rule(wire=wires, lost=st.booleans())
    def crossings(self, wire: tuple[int, str] | None, lost: bool) -> None:
        said = [i for i in self.world.bus.published[self.world.obeyed :] if i.detail_type == THRESHOLD_CROSSED]
        self.world.obeyed = len(self.world.bus.published)
        if not lost:
            self._kill_switch(wire, *(envelope(item.detail, item.detail_type, "spendplane") for item in said))

    @rule(wire=wires, minutes=st.sampled_from([1, 1, 2, 6]))
    def round(self, wire: tuple[int, str] | None, minutes: int) -> None:
        self.world.now += timedelta(minutes=minutes)
        self._kill_switch(wire, {"command": "reconcile"})

    @rule(hours=st.sampled_from([3, 14]))
    def time_passes(self, hours: int) -> None:
        self.world.now += timedelta(hours=hours)

    @rule()
    def sweep(self) -> None:
        self.world.sweep()
        self.world.notify_all()

    @rule(
        wire=wires,
        of=st.sampled_from(["daily", "all"]),
        hours=st.sampled_from([None, 1]),
        usd=st.sampled_from([None, "5"]),
    )
    def release(self, wire: tuple[int, str] | None, of: str, hours: int | None, usd: str | None) -> None:
        until = (self.world.now + timedelta(hours=hours)).isoformat() if hours else None
        word = {"by": "ann", "reason": "why", "until": until, "extend_usd": usd}
        self._kill_switch(wire, {"command": "release", "budget_id": of, **word})

    @rule(wire=wires, of=st.sampled_from(["daily", "all"]))
    def engage(self, wire: tuple[int, str] | None, of: str) -> None:
        self._kill_switch(wire, {"command": "engage", "budget_id": of, "by": "ben", "reason": "why"})

    @rule(number=st.integers(0, len(DEPLOYMENTS) - 1))
    def deploy(self, number: int) -> None:
        self.world.define(*DEPLOYMENTS[number])

    @rule(of=st.sampled_from(CHANGED), part=st.sampled_from("ab"), value=st.integers(1, 9))
    def somebody_changes(self, of: Target, part: str, value: int) -> None:
        """A part of it, or a deleted one made anew; never turned down."""
        state = self.watch.states[of.key]
        if part in state:
            state[part] = value
        if of.kind == VANISHING:
            self.world.fleet.states[of.key] = dict(state)
        elif part in state:
            self.world.fleet.states[of.key][part] = value

    @rule(of=st.sampled_from([AGENT, BATCH, SHARED]), environment=st.sampled_from(ENVIRONMENTS), exempt=st.booleans())
    def somebody_tags(self, of: Target, environment: str, exempt: bool) -> None:
        more = {EXEMPT_TAG: f"{self.world.now:%Y-%m-%d}"} if exempt else {}
        self.world.fleet.resources[of.arn] = replace(of, tags={**of.tags, "environment": environment, **more})

    @rule(environment=st.sampled_from(ENVIRONMENTS))
    def somebody_adds(self, environment: str) -> None:
        self.number += 1
        self._add(target(f"new-{self.number}", environment=environment), a=self.number)

    @rule(call=st.sampled_from(["throttle", "restore", "none"]))
    def the_account_refuses(self, call: str) -> None:
        refuse, hear = refusing(RefusedError("AccessDenied"), call), self.watch.hear

        def hook(made: str, of: Target) -> None:
            hear(made, of)
            refuse(made, of)

        self.world.fleet.before_call = hook

    @invariant()
    def nothing_forbidden_happens(self) -> None:
        self.watch.check()

    def teardown(self) -> None:
        """Without faults it comes to what the budgets say; without budgets, to what there was."""
        self.the_account_refuses("none")
        heal(self.world, minutes=12)
        self.watch.check()
        check_books(self.world)
        check_at_rest(self.world)
        check_told_once(self.world)
        given_up, wanted = self._given_up(), self._wanted()
        for item in self.world.fleet.resources.values():
            if item.key not in given_up:
                self._is(item, item.key in wanted)
        self.world.define()
        heal(self.world, minutes=8)
        for item in self.world.fleet.resources.values():
            self._is(item, False)
        assert all(not item.held for item in switches(self.world))
        assert standings(self.world, PROJECT) == set()
        self.watch.check()
        check_told_once(self.world)

    def _is(self, item: Target, down: bool) -> None:
        fleet = self.world.fleet
        expected = (
            fleet.actuator(item.kind).throttled(self.watch.states[item.key]) if down else self.watch.states[item.key]
        )
        assert fleet.states.get(item.key) == expected, item.label

    def _given_up(self) -> set[str]:
        """What was turned back on, or refused, too often."""
        grips = self.world.place.connect().switches.grips([item.key for item in self.world.fleet.resources.values()])
        return {
            key
            for key, grip in grips.items()
            if grip.live and grip.attempts >= 3 and grip.phase is not GripPhase.RESTORING
        }

    def _wanted(self) -> set[str]:
        """Whatever a budget over its limit selects, found by looking at every counter: no event is needed."""
        stores, today = self.world.place.connect(), f"{self.world.now:%Y-%m-%d}"
        environments: set[str] = set()
        for of in stores.definitions.deployed().values():
            if of.mode != "enforce" or of.per is not None:
                continue
            window = window_of(of.period, self.world.now)
            for counter in stores.ledger.counters_of(of, window):
                switch = stores.switches.get(counter.ref, Level.THROTTLE) or Switch(counter.ref, Level.THROTTLE)
                if want(of, counter, switch, self.world.now).on:
                    environments |= set(dict(of.match).get("environment", ALLOWED))
        return {
            item.key for item in self.world.fleet.resources.values()
            if item.tags.get("project") == PROJECT and item.tags.get("environment") in environments
            and item.tags.get(EXEMPT_TAG) != today
        }  # fmt: skip


def test_anything_in_any_order() -> None:
    limits = settings(max_examples=150, stateful_step_count=18)
    make: Callable[[], Plane] = Plane
    run_state_machine_as_test(make, settings=limits)  # type: ignore[arg-type]
