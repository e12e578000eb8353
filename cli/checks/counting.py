"""Whether the hours of instances are counted: nothing behind, nothing unread, nothing without a price."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cli import output
from cli.checks.finding import Finding, State
from cli.checks.schedules import disabled
from cli.context import Session

if TYPE_CHECKING:
    from spendplane.domain.hours import Running

SCHEDULE = "spendplane-hours"
OVERDUE_AFTER = timedelta(minutes=15)
"""Three rounds: one that failed is made up for by the next."""
_LOG = f"read the log /aws/lambda/{SCHEDULE}; time is caught up by itself, up to 34 days back"
_NAMED = 3


def hours(run: Session) -> Iterator[Finding]:
    """Its schedule is on, its last round saw everything, and everything that it saw has a price."""
    if off := disabled(run, "hours", SCHEDULE):
        yield off
        return
    book, now = run.hours(), run.now()
    rounds = book.last()
    if rounds is None:
        yield Finding("hours", State.WARN, "no round has been made yet", "wait five minutes after the first deployment")
        return
    running = list(book.running([]).values())
    late = now - rounds.last_at
    if late > OVERDUE_AFTER:
        yield Finding("hours", State.FAIL, _behind(running, now, late), _LOG)
    if unpriced := _unpriced(running):
        detail = f"without a price, so in no dollars: {_some(unpriced)}"
        mend = "spendplane prices refresh --region REGION, deploy, then spendplane reprice"
        yield Finding("hours", State.WARN, detail, mend)
    elif late <= OVERDUE_AFTER:
        counted = output.count(len(running), "resource")
        yield Finding("hours", State.OK, f"{counted} counted, the last round {_minutes(late)} ago")


def _behind(running: "Sequence[Running]", now: datetime, late: timedelta) -> str:
    """Rounds that go on without some resources cannot read those; else nothing is counted at all."""
    left = [item for item in running if now - item.covered_to > OVERDUE_AFTER]
    said = f"no round saw everything for {_minutes(late)}"
    if not left or len(left) == len(running):
        return f"{said}: nothing is counted"
    return f"{said}; not counted up to now: {_some(item.arn for item in left)}"


def _unpriced(running: "Iterable[Running]") -> list[str]:
    held = ((item, part.part) for item in running for part in item.held)
    return sorted({f"{part.instance_type} ({item.kind})" for item, part in held if part.usd_per_hour is None})


def _some(names: Iterable[str]) -> str:
    ordered = sorted(names)
    more = len(ordered) - _NAMED
    return ", ".join(ordered[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _minutes(span: timedelta) -> str:
    return output.count(int(span.total_seconds() // 60), "minute")
