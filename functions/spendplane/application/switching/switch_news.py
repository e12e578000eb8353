"""What the kill switch announces, as contract events. Ids are deterministic: the same fact is told once."""

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from hashlib import sha256
from typing import Any

from spendplane.application.ports import Announcement
from spendplane.application.switching.hands import Outcome
from spendplane.application.switching.looking import Look
from spendplane.contract import switch_events as events
from spendplane.domain.limits import tightest
from spendplane.domain.plans import Plan, Verdict
from spendplane.domain.switches import Switch
from spendplane.domain.targets import ENVIRONMENT_TAG, Target

MAX_ENVIRONMENT = 64
"""Characters; a tag takes 256, and an event 256 KB."""
_WIDE = Context(prec=60, rounding=ROUND_HALF_EVEN)


def engaged(look: Look, switch: Switch, plan: Plan, outcomes: Sequence[Outcome]) -> Announcement:
    """These targets are down now; the plan's refusals stand beside them."""
    lines = [*_lines(look, outcomes), *_refused(plan)]
    model = events.KillSwitchEngaged(**_common(look, switch, "engaged", lines, plan.notes, _keys(outcomes)))
    return _announcement(events.ENGAGED, model)


def announced(look: Look, switch: Switch, plan: Plan) -> Announcement:
    """These targets will go down, unless they are called."""
    lines = [*_planned(look, plan), *_refused(plan)]
    common = _common(look, switch, "announced", lines, plan.notes)
    return _announcement(events.ANNOUNCED, events.IdleAnnounced(**common, starts_at=switch.starts_at or look.now))


def refused(look: Look, switch: Switch, plan: Plan) -> Announcement:
    """Nothing (more) is touched: by the mode, or because a person has to look. Another reason is told again."""
    verdict: Any = plan.verdict.value
    lines = [*_planned(look, plan), *_refused(plan)]
    if plan.verdict is Verdict.THROTTLE:  # what is down is kept so; the rest is over the cap
        verdict = Verdict.REFUSE.value
        over = [item.target for item in plan.refused if item.reason == plan.reason]
        lines = [_line(target, "planned", "") for target in over]
        lines += [_line(target, "kept", "") for target in plan.targets]
        lines += [_line(item.target, "refused", item.reason) for item in plan.refused if item.reason != plan.reason]
    common = _common(look, switch, f"refused/{verdict}", lines, plan.notes, _digest(plan.reason))
    return _announcement(
        events.REFUSED,
        events.KillSwitchRefused(**{**common, "reason": f"{plan.reason}; {look.wanted.reason}"}, verdict=verdict),
    )


def in_vain(look: Look, switch: Switch, verdict: str, outcomes: Sequence[Outcome]) -> Announcement:
    """`failed`: not down yet, tried again each minute. `escalated`: left to a person."""
    common = _common(look, switch, f"refused/{verdict}", _lines(look, outcomes), (), _keys(outcomes))
    known: Any = verdict
    return _announcement(events.REFUSED, events.KillSwitchRefused(**common, verdict=known))


def stuck(look: Look, switch: Switch, outcomes: Sequence[Outcome]) -> Announcement:
    """These could not be given back; it is tried on, but a person has to look."""
    common = _common(look, switch, "refused/stuck", _lines(look, outcomes), (), _keys(outcomes))
    return _announcement(events.REFUSED, events.KillSwitchRefused(**common, verdict="stuck"))


def released(look: Look, switch: Switch, outcomes: Sequence[Outcome]) -> Announcement:
    """These targets were given back, or left as somebody set them."""
    common = _common(look, switch, "released", _lines(look, outcomes), (), _keys(outcomes))
    hold = look.switch.hold if look.wanted.held else None
    until = hold.end(look.counter.ref.window) if hold else None
    return _announcement(events.RELEASED, events.KillSwitchReleased(**common, held=look.wanted.held, held_until=until))


def degrade(look: Look, switch: Switch, *, on: bool) -> Announcement:
    """Asked of those who serve models, or taken back."""
    if on:
        return _announcement(
            events.DEGRADE_REQUESTED, events.DegradeRequested(**_common(look, switch, "requested", []))
        )
    return _announcement(events.DEGRADE_ENDED, events.DegradeEnded(**_common(look, switch, "ended", [])))


def _common(
    look: Look,
    switch: Switch,
    what: str,
    lines: Sequence[events.TargetLine],
    notes: Iterable[str] = (),
    about: str = "",
) -> dict[str, Any]:
    ref, budget, counter = look.counter.ref, look.budget, look.counter
    closest = tightest(counter.spend, budget.limits) if budget else None
    window = ref.window
    return {
        "id": f"{switch.id}/g{switch.generation}/{what}" + (f"/{about}" if about else ""),
        "time": look.now,
        "switch_id": switch.id,
        "generation": switch.generation,
        "budget_id": ref.budget_id,
        "key": ref.key,
        "per": budget.per if budget else None,
        "period": window.period.value,
        "period_start": window.start,
        "period_end": window.end,
        "reason": look.wanted.reason,
        "by": look.by,
        "spent_usd": counter.spend.usd,
        "percent": closest.percent.quantize(Decimal("0.01"), context=_WIDE) if closest else None,
        "mode": budget.mode if budget else "observe",
        "owner": budget.owner if budget else None,
        "match": {name: list(values) for name, values in budget.match} if budget else {},
        "targets": list(lines[: events.MAX_TARGETS]),
        "more_targets": max(0, len(lines) - events.MAX_TARGETS),
        "notes": list(notes)[: events.MAX_TARGETS],
    }


def _lines(look: Look, outcomes: Iterable[Outcome]) -> list[events.TargetLine]:
    return [
        _line(item.target, item.status.value, "; ".join(filter(None, (item.detail, look.costs.get(item.target.key)))))
        for item in outcomes
    ]


def _planned(look: Look, plan: Plan) -> list[events.TargetLine]:
    return [_line(target, "planned", look.costs.get(target.key, "")) for target in plan.targets]


def _refused(plan: Plan) -> list[events.TargetLine]:
    return [_line(item.target, "refused", item.reason) for item in plan.refused]


def _line(target: Target, status: Any, detail: str) -> events.TargetLine:
    return events.TargetLine(
        status=status,
        kind=target.kind,
        name=target.name,
        arn=target.arn,
        scope=target.scope,
        environment=target.tags[ENVIRONMENT_TAG][:MAX_ENVIRONMENT] if ENVIRONMENT_TAG in target.tags else None,
        detail=detail[:500],
    )


def _keys(outcomes: Iterable[Outcome]) -> str:
    """Of what became of which target, and on which occasion."""
    return _digest(
        "\n".join(sorted(f"{item.status} {item.target.key} {item.since or ''}".rstrip() for item in outcomes))
    )


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:12]


def _announcement(detail_type: str, detail: events.SwitchEvent) -> Announcement:
    return Announcement(detail.id, detail_type, detail.model_dump(mode="json"))
