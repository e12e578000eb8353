"""The hourly round over what nobody calls: each becomes a kill switch of its own, which does all the rest.

More at once than the switch may touch are a sign of wrong tags or lost metrics: then none is begun with, and a person
is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from spendplane.application.alerting.judge import UNSENT_AFTER
from spendplane.application.ports import BusyError
from spendplane.application.ports.switches import Switches
from spendplane.application.switching import switch_audit, switch_news
from spendplane.application.switching.idle_looking import IdleLookout
from spendplane.application.switching.looking import Look
from spendplane.application.switching.settle import Settle, Settled
from spendplane.domain.counters import Counter
from spendplane.domain.idle_policy import IDLE, key_of, ref_of
from spendplane.domain.plans import Plan, Verdict
from spendplane.domain.switches import Level, Phase, Switch, Wanted
from spendplane.domain.targets import Target

_BEGUN = frozenset({Phase.DUE, Phase.ANNOUNCED, Phase.REFUSED})
"""Announced, or told of in observe mode: so many more may begin as fit under the cap."""


@dataclass(frozen=True, slots=True)
class Reap:
    """Decides for whom a switch begins; the minute's round goes on with it."""

    lookout: IdleLookout
    settle: Settle
    switches: Switches

    def __call__(self, now: datetime) -> list[Settled]:
        """Raises BusyError; the next round goes on."""
        known = {switch.ref.key: switch.phase for switch in self.switches.of_budget(IDLE)}
        idle = self.lookout.idle(now)
        fresh = [target for target, _ in idle.values() if known.get(key_of(target), Phase.OFF) is Phase.OFF]
        begun = sum(phase in _BEGUN for key, phase in known.items() if key is not None)
        if begun + len(fresh) > self.lookout.protection.max_targets:
            self._too_many(fresh, {key: cost for key, (_, cost) in idle.items()}, begun, now)
            return []
        done = [self.settle(ref_of(key_of(target)), Level.IDLE, now) for target in fresh]
        return [settled for settled in done if settled is not None]

    def _too_many(self, fresh: list[Target], costs: Mapping[str, str], begun: int, now: datetime) -> None:
        """Told once a day for each number."""
        policy, most = self.lookout.policy, self.lookout.protection.max_targets
        if policy is None or not fresh:
            return
        number = begun + len(fresh)
        plan = Plan(
            Verdict.REFUSE, f"{number} idle at once are more than the {most} that may be taken down", tuple(fresh)
        )
        switch = Switch(ref_of(None), Level.IDLE, Phase.REFUSED, generation=now.toordinal(), reason=plan.reason)
        wanted = Wanted(on=True, reason="none of them was announced")
        look = Look(policy.budget({}), Counter(switch.ref), switch, wanted, now, costs=costs)
        news = switch_news.refused(look, switch, plan)
        if not self.settle.outbox.add(news, now + UNSENT_AFTER):
            return
        self.switches.record([switch_audit.decision(look, switch, plan, fresh)])
        try:
            self.settle.bus.publish([news], now)
        except BusyError:
            return  # stored: the sweep publishes it when it is due
