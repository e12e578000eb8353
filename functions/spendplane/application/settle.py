"""Brings one kill switch in line with its budget: on, off, or refused. By level, so that doing it again heals."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from spendplane.application import switch_audit, switch_news
from spendplane.application.hands import HELD, Outcome, Status
from spendplane.application.judge import UNTOLD_AFTER
from spendplane.application.looking import Look, Lookout
from spendplane.application.ports import Announcement, Bus, BusyError, Outbox
from spendplane.application.switches import Standing, Switches
from spendplane.application.throttling import Done, Throttle
from spendplane.domain.counters import CounterRef
from spendplane.domain.plans import Plan, Verdict
from spendplane.domain.switches import Hold, Level, Order, Phase, Switch, Wanted
from spendplane.domain.transitions import NEXT_LOOK, at_rest, due_at, gone_on, leaving, moved, with_word

LEASE = timedelta(seconds=75)
"""Longer than the function may run: whoever died is followed then."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What a look came to."""

    switch: Switch
    wanted: Wanted
    plan: Plan | None = None
    outcomes: tuple[Outcome, ...] = ()


@dataclass(frozen=True, slots=True)
class Settle:
    """Decides for one counter and acts: first it is stored what will be done, then it is done, then it is told."""

    lookout: Lookout
    throttle: Throttle
    switches: Switches
    outbox: Outbox
    bus: Bus

    def __call__(
        self, ref: CounterRef, level: Level, now: datetime, word: Order | Hold | None = None
    ) -> Settled | None:
        """`word` is a person's. None when somebody else is at it. Raises BusyError; the next round goes on."""
        switch = self.switches.lease(ref, level, now, now + LEASE)
        if switch is None:
            return None
        try:
            return self._settle(self.lookout(with_word(switch, word), now))
        except BusyError:
            self.switches.give_back(switch, now + NEXT_LOOK)
            raise

    def _settle(self, look: Look) -> Settled:
        if not look.wanted.on:
            return self._off(look)
        return self._degrade(look) if look.switch.level is Level.DEGRADE else self._on(look)

    def _on(self, look: Look) -> Settled:
        plan, found = self.lookout.plan(look)
        before = look.switch
        going = gone_on(before, plan, look.wanted.reason, look.now)
        if plan.verdict is Verdict.THROTTLE:
            going = replace(going, asked=self._stand(look, look.counter.ref.window.end))
        goal = replace(going, held=before.held | {target.key for target in plan.wanted})
        if not goal.held:
            return self._refused(look, goal, plan, found)
        if goal != before:
            self.switches.note(goal, [switch_audit.decision(look, goal, plan, found)])
        return self._close(look, self.throttle.down(look, goal, plan), plan)

    def _refused(self, look: Look, goal: Switch, plan: Plan, found: Sequence[Any]) -> Settled:
        if not moved(look.switch, goal) and goal.reason == look.switch.reason:
            return self._close(look, Done(goal), plan)
        entry = switch_audit.decision(look, goal, plan, found)
        return self._close(look, Done(goal, (), (entry,), (switch_news.refused(look, goal, plan),)), plan)

    def _degrade(self, look: Look) -> Settled:
        """Nothing is touched: whoever serves models reads the standing, or hears the event."""
        enforced = look.budget is not None and look.budget.mode == "enforce"
        plan = Plan(Verdict.THROTTLE, "") if enforced else Plan(Verdict.OBSERVE, "the budget's mode is observe")
        goal = gone_on(look.switch, plan, look.wanted.reason, look.now)
        if not enforced:
            return self._refused(look, goal, plan, ())
        goal = replace(goal, asked=self._stand(look, look.counter.ref.window.end))
        if not moved(look.switch, goal):
            return self._close(look, Done(goal), plan)
        entry, news = switch_audit.decision(look, goal, plan), switch_news.degrade(look, goal, on=True)
        return self._close(look, Done(goal, (), (entry,), (news,)), plan)

    def _off(self, look: Look) -> Settled:
        before, wanted = look.switch, look.wanted
        if before.phase not in {Phase.ON, Phase.RELEASING} and not before.held:
            goal = at_rest(before, wanted.reason, held=wanted.held)
            entries = (switch_audit.decision(look, goal, None),) if moved(before, goal) else ()
            return self._close(look, Done(goal, (), entries))
        going = leaving(before, wanted.reason)
        if going != before:
            self.switches.note(going, [switch_audit.decision(look, going, None)])
        self._take_back(look)
        outcomes = self.throttle.back(going, before.held, look.now)
        still = frozenset(item.target.key for item in outcomes if item.status in HELD)
        goal = replace(going, held=still) if still else at_rest(going, wanted.reason, held=wanted.held)
        return self._close(look, _released(look, goal, outcomes))

    def _stand(self, look: Look, until: datetime | None) -> frozenset[str]:
        """Asked before the targets are touched. Returns the projects whose model servers were asked."""
        standings = _standings(look, until)
        if look.switch.asked != {item.project for item in standings} or look.switch.phase is not Phase.ON:
            self.switches.stand(standings)
        return frozenset(item.project for item in standings)

    def _take_back(self, look: Look) -> None:
        switch = look.switch
        over = [Standing(name, switch.id, switch.level, {}, look.wanted.reason, look.now) for name in switch.asked]
        self.switches.stand(over)

    def _close(self, look: Look, done: Done, plan: Plan | None = None) -> Settled:
        """Stores the end of the look, and says what is new."""
        fresh = self.switches.save(done.switch, due_at(done.switch, look.now), done.entries, done.news)
        for announcement in fresh:
            self._publish(announcement, look.now)
        return Settled(done.switch, look.wanted, plan, done.outcomes)

    def _publish(self, announcement: Announcement, now: datetime) -> None:
        try:
            self.bus.publish([announcement], now)
        except BusyError:
            return  # stored: the sweep publishes it when it is due
        self.outbox.sent(announcement.id, now + UNTOLD_AFTER)


def _released(look: Look, goal: Switch, outcomes: tuple[Outcome, ...]) -> Done:
    done = [item for item in outcomes if item.status not in HELD]
    stuck = [item for item in outcomes if item.status is Status.ESCALATED]
    news: list[Announcement] = []
    if goal.level is Level.DEGRADE:
        news.append(switch_news.degrade(look, goal, on=False))
    elif done or not goal.held:
        news.append(switch_news.released(look, goal, done))
    if stuck:
        news.append(switch_news.in_vain(look, goal, "escalated", stuck))
    return Done(goal, outcomes, (switch_audit.results(look, goal, outcomes),), tuple(news))


def _standings(look: Look, until: datetime | None) -> list[Standing]:
    budget, ref, switch = look.budget, look.counter.ref, look.switch
    match: dict[str, list[str]] = {name: list(values) for name, values in budget.match} if budget else {}
    if budget and budget.per and ref.key is not None:
        match[budget.per] = [ref.key]
    projects = match.get("project_id", ["*"])
    return [Standing(project, switch.id, switch.level, match, look.wanted.reason, until) for project in projects]
