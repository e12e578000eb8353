"""What a check finds."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cli.context import Session
from cli.errors import explained


class State(StrEnum):
    """`warn` works, but somebody should look; `skip` could not be looked at because of an earlier failure."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's report; the mend is a command where there is one."""

    check: str
    state: State
    detail: str
    mend: str = ""


Check = Callable[[Session], Iterable[Finding]]


def guarded(name: str, check: Check, run: Session) -> Iterator[Finding]:
    """The check's findings; what it cannot ask is a failure of its own. Defects are raised."""
    try:
        yield from list(check(run))
    except Exception as error:
        failure = explained(error, run.settings)
        if failure is None:
            raise
        yield Finding(name, State.FAIL, failure.what, failure.mend)


def names(found: Iterable[dict[str, Any]], field: str) -> list[str]:
    """That field of every element."""
    return [str(item[field]) for item in found]
