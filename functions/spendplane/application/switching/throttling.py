"""Turns the targets of one switch down, and says which news that makes."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from spendplane.application.ports import Announcement
from spendplane.application.ports.fleet import Fleet
from spendplane.application.ports.switches import AuditEntry, Switches
from spendplane.application.switching import switch_audit, switch_news
from spendplane.application.switching.hands import HELD, Hands, Outcome, Status
from spendplane.application.switching.looking import Look
from spendplane.domain.plans import Plan
from spendplane.domain.switches import Switch
from spendplane.domain.targets import Target

Run = Callable[[Callable[[Target], Outcome], Iterable[Target]], Iterable[Outcome]]
_QUIET = frozenset({Status.KEPT, Status.ALREADY, Status.GONE, Status.ESCALATED})
"""These repeat with every look; the audit has them once, when people are told."""
_IDLE = "="
_MARKS = {Status.FAILED: "?", Status.ESCALATED: "!", Status.ALREADY: _IDLE, Status.GONE: _IDLE}
"""What stands before a target's key in `Switch.told`: people know this of it. Nothing: that it is down."""
STUCK = "^"
"""Likewise: it could not be given back, so often that a person was called."""


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
        why = {item.target.key: f"; {item.reason}" for item in plan.refused}
        given_back = tuple(
            replace(item, detail=item.detail + why.get(item.target.key, ""))
            for item in self.back(switch, unwanted, look.now)
        )
        still = {item.target.key for item in (*engaged, *given_back) if item.status in HELD}
        return _told(look, replace(switch, held=frozenset(still)), plan, engaged, given_back)

    def back(self, switch: Switch, keys: Iterable[str], now: datetime) -> tuple[Outcome, ...]:
        """What these targets were is theirs again."""
        hands = Hands(self.fleet, self.switches, self.max_attempts)
        targets = [grip.target for _, grip in sorted(self.switches.grips(keys).items())]
        return tuple(self.run(lambda target: hands.release(switch.id, target, now), targets))


def _told(look: Look, switch: Switch, plan: Plan, engaged: Sequence[Outcome], given_back: Sequence[Outcome]) -> Done:
    """Each target is told of once in a generation, and once more when it is given up or given back."""
    fresh = [item for item in engaged if mark(item) not in switch.told]
    stuck = untold_stuck(switch, given_back)
    news = [switch_news.refused(look, switch, plan)] if plan.reason else []
    news += _engaged(look, switch, plan, fresh)
    if stuck:
        news.append(switch_news.stuck(look, switch, stuck))
    lost = [replace(item, status=Status.LEFT) for item in fresh if item.status is Status.GONE and _known(switch, item)]
    if back := [*lost, *(item for item in given_back if item.status not in HELD)]:
        news.append(switch_news.released(look, switch, back))
    keys = switch.held.union(item.target.key for item in engaged)
    known = {f"{kind}{key}" for key in keys for kind in ("", STUCK, *_MARKS.values())} - {i.target.key for i in lost}
    told = (switch.told & known) | {mark(item) for item in fresh} | {STUCK + item.target.key for item in stuck}
    outcomes = (*engaged, *given_back)
    worth = fresh or stuck or any(item.status not in _QUIET for item in outcomes)
    entries = (switch_audit.results(look, switch, outcomes),) if worth else ()
    return Done(replace(switch, told=told), outcomes, entries, tuple(news))


def _engaged(look: Look, switch: Switch, plan: Plan, fresh: Sequence[Outcome]) -> list[Announcement]:
    down = [item for item in fresh if item.status in {Status.THROTTLED, Status.KEPT}]
    failed = [item for item in fresh if item.status is Status.FAILED]
    others = [item for item in fresh if item.status in {Status.ALREADY, Status.GONE} and not _known(switch, item)]
    given_up = [item for item in fresh if item.status is Status.ESCALATED]
    news = []
    if down or (others and not failed):
        news.append(switch_news.engaged(look, switch, plan, [*down, *failed, *others]))
    elif failed:
        news.append(switch_news.in_vain(look, switch, "failed", [*failed, *others]))
    if given_up:
        news.append(switch_news.in_vain(look, switch, "escalated", given_up))
    return news


def _known(switch: Switch, item: Outcome) -> bool:
    """People know that it was down by us."""
    return item.target.key in switch.told


def mark(item: Outcome) -> str:
    """In `Switch.told`: people know that this became of this target."""
    return _MARKS.get(item.status, "") + item.target.key


def idle(switch: Switch, key: str) -> bool:
    """People know that this target was down already, or not there."""
    return _IDLE + key in switch.told


def untold_stuck(switch: Switch, given_back: Iterable[Outcome]) -> list[Outcome]:
    """What could not be given back, and nobody was called for it yet."""
    return [
        item for item in given_back if item.status is Status.ESCALATED and STUCK + item.target.key not in switch.told
    ]
