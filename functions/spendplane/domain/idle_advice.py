"""What to do about an idle resource, and what that saves in a month. Pure, and on purpose simple: a person decides."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from spendplane.domain.idleness import HOUR, HOURS_A_MONTH, Hosting, Judged, Metered, Watched, idle, seconds

WORTH = Decimal("0.1")
"""Less than a tenth of the time idle is no finding."""
KNOWN_AFTER = timedelta(days=3)
"""Before that, a quiet week-end looks like a quiet endpoint: nothing is advised that goes by the clock."""
QUIET_RUN = 6
"""Hours of the day, one after the other, without a call on any day: from so many on a schedule is worth having."""
RARE = Decimal("0.05")
"""Called in fewer of its hours than this: whoever calls so seldom can often wait for the instance."""
_TAIL = Decimal("0.25")
"""Hours: what scales to zero stays for about 15 minutes after the last call."""
_REGULAR = Decimal("0.8")
_DAY = 24


class Advice(StrEnum):
    """`NONE`: not idle enough. `UNKNOWN`: not enough is known of it."""

    NONE = "none"
    UNKNOWN = "unknown"
    DELETE = "delete"
    STOP = "stop"
    SERVERLESS = "serverless"
    ASYNC = "async"
    COMPONENTS = "components with scale to zero"
    OFF_PEAK = "off-peak schedule"


@dataclass(frozen=True, slots=True)
class Advised:
    """`saves_usd` a month of 730 hours, at the pace of the stretch that was judged; None: not known."""

    advice: Advice
    saves_usd: Decimal | None
    why: str


@dataclass(frozen=True, slots=True)
class _Idling:
    """An hour of a part that was idle."""

    hour: datetime
    usd: Decimal
    after_call: bool


def advise(watched: Watched, judged: Judged, start: datetime, end: datetime) -> Advised:
    """From the same hours as `judged`."""
    if judged.hours is None or judged.idle_hours is None:
        return Advised(Advice.UNKNOWN, None, judged.unknown)
    if not judged.hours or judged.idle_hours / judged.hours < WORTH:
        return Advised(Advice.NONE, Decimal(0), "no instances" if not judged.hours else "in use")
    first = min(hour for part in watched.parts for hour, up in part.up.items() if up > 0 and start <= hour < end)
    age = end - max(first, start)
    share = judged.idle_hours / judged.hours
    idling = list(_idling(watched, start, end))
    advice, saved, why = _choose(watched, judged, idling, share, age)
    monthly = sum((item.usd for item in saved), Decimal(0))
    if advice in {Advice.SERVERLESS, Advice.ASYNC, Advice.COMPONENTS}:
        monthly -= sum((item.usd * _TAIL for item in saved if item.after_call), Decimal(0))
    usd = None if judged.usd_idle is None else monthly * HOURS_A_MONTH / (age // HOUR)
    return Advised(advice, usd, why)


def _choose(
    watched: Watched, judged: Judged, idling: list[_Idling], share: Decimal, age: timedelta
) -> tuple[Advice, list[_Idling], str]:
    """What, which of the idle hours it saves, and why."""
    percent = f"{share * 100:.0f} % of its hours idle"
    if watched.hosting is Hosting.NOTEBOOK:
        return Advice.STOP, idling, f"{percent}; stop it when nobody works in it"
    if not judged.calls:
        return Advice.DELETE, idling, f"never called in {age // HOUR:,} hours"
    first, length = _quiet(watched)
    nightly = [item for item in idling if (item.hour.hour - first) % _DAY < length]
    if length >= QUIET_RUN and age >= KNOWN_AFTER and Decimal(len(nightly)) >= _REGULAR * len(idling):
        clock = f"{first:02d}:00 to {(first + length) % _DAY:02d}:00 UTC"
        return Advice.OFF_PEAK, nightly, f"never called from {clock}, on any day"
    if watched.hosting is Hosting.REALTIME and not any(part.accelerated for part in watched.parts):
        return Advice.SERVERLESS, idling, f"{percent}, without GPUs"
    if watched.hosting is Hosting.ASYNC:
        return Advice.ASYNC, idling, f"{percent}: let it scale to zero"
    if watched.hosting is Hosting.COMPONENTS:
        return Advice.COMPONENTS, idling, f"{percent}: let its components scale to zero"
    if 1 - share < RARE:
        return Advice.ASYNC, idling, f"{percent}; if its callers can wait for minutes"
    return Advice.COMPONENTS, idling, percent


def _idling(watched: Watched, start: datetime, end: datetime) -> Iterator[_Idling]:
    for part in watched.parts:
        for hour, up in part.up.items():
            if start <= hour < end and up > 0 and idle(watched, part, hour):
                yield _Idling(hour, _usd(part, up), part.calls.get(hour - HOUR, 0) > 0)


def _usd(part: Metered, up: float) -> Decimal:
    return Decimal(seconds(up)) / 3600 * (part.usd_per_hour or 0)


def _quiet(watched: Watched) -> tuple[int, int]:
    """The longest run of hours of the day (UTC) without a call on any day: its first hour, and its length."""
    called = {hour.hour for part in watched.parts for hour, calls in part.calls.items() if calls > 0}
    runs = [(_run(first, called), -first) for first in range(_DAY) if first not in called]
    length, first = max(runs, default=(0, 0))
    return -first, length


def _run(first: int, called: set[int]) -> int:
    length = 0
    while length < _DAY and (first + length) % _DAY not in called:
        length += 1
    return length
