"""Turns the targets of one switch down, and says which news that makes."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from spendplane.application import switch_audit, switch_news
from spendplane.application.fleet import Fleet
from spendplane.application.hands import HELD, Hands, Outcome, Status
from spendplane.application.looking import Look
from spendplane.application.ports import Announcement
from spendplane.application.switches import AuditEntry, Switches
from spendplane.domain.plans import Plan, Verdict
from spendplane.domain.switches import Phase, Switch
from spendplane.domain.targets import Target

Run = Callable[[Callable[[Target], Outcome], Iterable[Target]], Iterable[Outcome]]
_QUIET = frozenset({Status.KEPT, Status.ALREADY, Status.ESCALATED})
"""These repeat with every look; the audit has them once."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a look did: the switch as it is to be stored, entries for the audit, and what to announce."""

    switch: Switch
    outcomes: tuple[Outcome, ...] = ()
    entries: tuple[AuditEntry, ...] = ()
    news: tuple[Announcement, ...] = ()


@dataclass(frozen=True, slots=True)
class Throttle:
    """`run` carries out several actions, perhaps at the same time."""

    fleet: Fleet
    switches: Switches
    max_attempts: int
    run: Run

    def down(self, look: Look, switch: Switch, plan: Plan) -> Done:
        """What the plan wants goes down; what it no longer wants is given back."""
        hands = Hands(self.fleet, self.switches, self.max_attempts)
        engaged = tuple(self.run(lambda target: hands.engage(switch.id, target, look.now), plan.wanted))
        unwanted = look.switch.held - {target.key for target in plan.wanted}
        given_back = self.back(switch, unwanted, look.now)
        still = {item.target.key for item in (*engaged, *given_back) if item.status in HELD}
        return _told(look, replace(switch, held=frozenset(still)), plan, engaged, given_back)

    def back(self, switch: Switch, keys: Iterable[str], now: datetime) -> tuple[Outcome, ...]:
        """What these targets were is theirs again."""
        hands = Hands(self.fleet, self.switches, self.max_attempts)
        targets = [grip.target for _, grip in sorted(self.switches.grips(keys).items())]
        return tuple(self.run(lambda target: hands.release(switch.id, target, now), targets))


def _told(look: Look, switch: Switch, plan: Plan, engaged: Sequence[Outcome], given_back: Sequence[Outcome]) -> Done:
    """Each target is told of once in a generation, and once more when it is given up."""
    down = [item for item in engaged if item.status in {Status.THROTTLED, Status.KEPT}]
    fresh = [item for item in down if item.target.key not in switch.told]
    given_up = [item for item in engaged if item.status is Status.ESCALATED and _mark(item.target) not in switch.told]
    news = [] if plan.verdict is Verdict.THROTTLE else [switch_news.refused(look, switch, plan)]
    if plan.verdict is Verdict.THROTTLE:
        news += _engaged(look, switch, plan, fresh, engaged)
    if given_up:
        news.append(switch_news.in_vain(look, switch, "escalated", given_up))
    if back := [item for item in given_back if item.status not in HELD]:
        news.append(switch_news.released(look, switch, back))
    told = switch.told | {item.target.key for item in fresh} | {_mark(item.target) for item in given_up}
    outcomes = (*engaged, *given_back)
    worth = given_up or any(item.status not in _QUIET for item in outcomes)
    entries = (switch_audit.results(look, switch, outcomes),) if worth else ()
    return Done(replace(switch, told=told), outcomes, entries, tuple(news))


def _engaged(
    look: Look, switch: Switch, plan: Plan, fresh: Sequence[Outcome], engaged: Sequence[Outcome]
) -> list[Announcement]:
    first = switch.generation != look.switch.generation or look.switch.phase is Phase.REFUSED
    failed = [item for item in engaged if item.status is Status.FAILED]
    others = [item for item in engaged if item.status in {Status.ALREADY, Status.GONE}] if first else []
    if fresh or (others and not failed):
        return [switch_news.engaged(look, switch, plan, [*fresh, *failed, *others])]
    return [switch_news.in_vain(look, switch, "failed", failed)] if first and failed else []


def _mark(target: Target) -> str:
    """In `Switch.told`: people know that this one was given up."""
    return f"!{target.key}"
