"""What a missing tag should be, as far as the account itself says so, and how sure that is."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from spendplane.domain.tagging import COST_CENTER_TAG, FIXED, MODEL_TAG, Resource, TagRules, alike_key, nearest
from spendplane.domain.targets import PROJECT_TAG, folded

ENOUGH_SIBLINGS = 2
"""So many tagged resources of one stack have to agree before their word is more than a guess."""
_SETTINGS: Mapping[str, tuple[str, ...]] = {
    PROJECT_TAG: ("PROJECT", "PROJECT_ID"),
    "environment": ("ENVIRONMENT",),
    COST_CENTER_TAG: ("COST_CENTER",),
    "workload_type": ("WORKLOAD_TYPE",),
    MODEL_TAG: ("MODEL", "MODEL_ID"),
}
"""Environment variables of a function that name what the tag names."""


@dataclass(frozen=True, slots=True)
class Clue:
    """One reason for one value. A guess is shown to people, and never acted on."""

    value: str
    because: str
    sure: bool


@dataclass(frozen=True, slots=True)
class Proposal:
    """A value for a tag. None: what speaks for one value contradicts what speaks for another. `sure`: may be set."""

    resource: Resource
    key: str
    value: str | None
    because: str
    sure: bool


class Evidence:
    """All resources together, and the tags of their stacks, by the stack's name."""

    def __init__(self, resources: Iterable[Resource], stacks: Mapping[str, Mapping[str, str]], rules: TagRules) -> None:
        self._stacks, self._rules = stacks, rules
        self._in_stack: dict[str, list[Resource]] = defaultdict(list)
        self._cost_centers: dict[str, set[str]] = defaultdict(set)
        self._known: dict[str, set[str]] = defaultdict(set)
        for resource in resources:
            self._learn(resource)

    def proposals(self, resource: Resource) -> Iterator[Proposal]:
        """For each tag that is missing or wrong and of which something is known. What is in order stays as it is."""
        for problem in self._rules.problems(resource.tags, resource.mandatory):
            clues = [
                clue for clue in self._clues(resource, problem.key) if self._rules.accepts(problem.key, clue.value)
            ]
            if clues:
                yield _concluded(resource, problem.key, clues)

    def _learn(self, resource: Resource) -> None:
        if resource.stack:
            self._in_stack[resource.stack].append(resource)
        good = {key: value for key, value in resource.tags.items() if self._rules.accepts(key, value)}
        for key, value in good.items():
            self._known[key].add(value)
        if PROJECT_TAG in good and COST_CENTER_TAG in good:
            self._cost_centers[good[PROJECT_TAG]].add(good[COST_CENTER_TAG])

    def _clues(self, resource: Resource, key: str) -> Iterator[Clue]:
        yield from self._spelling(resource, key)
        yield from self._stack(resource, key)
        yield from self._siblings(resource, key)
        yield from self._settings(resource, key)
        if key == PROJECT_TAG:
            yield from self._name(resource)
        if key == COST_CENTER_TAG:
            yield from self._project(resource)

    def _spelling(self, resource: Resource, key: str) -> Iterator[Clue]:
        """Sure where nothing but case, width and surrounding space differ."""
        written = key if resource.tags.get(key, "").strip() else alike_key(key, resource.tags)
        if written is None:
            return
        value = resource.tags[written]
        near = nearest(value, self._rules.values(key))
        if near is not None:
            yield Clue(near, f"its tag `{written}` says {value!a}", folded(near) == folded(value))

    def _stack(self, resource: Resource, key: str) -> Iterator[Clue]:
        value = self._stacks.get(resource.stack or "", {}).get(key)
        if value is not None:
            yield Clue(value, f"its stack {resource.stack} carries it", sure=True)

    def _siblings(self, resource: Resource, key: str) -> Iterator[Clue]:
        siblings = [other for other in self._in_stack.get(resource.stack or "", ()) if other.arn != resource.arn]
        values = [other.tags[key] for other in siblings if self._rules.accepts(key, other.tags.get(key, ""))]
        if key == MODEL_TAG:
            return  # a stack may serve several
        for value in sorted(set(values)):
            number = values.count(value)
            said = f"{number} of {len(values)} tagged resources of its stack {resource.stack}"
            yield Clue(value, said, len(set(values)) == 1 and number >= ENOUGH_SIBLINGS)

    def _settings(self, resource: Resource, key: str) -> Iterator[Clue]:
        """Sure where the value is one of a list, or stands on another resource already."""
        for name in _SETTINGS.get(key, ()):
            value = resource.settings.get(name)
            if value is not None:
                known = key in FIXED or value in self._known[key] or key in self._rules.allowed
                yield Clue(value, f"its environment variable {name}", known)

    def _name(self, resource: Resource) -> Iterator[Clue]:
        own = resource.name.rpartition("/")[2]
        fitting = [known for known in self._known[PROJECT_TAG] if own.startswith((f"{known}-", f"{known}_"))]
        if fitting:
            yield Clue(max(fitting, key=len), "its name begins so", sure=False)

    def _project(self, resource: Resource) -> Iterator[Clue]:
        project = resource.tags.get(PROJECT_TAG, "")
        centers = self._cost_centers.get(project, set())
        if len(centers) == 1:
            yield Clue(next(iter(centers)), f"every other resource of project {project}", sure=False)


def _concluded(resource: Resource, key: str, clues: list[Clue]) -> Proposal:
    values = {clue.value for clue in clues}
    if len(values) > 1:
        told = "; ".join(f"{clue.value}: {clue.because}" for clue in clues)
        return Proposal(resource, key, None, f"contradictory: {told}", sure=False)
    because = "; ".join(clue.because for clue in clues)
    return Proposal(resource, key, values.pop(), because, any(clue.sure for clue in clues))
