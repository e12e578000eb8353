"""The mandatory tags of AI resources, and what is wrong with a resource's. `stacks/tagging` holds the same rules for
what is still to be deployed; a test compares the two.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from spendplane.domain.targets import ENVIRONMENT_TAG, KNOWN_ENVIRONMENTS, PROJECT_TAG, Target, folded, is_own

WORKLOAD_TYPES = ("inference", "training", "embedding")
COST_CENTER_TAG, WORKLOAD_TAG, MODEL_TAG = "cost_center", "workload_type", "model"
MANDATORY = (PROJECT_TAG, ENVIRONMENT_TAG, COST_CENTER_TAG, WORKLOAD_TAG)
FIXED: Mapping[str, Sequence[str]] = {ENVIRONMENT_TAG: KNOWN_ENVIRONMENTS, WORKLOAD_TAG: WORKLOAD_TYPES}
"""The same everywhere: budgets, the event contract and the kill switch compare them exactly."""
STACK_TAG = "aws:cloudformation:stack-name"

Allowed = Sequence[str] | re.Pattern[str]
"""A list of values, or a pattern for the whole value."""
_SHORTEST_PREFIX = 3


@dataclass(frozen=True, slots=True)
class Resource:
    """Something that costs money for AI. `settings` are environment variables of its own, where it has some."""

    kind: str
    arn: str
    name: str
    tags: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    serves_model: bool = False

    @property
    def label(self) -> str:
        """For people: `lambda-function summarise`."""
        return f"{self.kind} {self.name}"

    @property
    def mandatory(self) -> tuple[str, ...]:
        """`model` too, where it serves one."""
        return (*MANDATORY, MODEL_TAG) if self.serves_model else MANDATORY

    @property
    def stack(self) -> str | None:
        """The CloudFormation stack that it is from, by the tag that CloudFormation sets."""
        return self.tags.get(STACK_TAG)

    @property
    def own(self) -> bool:
        """A part of Spendplane, which is no AI workload."""
        return is_own(Target(self.kind, self.arn, self.name, self.tags))


@dataclass(frozen=True, slots=True)
class Problem:
    """A tag that is missing or has an unknown value. `suggestion` is a value for it, where one is near."""

    key: str
    what: str
    suggestion: str | None = None


@dataclass(frozen=True)
class TagRules:
    """`allowed` are the values of `project`, `cost_center` and others: by list or by pattern; without it, any text.

    It may leave out some environments or workload types, but add none. Raises ValueError where it does.
    """

    allowed: Mapping[str, Allowed] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for key, known in FIXED.items():
            given = self.allowed.get(key, known)
            strange = [] if isinstance(given, re.Pattern) else sorted(set(given) - set(known))
            if isinstance(given, re.Pattern | str) or strange:
                raise ValueError(f"`{key}` can only be one of {', '.join(known)}; a list of some of them may be given")

    def values(self, key: str) -> Allowed | None:
        """What a tag may be; None: any text."""
        return self.allowed.get(key, FIXED.get(key))

    def accepts(self, key: str, value: str) -> bool:
        """Compared exactly. An empty value is none."""
        allowed = self.values(key)
        if not value.strip():
            return False
        if isinstance(allowed, re.Pattern):
            return allowed.fullmatch(value) is not None
        return allowed is None or value in allowed

    def problems(self, tags: Mapping[str, str], mandatory: Collection[str]) -> Iterator[Problem]:
        """What is missing, in the order of `mandatory`; then what has an unknown value."""
        for key in mandatory:
            if not tags.get(key, "").strip():
                yield self._missing(key, tags)
        for key in (*mandatory, *(key for key in self.allowed if key not in mandatory)):
            value = tags.get(key, "")
            if value.strip() and not self.accepts(key, value):
                yield self._unknown(key, value)

    def _missing(self, key: str, tags: Mapping[str, str]) -> Problem:
        alike = alike_key(key, tags)
        if alike is None:
            return Problem(key, f"has no tag `{key}`{_choices(self.values(key))}")
        return Problem(key, f"has a tag `{alike}`: did you mean `{key}`?", nearest(tags[alike], self.values(key)))

    def _unknown(self, key: str, value: str) -> Problem:
        near = nearest(value, self.values(key))
        hint = f": did you mean `{near}`?" if near else _choices(self.values(key))
        return Problem(key, f"has a tag `{key}` of unknown value {value!a}{hint}", near)


def nearest(value: str, allowed: Allowed | None) -> str | None:
    """The allowed value that is probably meant; the value itself where any may stand; None when none is near."""
    if allowed is None:
        return value
    plain = folded(value)
    if isinstance(allowed, re.Pattern):
        return plain if allowed.fullmatch(plain) else None
    by_plain = {folded(known): known for known in allowed}
    if len(plain) >= _SHORTEST_PREFIX:
        begun = [known for known in by_plain if known.startswith(plain) or plain.startswith(known)]
        if len(begun) == 1:
            return by_plain[begun[0]]
    close = get_close_matches(plain, by_plain, n=1)
    return by_plain[close[0]] if close else None


def alike_key(key: str, tags: Mapping[str, str]) -> str | None:
    """Another tag that has this name but for its spelling: `Cost-Center`, `costCenter` and `cost center` are one."""
    return next((other for other in tags if other != key and _plain_key(other) == _plain_key(key)), None)


def _choices(allowed: Allowed | None) -> str:
    if allowed is None:
        return ""
    if isinstance(allowed, re.Pattern):
        return f" (its form: {allowed.pattern})"
    return f" (one of {', '.join(allowed)})"


def _plain_key(key: str) -> str:
    return re.sub(r"[\s_:-]", "", folded(key))
