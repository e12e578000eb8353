"""Brings one kill switch in line with its budget: on, off, or refused. By level, so that doing it again heals."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from spendplane.application.alerting.judge import UNTOLD_AFTER
from spendplane.application.ports import Announcement, Bus, BusyError, Outbox
from spendplane.application.ports.switches import Standing, Switches
from spendplane.application.switching import switch_audit, switch_news
from spendplane.application.switching.hands import HELD, Outcome, Status
from spendplane.application.switching.looking import Look, Lookout
from spendplane.application.switching.throttling import STUCK, Done, Throttle, idle, untold_stuck
from spendplane.domain.counters import CounterRef
from spendplane.domain.plans import Plan, Verdict
from spendplane.domain.switches import Hold, Level, Order, Phase, Switch, Wanted
from spendplane.domain.targets import Target
from spendplane.domain.transitions import NEXT_LOOK, announced, at_rest, due_at, gone_on, leaving, moved, with_word

LEASE = timedelta(seconds=75)
"""Longer than the function may run: whoever died is followed then."""
ASKED = "asked"
"""In `Switch.told`: people know that cheaper models are asked for."""


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
            look = self.lookout(self._heeding(switch, word, now), now, word)
            done, plan = self._settle(look)
        except BusyError:
            self.switches.give_back(switch, now + NEXT_LOOK)
            raise
        return self._close(look, done, plan)  # from here on the lease may be somebody else's: it is not given back

    def _heeding(self, switch: Switch, word: Order | Hold | None, now: datetime) -> Switch:
        """What a person said is stored before anything follows from it."""
        if word is None:
            return switch
        heeding = with_word(switch, word)
        self.switches.note(heeding, [switch_audit.word(switch, word, now)])
        return heeding

    def _settle(self, look: Look) -> tuple[Done, Plan | None]:
        if look.wanted.starts_at is not None:
            return self._announce(look, look.wanted.starts_at)
        if not look.wanted.on:
            return self._off(look), None
        return self._degrade(look) if look.switch.level is Level.DEGRADE else self._on(look)

    def _on(self, look: Look) -> tuple[Done, Plan]:
        plan, found = self.lookout.plan(look)
        before = look.switch
        asks = _standings(look) if plan.verdict is Verdict.THROTTLE and before.level is not Level.IDLE else []
        asked = frozenset(item.project for item in asks)
        goal = replace(
            gone_on(before, plan, look.wanted.reason, look.now),
            held=before.held | {target.key for target in plan.wanted},
            asked=before.asked | asked,
        )
        if not goal.held and not goal.asked:
            return _refused(look, goal, plan, found), plan
        if goal != before:
            decided = [] if _seen(before, goal) else [switch_audit.decision(look, goal, plan, found)]
            self.switches.note(goal, decided)
        self._ask(look, asks)
        return self.throttle.down(look, replace(goal, asked=asked), plan), plan

    def _degrade(self, look: Look) -> tuple[Done, Plan]:
        """Nothing is touched: whoever serves models reads the standing, or hears the event."""
        before, acts = look.switch, look.budget is not None and look.budget.mode == "enforce"
        plan = Plan(Verdict.THROTTLE, "") if acts else Plan(Verdict.OBSERVE, "the budget's mode is observe")
        asks = _standings(look) if acts else []
        asked = frozenset(item.project for item in asks)
        goal = replace(gone_on(before, plan, look.wanted.reason, look.now), asked=before.asked | asked)
        if not goal.asked:
            return _refused(look, goal, plan, ()), plan
        if goal != before:
            self.switches.note(goal, [switch_audit.decision(look, goal, plan)])
        self._ask(look, asks)
        news = [] if asks else [switch_news.refused(look, goal, plan)]
        if acts is not (ASKED in goal.told):
            news.append(switch_news.degrade(look, goal, on=acts))
        told = goal.told | {ASKED} if acts else goal.told - {ASKED}
        return Done(replace(goal, asked=asked, told=told), news=tuple(news)), plan

    def _announce(self, look: Look, starts_at: datetime) -> tuple[Done, Plan]:
        """Nothing is touched yet. What could not be done is not announced either."""
        plan, found = self.lookout.plan(look)
        if plan.verdict is not Verdict.THROTTLE:
            return _refused(look, gone_on(look.switch, plan, look.wanted.reason, look.now), plan, found), plan
        goal = announced(look.switch, look.wanted.reason, starts_at, look.now)
        if not moved(look.switch, goal):
            return Done(goal), plan
        entry = switch_audit.decision(look, goal, plan, found)
        return Done(goal, (), (entry,), (switch_news.announced(look, goal, plan),)), plan

    def _off(self, look: Look) -> Done:
        before, wanted = look.switch, look.wanted
        if before.phase not in {Phase.ON, Phase.RELEASING} and not before.held and not before.asked:
            goal = at_rest(before, wanted.reason, held=wanted.held)
            return Done(goal, (), (switch_audit.decision(look, goal, None),) if moved(before, goal) else ())
        going = leaving(before, wanted.reason)
        if going != before:
            self.switches.note(going, [switch_audit.decision(look, going, None)])
        self._ask(look, [])
        outcomes = self.throttle.back(going, before.held, look.now)
        still = frozenset(item.target.key for item in outcomes if item.status in HELD)
        return _released(look, replace(going, held=still, asked=frozenset()), outcomes)

    def _ask(self, look: Look, asks: Sequence[Standing]) -> None:
        """Before targets are touched, and with every look: a crash may have come between. The rest is taken back."""
        switch, projects = look.switch, {item.project for item in asks}
        over = [
            Standing(name, switch.id, switch.level, {}, look.wanted.reason, look.now)
            for name in sorted(switch.asked - projects)
        ]
        if asks or over:
            self.switches.stand([*asks, *over])

    def _close(self, look: Look, done: Done, plan: Plan | None) -> Settled:
        """Stores the end of the look, and says what is new."""
        due = due_at(done.switch, look.now, fell=look.wanted.fell)
        fresh = self.switches.save(done.switch, due, done.entries, done.news)
        for announcement in fresh:
            self._publish(announcement, look.now)
        return Settled(done.switch, look.wanted, plan, done.outcomes)

    def _publish(self, announcement: Announcement, now: datetime) -> None:
        try:
            self.bus.publish([announcement], now)
        except BusyError:
            return  # stored: the sweep publishes it when it is due
        self.outbox.sent(announcement.id, now + UNTOLD_AFTER)


def _seen(before: Switch, goal: Switch) -> bool:
    """All that is new are targets that need nothing: they were down already, or not there, in the last look too."""
    return all(idle(before, key) for key in goal.held - before.held) and replace(goal, held=before.held) == before


def _refused(look: Look, goal: Switch, plan: Plan, found: Sequence[Target]) -> Done:
    if not moved(look.switch, goal) and goal.reason == look.switch.reason:
        return Done(goal)
    entry = switch_audit.decision(look, goal, plan, found)
    return Done(goal, (), (entry,), (switch_news.refused(look, goal, plan),))


def _released(look: Look, going: Switch, outcomes: tuple[Outcome, ...]) -> Done:
    back = [item for item in outcomes if item.status not in HELD]
    stuck = untold_stuck(going, outcomes)
    told = frozenset(STUCK + item.target.key for item in outcomes if item.status is Status.ESCALATED)
    rest = at_rest(going, look.wanted.reason, held=look.wanted.held)
    goal = replace(going, told=told) if going.held else rest
    news: list[Announcement] = []
    if goal.level is Level.DEGRADE:
        news.append(switch_news.degrade(look, goal, on=False))
    elif back or not going.held:
        news.append(switch_news.released(look, goal, back))
    if stuck:
        news.append(switch_news.stuck(look, goal, stuck))
    worth = stuck or not going.held or any(item.status is not Status.ESCALATED for item in outcomes)
    entries = (switch_audit.results(look, goal, outcomes),) if worth else ()
    return Done(goal, outcomes, entries, tuple(news))


def _standings(look: Look) -> list[Standing]:
    budget, ref, switch = look.budget, look.counter.ref, look.switch
    match: dict[str, list[str]] = {name: list(values) for name, values in budget.match} if budget else {}
    if budget and budget.per and ref.key is not None:
        match[budget.per] = [ref.key]
    projects = match.get("project_id", ["*"])
    return [
        Standing(project, switch.id, switch.level, match, look.wanted.reason, ref.window.end) for project in projects
    ]
