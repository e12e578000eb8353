"""Decide, then act: what the kill switch is to do about one counter. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from spendplane.domain.budgets import Budget
from spendplane.domain.counters import Counter
from spendplane.domain.selection import Selection, UnselectableError, selection
from spendplane.domain.targets import Protection, Target, exemption_note, utc_day


class Verdict(StrEnum):
    """THROTTLE: act. OBSERVE: say what would be done. REFUSE: a person has to look; the plan's reason says why."""

    THROTTLE = "throttle"
    OBSERVE = "observe"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A resource that carries the budget's tags and is not touched."""

    target: Target
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be throttled (or would be, as the verdict says), and what is left alone for which reason.

    `reason` says why not all is throttled that may be; empty when it is.
    """

    verdict: Verdict
    reason: str
    targets: tuple[Target, ...] = ()
    refused: tuple[Refusal, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def wanted(self) -> tuple[Target, ...]:
        """What is to be down now."""
        return self.targets if self.verdict is Verdict.THROTTLE else ()


@dataclass(frozen=True, slots=True)
class Bounds:
    """What stands in front of every action. `held`: keys of what is down already; `approved`: a person's own cap;
    `doubt`: why the counter cannot be trusted.
    """

    protection: Protection
    held: Collection[str] = field(default_factory=frozenset)
    approved: int | None = None
    doubt: str | None = None

    @property
    def most(self) -> int:
        """So many targets may be down at once for one counter."""
        return self.approved or self.protection.max_targets


def decide(budget: Budget, counter: Counter, targets: Iterable[Target], now: datetime, bounds: Bounds) -> Plan:
    """The plan for a counter over its limit (whether it is, `switches.want` says).

    A target appears once, whatever was found twice; the order is fixed, so that equal input gives equal plans.
    """
    try:
        chosen = selection(budget, counter.ref.key)
    except UnselectableError as error:
        return Plan(Verdict.REFUSE, str(error))
    allowed, refused = _sorted_out(chosen, targets, bounds.protection, utc_day(now))
    notes = tuple(f"{item.label}: {note}" for item in allowed if (note := exemption_note(item, utc_day(now))))
    if not allowed:
        return Plan(Verdict.REFUSE, _nothing(refused), (), refused, notes)
    if budget.mode != "enforce":
        return Plan(Verdict.OBSERVE, "the budget's mode is observe: nothing is touched", allowed, refused, notes)
    if bounds.doubt:
        return _kept(bounds.doubt, allowed, refused, notes, bounds)
    if len(allowed) > bounds.most:
        reason = f"{len(allowed)} targets are more than the {bounds.most} that may be throttled at once"
        return _kept(reason, allowed, refused, notes, bounds)
    return Plan(Verdict.THROTTLE, "", allowed, refused, notes)


def _sorted_out(
    chosen: Selection, targets: Iterable[Target], protection: Protection, today: date
) -> tuple[tuple[Target, ...], tuple[Refusal, ...]]:
    by_key = {part.key: part for target in targets for part in chosen.narrowed(target)}
    allowed, refused = [], []
    for target in sorted(by_key.values(), key=lambda item: (item.kind, item.key)):
        reason = protection.refusal(target, today)
        if reason is None:
            allowed.append(target)
        else:
            refused.append(Refusal(target, reason))
    return tuple(allowed), tuple(refused)


def _nothing(refused: tuple[Refusal, ...]) -> str:
    if refused:
        return "every resource with its tags is protected, exempt or wrongly tagged"
    return "no resource carries its tags"


def _kept(
    reason: str, allowed: tuple[Target, ...], refused: tuple[Refusal, ...], notes: tuple[str, ...], bounds: Bounds
) -> Plan:
    """Nothing more goes down: too many at once are a sign of wrong tags, and doubtful figures are no reason to act.

    Neither are they one to give anything back: what is down already stays down, until a person releases it.
    """
    kept = tuple(target for target in allowed if target.key in bounds.held)
    if not kept:
        return Plan(Verdict.REFUSE, reason, allowed, refused, notes)
    left = tuple(Refusal(target, reason) for target in allowed if target.key not in bounds.held)
    return Plan(Verdict.THROTTLE, reason, kept, (*refused, *left), notes)
