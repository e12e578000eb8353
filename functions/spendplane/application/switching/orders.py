"""From what the enforce function is asked to a use case, and from its end to an answer in JSON values."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from spendplane.application.ports import BusyError
from spendplane.application.switching.enforce import Enforce
from spendplane.application.switching.hands import Status
from spendplane.application.switching.settle import Settled
from spendplane.application.switching.switch_audit import plan_to_dict
from spendplane.application.switching.words import WordError
from spendplane.contract.commands import Crossed, Engage, Idle, PlanOf, Reconcile, in_utc, parse
from spendplane.contract.envelope import describe
from spendplane.domain.counters import CounterRef
from spendplane.domain.periods import Period, window_of
from spendplane.domain.switches import Hold, Order

Answer = dict[str, Any]
COUNTED = {
    "TargetsThrottled": Status.THROTTLED,
    "TargetsRestored": Status.RESTORED,
    "TargetsFailed": Status.FAILED,
    "TargetsEscalated": Status.ESCALATED,
}
"""The function's figures."""
_HELP = {"plan": "spendplane kill plan", "engage": "spendplane kill engage", "release": "spendplane release"}
"""What people ask, and where its use is told."""


@dataclass(frozen=True, slots=True)
class Orders:
    """`{"ok": true, …}`, or for a person `{"ok": false, "error", "mend"}`.

    An event or a round that could not be carried out raises, so that it is delivered again.
    """

    enforce: Enforce

    def __call__(self, event: dict[str, Any], now: datetime) -> Answer:
        """Raises BusyError and ValidationError where no person waits for the answer."""
        by_person = event.get("command") in _HELP
        try:
            return self._carry_out(event, now)
        except WordError as error:
            return {"ok": False, "error": error.what, "mend": error.mend}
        except ValidationError as error:
            if not by_person:
                raise
            return {"ok": False, "error": describe(error), "mend": f"see {_HELP[event['command']]} --help"}
        except BusyError as error:
            if not by_person:
                raise
            return {"ok": False, "error": str(error), "mend": "try again in a minute; nothing was lost"}

    def _carry_out(self, event: dict[str, Any], now: datetime) -> Answer:
        asked = parse(event)
        match asked:
            case Crossed():
                settled = [] if asked.late else self.enforce.crossed(_ref(asked), hard=_hard(asked), now=now)
            case Reconcile():
                settled = self.enforce.reconcile(now)
            case Idle():
                settled = self.enforce.idle(now)
            case PlanOf():
                look, plan = self.enforce.plan(asked.budget_id, asked.key, now)
                return {
                    "ok": True,
                    "switch_id": look.switch.id,
                    "phase": look.switch.phase.value,
                    "on": look.wanted.on,
                    "reason": look.wanted.reason,
                    "mode": look.budget.mode if look.budget else None,
                    "plan": plan_to_dict(plan),
                }
            case Engage():
                order = Order(asked.by, asked.reason, asked.max_targets)
                settled = [self.enforce.engage(asked.budget_id, asked.key, order, now)]
            case _:
                hold = Hold(asked.by, asked.reason, in_utc(asked.until), asked.extend_usd)
                settled = self.enforce.release(asked.budget_id, asked.key, hold, now)
        return {"ok": True, "switches": [_answer(item) for item in settled], "figures": figures(settled)}


def figures(settled: Iterable[Settled]) -> dict[str, int]:
    """How many targets ended how."""
    statuses = [outcome.status for item in settled for outcome in item.outcomes]
    return {name: statuses.count(status) for name, status in COUNTED.items()}


def _answer(settled: Settled) -> Answer:
    return {
        "switch_id": settled.switch.id,
        "level": settled.switch.level.value,
        "phase": settled.switch.phase.value,
        "on": settled.wanted.on,
        "reason": settled.wanted.reason,
        "plan": plan_to_dict(settled.plan) if settled.plan else None,
        "targets": [outcome.to_dict() for outcome in settled.outcomes],
    }


def _ref(crossed: Crossed) -> CounterRef:
    window = window_of(Period(crossed.period), crossed.period_start)
    return CounterRef(crossed.budget_id, window.code, crossed.key)


def _hard(crossed: Crossed) -> bool:
    return crossed.severity == "hard"


def briefly(answer: Answer) -> dict[str, Sequence[str] | int]:
    """For the log: which switches, and the figures."""
    switches = [f"{item['switch_id']} {item['phase']}" for item in answer.get("switches", ())]
    return {"switches": switches, **answer.get("figures", {})}
