"""Who a call is for: the contract's names, from the environment, from `instrument` and from `tags`."""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

ENVIRONMENTS = ("production", "staging", "development", "sandbox", "test")
NAMES = (
    "project_id", "user_id", "environment", "department_id", "team", "cost_center", "workload_type", "session_id",
    "baseline_model",
)  # fmt: skip
"""What may be given; the contract has more fields, which the calls themselves tell."""
PREFIX = "SPENDPLANE_"
MAX_LENGTH = 256
UNATTRIBUTED = "unattributed"
"""Project and user of what nobody has put a name to."""
UNKNOWN_ENVIRONMENT = "production"
"""Where nobody said: its spend stays in sight, and the kill switch never touches it."""

Tags = Mapping[str, str]

_REFUSED = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029#\ud800-\udfff]")  # what the contract's identifiers refuse
_current: ContextVar[Tags] = ContextVar("spendplane_tags", default={})  # noqa: B039  # never changed in place


def clean(value: Any) -> str | None:
    """A value as the contract takes it: trimmed, at most 256 characters, `-` for each refused one; None for none."""
    text = _REFUSED.sub("-", str(value).strip())[:MAX_LENGTH].strip() if value is not None else ""
    return text or None


def checked(given: Mapping[str, Any]) -> dict[str, str]:
    """Tags that a person wrote. Raises ValueError for an unknown name or environment; None values are left out."""
    if unknown := given.keys() - set(NAMES):
        raise ValueError(f"unknown tag {', '.join(sorted(unknown))}; known: {', '.join(NAMES)}")
    found = {name: text for name, value in given.items() if (text := clean(value))}
    environment = found.get("environment")
    if environment is not None and environment not in ENVIRONMENTS:
        raise ValueError(f"unknown environment {environment!r}; known: {', '.join(ENVIRONMENTS)}")
    return found


def from_environment(variables: Mapping[str, str] = os.environ) -> dict[str, str]:
    """`SPENDPLANE_PROJECT_ID` and so on. Raises ValueError for an unknown environment."""
    return checked({name: variables.get(PREFIX + name.upper()) for name in NAMES})


@contextmanager
def tags(**values: Any) -> Iterator[None]:
    """Says who the calls inside are for, over what `instrument` and the environment say.

    Holds for the thread or the asyncio task, and for tasks that it starts; blocks may stand in each other. The names
    are those of `NAMES`. Raises ValueError for another name and for an environment that the contract does not know;
    any other value is put into form.
    """
    token = _current.set({**_current.get(), **checked(values)})
    try:
        yield
    finally:
        _current.reset(token)


def current() -> Tags:
    """What the blocks around the caller say."""
    return _current.get()
