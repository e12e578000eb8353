"""Which resources a budget is about: its selector in the words of resource tags."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from spendplane.domain.budgets import NO_VALUE, Budget
from spendplane.domain.targets import ENVIRONMENT_TAG, KNOWN_ENVIRONMENTS, PROJECT_TAG, Target

TAG_OF = {
    "project_id": PROJECT_TAG,
    "environment": ENVIRONMENT_TAG,
    "department_id": "department",
    "team": "team",
    "cost_center": "cost_center",
    "workload_type": "workload_type",
    "model": "model",
}
"""The resource tag that says what an attribute of an event says."""
SHARED_ROLE = "bedrock-role"
"""The one kind of target of which a part belongs to one person: a session on it."""


class UnselectableError(Exception):
    """Tags cannot say what this budget selects; the text says which part of it."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Tags with their permitted values; `sessions` narrows to these people's sessions on shared roles."""

    tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    regions: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()

    @property
    def search(self) -> dict[str, Sequence[str]]:
        """What to look for: any environment, so that a resource whose environment is missing or odd is seen as well."""
        wanted: dict[str, Sequence[str]] = dict(self.tags)
        wanted.pop(ENVIRONMENT_TAG, None)
        return {PROJECT_TAG: (), **wanted}

    def narrowed(self, target: Target) -> tuple[Target, ...]:
        """What of the target the budget is about: all, its people's sessions, or nothing.

        An environment that is no known one passes: whoever decides refuses it, with a word.
        """
        if any(target.tags.get(tag) not in values for tag, values in self.tags.items() if tag != ENVIRONMENT_TAG):
            return ()
        environment, wanted = target.tags.get(ENVIRONMENT_TAG), self.tags.get(ENVIRONMENT_TAG)
        if wanted and environment in KNOWN_ENVIRONMENTS and environment not in wanted:
            return ()
        if self.regions and target.region not in self.regions:
            return ()
        if not self.sessions:
            return (target,) if target.scope is None else ()
        if target.kind != SHARED_ROLE:
            return ()
        if target.scope is not None:
            return (target,) if target.scope in self.sessions else ()
        return tuple(replace(target, scope=session) for session in self.sessions)


def selection(budget: Budget, key: str | None) -> Selection:
    """Raises UnselectableError for a budget over what no tag says, such as a provider."""
    wanted = dict(budget.match)
    if budget.per is not None:
        if key is None or key == NO_VALUE:
            raise UnselectableError(f"this is the spend of events without `{budget.per}`: nobody's resources")
        wanted[budget.per] = (key,)
    tags = {TAG_OF[name]: values for name, values in wanted.items() if name in TAG_OF}
    rest = [name for name in wanted if name not in TAG_OF and name not in {"user_id", "region"}]
    if rest:
        raise UnselectableError(f"it selects by `{rest[0]}`, which no resource tag says")
    return Selection(tags, wanted.get("region", ()), wanted.get("user_id", ()))
