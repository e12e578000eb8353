"""The kill switch of one counter: whether it should be on, judged by level, so that any later look heals a lost one."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from spendplane.domain.alerts import Alert, marker
from spendplane.domain.budgets import Budget
from spendplane.domain.counters import Counter, CounterRef
from spendplane.domain.limits import HARD_PERCENT, Limits, crossed, tightest
from spendplane.domain.money import format_usd
from spendplane.domain.periods import Window
from spendplane.domain.targets import State, Target


class Level(StrEnum):
    """DEGRADE asks those who serve models for cheaper ones; THROTTLE turns targets off. IDLE turns one resource off
    that nobody calls: `idle_policy` says when.
    """

    DEGRADE = "degrade"
    THROTTLE = "throttle"
    IDLE = "idle"


class Phase(StrEnum):
    """DUE: not looked at yet. ANNOUNCED: goes on at `starts_at`. ON: engaged. REFUSED: should be on, may not (or only
    observes). RELEASING: giving back. HELD: off by a person's word although the budget is over. OFF: at rest.
    """

    DUE = "due"
    ANNOUNCED = "announced"
    ON = "on"
    REFUSED = "refused"
    RELEASING = "releasing"
    HELD = "held"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Hold:
    """A person's release: until when (None: the period's end), and how many dollars more are allowed meanwhile."""

    by: str
    reason: str
    until: datetime | None = None
    extend_usd: Decimal | None = None

    def active(self, now: datetime) -> bool:
        """`until` itself is over."""
        return self.until is None or now < self.until

    def end(self, window: Window) -> datetime | None:
        """A hold ends with its period at the latest; None: never."""
        return min((time for time in (self.until, window.end) if time), default=None)


@dataclass(frozen=True, slots=True)
class Order:
    """A person's word that the switch be on for the rest of the period, and over how many targets at most."""

    by: str
    reason: str
    max_targets: int | None = None


def switch_id(ref: CounterRef, level: Level) -> str:
    """`throttle/<budget>/<period>[/<key>]`."""
    return f"{level}/{ref.budget_id}/{ref.code}" + ("" if ref.key is None else f"/{ref.key}")


def parse_switch_id(text: str) -> tuple[CounterRef, Level]:
    """The inverse of `switch_id`. Raises ValueError."""
    parts = text.split("/", 3)
    if len(parts) < 3:
        raise ValueError(f"not the id of a kill switch: {text!r}")
    ref = CounterRef(parts[1], parts[2], parts[3] if len(parts) > 3 else None)
    _ = ref.window  # raises ValueError for what is no period
    return ref, Level(parts[0])


@dataclass(frozen=True, slots=True)
class Switch:
    """What is known of one counter's switch. `generation` grows each time it goes on; `held` are its targets' keys.

    `told` holds marks of what people were told in this generation, `asked` the projects whose standing is set. `turn`
    counts the leases: whoever has an older one can store nothing any more.
    """

    ref: CounterRef
    level: Level
    phase: Phase = Phase.DUE
    generation: int = 0
    reason: str = ""
    since: datetime | None = None
    held: frozenset[str] = frozenset()
    told: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()
    hold: Hold | None = None
    order: Order | None = None
    turn: int = 0
    starts_at: datetime | None = None

    @property
    def id(self) -> str:
        """Names it for people and records."""
        return switch_id(self.ref, self.level)


class GripPhase(StrEnum):
    """ENGAGING: the undo is stored, the action may or may not have happened. RESTORING likewise, on the way back.
    LEFT: a person had changed it, or it had gone: not overwritten.
    """

    ENGAGING = "engaging"
    THROTTLED = "throttled"
    RESTORING = "restoring"
    RESTORED = "restored"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Grip:
    """The undo of one target, stored before the first action, and the switches that keep it down.

    Several budgets may want the same target down; the last one gives it back. `since` is when it was last begun to turn
    it down or to give it back; `attempts` counts what was in vain. `partial`: it was being given back when it was to go
    down again, so a part that is not there may be one that we still owe.
    """

    target: Target
    before: State
    phase: GripPhase
    holders: frozenset[str]
    since: datetime
    attempts: int = 0
    error: str | None = None
    partial: bool = False
    version: int = 0

    @property
    def live(self) -> bool:
        """False when it was given back or left."""
        return self.phase not in {GripPhase.RESTORED, GripPhase.LEFT}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whether the switch is to be on, and why, for people."""

    on: bool
    reason: str
    held: bool = False
    """Off only because a person said so."""
    starts_at: datetime | None = None
    """Off, but to be on from then: people are told before."""
    fell: bool = False
    """Off, below a threshold that was raised: a correction took from the counter. No alert says so a second time."""


def level_of(alert: Alert) -> Level | None:
    """The switch that an alert sets off; None: people are told, no more."""
    budget = alert.budget
    if alert.late:
        return None
    if alert.severity == "hard":
        return Level.THROTTLE if budget.on_hard_limit == "throttle" else None
    return Level.DEGRADE if budget.on_soft_limit == "degrade" else None


def want(budget: Budget | None, counter: Counter, switch: Switch, now: datetime) -> Wanted:
    """By what is true now, not by what happened."""
    window = counter.ref.window
    if window.closed(now):
        return Wanted(on=False, reason=f"the period ended at {window.end:%Y-%m-%d %H:%M} UTC")
    if budget is None or budget.period is not window.period:
        return Wanted(on=False, reason="the budget is not in budgets.yaml any more")
    hold = switch.hold if switch.hold and switch.hold.active(now) else None
    if switch.order and not hold:
        return Wanted(on=True, reason=f"engaged by {switch.order.by}: {switch.order.reason}")
    threshold = _threshold(budget, switch.level)
    if threshold is None:
        return Wanted(on=False, reason="budgets.yaml says to notify only")
    limits = budget.limits
    if not _reached(counter, limits, threshold):
        fell = marker(threshold, budget.revision) in counter.fired
        return Wanted(on=False, reason=f"below {threshold} % of the limit: {_figures(counter, limits)}", fell=fell)
    if hold is None:
        return Wanted(on=True, reason=_figures(counter, limits))
    if hold.extend_usd is not None and _reached(counter, wider := limits.extended(hold.extend_usd), threshold):
        return Wanted(
            on=True,
            reason=f"{_figures(counter, wider)}, the {format_usd(hold.extend_usd)} granted by {hold.by} included",
        )
    end = hold.end(window)
    until = f"until {end:%Y-%m-%d %H:%M} UTC" if end else "for good: this budget's period has no end"
    return Wanted(on=False, reason=f"released by {hold.by} {until}: {hold.reason}", held=True)


def _threshold(budget: Budget, level: Level) -> int | None:
    if level is Level.THROTTLE:
        return HARD_PERCENT if budget.on_hard_limit == "throttle" else None
    soft = [percent for percent in budget.thresholds if percent < HARD_PERCENT]
    return min(soft) if soft and budget.on_soft_limit == "degrade" else None


def _reached(counter: Counter, limits: Limits, threshold: int) -> bool:
    return bool(crossed(counter.spend, limits, (threshold,)))


def _figures(counter: Counter, limits: Limits) -> str:
    closest = tightest(counter.spend, limits)
    if closest is None:
        return "no limit"
    if closest.unit == "usd":
        return f"{format_usd(closest.used)} of {format_usd(closest.limit)} ({closest.percent:,.1f} %)"
    return f"{closest.used:,f} of {closest.limit:,f} {closest.unit} ({closest.percent:,.1f} %)"
