"""How a switch goes from one phase into the next, and when somebody should look at it again. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta

from spendplane.domain.plans import Plan, Verdict
from spendplane.domain.switches import Hold, Level, Order, Phase, Switch

NEXT_LOOK = timedelta(seconds=50)
"""A switch that is on, or half-way, is looked at in every minute's round."""
NEXT_LOOK_REFUSED = timedelta(minutes=5)
NEXT_LOOK_IDLE = timedelta(minutes=10)
"""At what is down because nobody calls it: days went by before."""
NEXT_LOOK_IDLE_REFUSED = timedelta(hours=1)
"""Each of these looks asks CloudWatch."""
AT_REST = frozenset({Phase.DUE, Phase.OFF, Phase.HELD, Phase.RELEASING})
"""Going on from these begins a new generation; so does acting after a refusal: whatever it does then is news."""


def with_word(switch: Switch, word: Order | Hold | None) -> Switch:
    """A person's last word counts: an order ends a hold, and the other way round."""
    if isinstance(word, Order):
        return replace(switch, order=word, hold=None)
    return switch if word is None else replace(switch, hold=word, order=None)


def gone_on(switch: Switch, plan: Plan, reason: str, now: datetime) -> Switch:
    """On, or refused by the plan. A switch that is on keeps the reason for which it went on."""
    phase = Phase.ON if plan.verdict is Verdict.THROTTLE else Phase.REFUSED
    reason = reason if phase is Phase.ON else plan.reason
    if switch.phase in AT_REST or (switch.phase, phase) == (Phase.REFUSED, Phase.ON):
        began = switch.generation + 1
        return replace(
            switch, phase=phase, reason=reason, generation=began, since=now, told=frozenset(), starts_at=None
        )
    if switch.phase is Phase.ANNOUNCED:
        return replace(switch, phase=phase, reason=reason, since=now, starts_at=None)
    return switch if switch.phase is phase is Phase.ON else replace(switch, phase=phase, reason=reason)


def announced(switch: Switch, reason: str, starts_at: datetime, now: datetime) -> Switch:
    """It will go on; what follows is of the same generation, so that nothing is done that was not told."""
    if switch.phase is Phase.ANNOUNCED:
        return switch
    return replace(
        switch,
        phase=Phase.ANNOUNCED,
        reason=reason,
        generation=switch.generation + 1,
        since=now,
        told=frozenset(),
        starts_at=starts_at,
    )


def leaving(switch: Switch, reason: str) -> Switch:
    """On the way back, for the reason for which that began; a person's order to be on has ended."""
    reason = switch.reason if switch.phase is Phase.RELEASING else reason
    return replace(switch, phase=Phase.RELEASING, reason=reason, order=None, starts_at=None)


def at_rest(switch: Switch, reason: str, *, held: bool) -> Switch:
    """Off; `held` by a person's word only."""
    phase = Phase.HELD if held else Phase.OFF
    nothing: frozenset[str] = frozenset()
    return replace(
        switch, phase=phase, reason=reason, order=None, held=nothing, told=nothing, asked=nothing, starts_at=None
    )


def moved(before: Switch, after: Switch) -> bool:
    """Worth an entry in the audit."""
    return (before.phase, before.generation) != (after.phase, after.generation)


def due_at(switch: Switch, now: datetime, *, fell: bool = False) -> datetime | None:
    """None: nothing is left to do, until the counter crosses or a person says a word. One that `fell` may cross again
    without a word, because its alert was raised: it is looked at until its period ends.
    """
    if switch.phase is Phase.OFF:
        return now + NEXT_LOOK if fell else None
    if switch.phase is Phase.ANNOUNCED:
        return switch.starts_at
    if switch.phase is Phase.REFUSED and not switch.held:
        return now + (NEXT_LOOK_IDLE_REFUSED if switch.level is Level.IDLE else NEXT_LOOK_REFUSED)
    if switch.phase is Phase.ON and switch.level is Level.IDLE:
        return now + NEXT_LOOK_IDLE
    if switch.phase is Phase.HELD and switch.hold and switch.hold.extend_usd is None:
        return switch.hold.end(switch.ref.window)
    return now + NEXT_LOOK
