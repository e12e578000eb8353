"""Who is called, in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from spendplane.adapters.memory.fleet import VANISHING
from spendplane.domain.idle_policy import Activity, IdlePolicy
from spendplane.domain.targets import Target

COMPONENT = "component"


@dataclass
class MemoryActivities:
    """See `application.switching.idle_looking.Activities`. By ARN: when it was made, and when it was called last."""

    kinds: frozenset[str] = frozenset({VANISHING, COMPONENT})
    created: dict[str, datetime] = field(default_factory=dict)
    called: dict[str, datetime] = field(default_factory=dict)
    unreported: set[str] = field(default_factory=set)
    instances: dict[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    """By type and number."""

    def read(self, targets: Sequence[Target], policy: IdlePolicy, now: datetime) -> Mapping[str, Activity]:
        """See `idle_looking.Activities`."""
        found = {}
        for target in targets:
            if target.arn in self.created:
                last = self.called.get(target.arn)
                calls = 1 if last is not None and last >= now - policy.after else 0
                seen = target.arn not in self.unreported
                runs = self.instances.get(target.arn, ())
                found[target.key] = Activity(
                    self.created[target.arn], up=True, calls=calls, reported=seen, instances=runs
                )
        return found
