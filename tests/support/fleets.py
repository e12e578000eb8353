"""Fleets in memory: short ways to make resources, and a watch over everything that the kill switch does to them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from spendplane.adapters.memory.fleet import VANISHING, MemoryFleet
from spendplane.domain.budgets import Budget
from spendplane.domain.targets import EXEMPT_TAG, KNOWN_ENVIRONMENTS, Target
from tests.support.builders import budget
from tests.support.world import World

PROJECT = "marketing-gen-v1"
"""As `builders.record` says."""
PROTECTED = ("production",)
ALLOWED = tuple(name for name in KNOWN_ENVIRONMENTS if name not in PROTECTED)
FUNCTION, ROLE = "lambda-function", "bedrock-role"
HOSTILE = (
    "Production", "production ", " production", "prod", "PRODUCTION", "ｐｒｏｄｕｃｔｉｏｎ", "prоduction", "stаging",
    "staging ", " staging", "Staging", "STAGING", "ｓｔａｇｉｎｇ", "sta\u200dging", "staging\u200b", "\ufeffstaging",
    "stagi\u0301ng", "stag\u00adng", "ſtaging", "staging\n", "staging\x00", "staging,test", "*", "", " ", "None", "dev",
    "qa", "te\u0301st", "𝐭𝐞𝐬𝐭", "test\u2060",
)  # fmt: skip
"""Values of the tag `environment` that are no environment, however they look."""


def target(name: str = "summarise", kind: str = FUNCTION, *, exempt: Any = ..., **tags: Any) -> Target:
    """A staging resource of the project; a tag that is `...` is left out."""
    base = {"project": PROJECT, "environment": "staging", EXEMPT_TAG: exempt, **tags}
    service, region = ("iam", "") if kind == ROLE else ("lambda", "us-east-1")
    arn = f"arn:aws:{service}:{region}:123456789012:{kind}/{name}"
    return Target(kind, arn, name, {key: value for key, value in base.items() if value is not ...})


def staging(usd: str | int | None = 10, budget_id: str = "staging", **fields: Any) -> Budget:
    """A budget in mode enforce over the project's staging."""
    match = {"project_id": PROJECT, "environment": "staging"}
    return budget(budget_id, usd, **{"match": match, "mode": "enforce", **fields})


def is_down(fleet: MemoryFleet, kind: str, key: str) -> bool:
    """Turned down in every part, or taken away."""
    state = fleet.states.get(key)
    return state is None if kind == VANISHING else state is not None and not any(state.values())


@dataclass(slots=True)
class Watch:
    """Hears of every call that changes something: never on what is protected, never without a stored undo."""

    world: World
    broken: list[str] = field(default_factory=list)
    states: dict[str, dict[str, int | None]] = field(default_factory=dict)
    """What each target was when it was made or last changed by a person."""

    def __post_init__(self) -> None:
        self.world.fleet.before_call = self.hear

    def hear(self, call: str, target: Target) -> None:
        """For `MemoryFleet.before_call`."""
        if call == "observe":
            return
        tags = self.world.fleet.resources[target.arn].tags
        grip = self.world.place.connect().switches.grips([target.key]).get(target.key)
        if grip is None or not grip.live:
            self.broken.append(f"I5: {call} of {target.label} without a stored undo")
        if call != "throttle":
            return
        if tags.get("environment") not in ALLOWED or not tags.get("project", "").strip():
            self.broken.append(f"I4: {target.label} with {dict(tags)}")
        if grip and target.key in self.states and grip.before != self.states[target.key]:
            self.broken.append(f"I5: the undo of {target.label} is {grip.before}, was {self.states[target.key]}")

    def check(self) -> None:
        """Nothing forbidden was heard."""
        assert self.broken == []


def refusing(error: Exception, *calls: str, of: Target | None = None) -> Callable[[str, Target], None]:
    """A hook for `MemoryFleet.before_call`: these calls (of this target) are answered with an error."""

    def hook(call: str, target: Target) -> None:
        if call in calls and of in (None, target):
            raise error

    return hook
