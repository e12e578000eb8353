"""Which tags there have to be, and which values they may have."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

ENVIRONMENTS = ("production", "staging", "development", "sandbox", "test")
WORKLOAD_TYPES = ("inference", "training", "embedding")
MANDATORY = ("project", "environment", "cost_center", "workload_type")
MODEL = "model"
"""Mandatory too, where a resource serves one model: see `stacks.tagging.resources`."""
RECOMMENDED = ("team", "owner", "budget_code")
FIXED: Mapping[str, Sequence[str]] = {"environment": ENVIRONMENTS, "workload_type": WORKLOAD_TYPES}
"""The same everywhere: budgets, the event contract and the kill switch compare them exactly."""

Allowed = Sequence[str] | re.Pattern[str]
"""A list of values, or a pattern for the whole value."""
_SHORTEST_PREFIX = 3


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

    def problems(self, tags: Mapping[str, str], mandatory: Collection[str]) -> Iterator[Problem]:
        """What is wrong with these tags, compared exactly, in the order of `mandatory`; then what may have a value
        only from a list, and has another.
        """
        for key in mandatory:
            if not tags.get(key, "").strip():
                yield self._missing(key, tags)
        for key in (*mandatory, *(key for key in self.allowed if key not in mandatory)):
            value = tags.get(key, "")
            if value.strip() and not self._knows(key, value):
                yield self._unknown(key, value)

    def _knows(self, key: str, value: str) -> bool:
        allowed = self.values(key)
        if isinstance(allowed, re.Pattern):
            return allowed.fullmatch(value) is not None
        return allowed is None or value in allowed

    def _missing(self, key: str, tags: Mapping[str, str]) -> Problem:
        alike = next((other for other in tags if other != key and _plain_key(other) == _plain_key(key)), None)
        if alike is None:
            allowed = self.values(key)
            return Problem(key, f"has no tag `{key}`{_choices(allowed)}")
        return Problem(key, f"has a tag `{alike}`: did you mean `{key}`?", nearest(tags[alike], self.values(key)))

    def _unknown(self, key: str, value: str) -> Problem:
        allowed = self.values(key)
        near = nearest(value, allowed)
        hint = f": did you mean `{near}`?" if near else _choices(allowed)
        return Problem(key, f"has a tag `{key}` of unknown value {value!a}{hint}", near)


def nearest(value: str, allowed: Allowed | None) -> str | None:
    """The allowed value that is probably meant; the value itself where any may stand; None when none is near."""
    if allowed is None:
        return value
    plain = _folded(value)
    if isinstance(allowed, re.Pattern):
        return plain if allowed.fullmatch(plain) else None
    by_plain = {_folded(known): known for known in allowed}
    if len(plain) >= _SHORTEST_PREFIX:
        begun = [known for known in by_plain if known.startswith(plain) or plain.startswith(known)]
        if len(begun) == 1:
            return by_plain[begun[0]]
    close = get_close_matches(plain, by_plain, n=1)
    return by_plain[close[0]] if close else None


def _choices(allowed: Allowed | None) -> str:
    if allowed is None:
        return ""
    if isinstance(allowed, re.Pattern):
        return f" (its form: {allowed.pattern})"
    return f" (one of {', '.join(allowed)})"


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _plain_key(key: str) -> str:
    """`Cost-Center`, `costCenter` and `cost center` are one."""
    return re.sub(r"[\s_:-]", "", _folded(key))
