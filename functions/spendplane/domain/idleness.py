"""Which hours of an instance were idle, and what they cost. Pure.

An hour in which an instance of an endpoint was provisioned and nobody called it is idle. A notebook has no calls: its
hour is idle when its processors, and its GPUs where it reports some, were used less than `NOTEBOOK_BUSY_PERCENT`.
Instances are counted by what they reported to CloudWatch. What reported nothing is unknown, never $0.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

HOUR = timedelta(hours=1)
HOURS_A_MONTH = 730
"""As on AWS's price pages."""
NOTEBOOK_BUSY_PERCENT = 5.0
"""A kernel that waits uses one or two percent; one that computes uses at least one core."""
_ACCELERATED = re.compile(r"ml\.(g|p|inf|trn)\d", re.ASCII)

Series = Mapping[datetime, float]
"""Values by the beginning of their hour (UTC)."""


class Hosting(StrEnum):
    """How the instances serve."""

    REALTIME = "realtime"
    COMPONENTS = "components"
    ASYNC = "async"
    SERVERLESS = "serverless"
    NOTEBOOK = "notebook"


@dataclass(frozen=True, slots=True)
class Metered:
    """Equal instances of a resource: a variant, or a notebook's one. `now` of them are provisioned now.

    `up` are instance-hours in each hour, `calls` calls, `cpu` and `gpu` percent on average (of an endpoint: summed over
    the cores or GPUs of an instance, as CloudWatch does). `usd_per_hour` is one instance's; None: not known.
    """

    name: str
    instance_type: str
    now: int = 0
    usd_per_hour: Decimal | None = None
    up: Series = field(default_factory=dict)
    calls: Series = field(default_factory=dict)
    cpu: Series = field(default_factory=dict)
    gpu: Series = field(default_factory=dict)

    @property
    def accelerated(self) -> bool:
        """On GPUs, or on AWS's own accelerators."""
        return _ACCELERATED.match(self.instance_type) is not None


@dataclass(frozen=True, slots=True)
class Watched:
    """An endpoint or a notebook with what CloudWatch has of it. `idle_cost_unknown` says why idling has no price."""

    arn: str
    kind: str
    name: str
    hosting: Hosting
    created_at: datetime
    tags: Mapping[str, str] = field(default_factory=dict)
    parts: tuple[Metered, ...] = ()
    idle_cost_unknown: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """A stretch of time. None: not known, and `unknown` says why.

    `hours` and `idle_hours` are instance-hours; `calls` None is a notebook's. `cpu` and `gpu` are averages over the
    hours that have some.
    """

    hours: Decimal | None
    idle_hours: Decimal | None
    calls: int | None
    usd_idle: Decimal | None
    cpu: float | None = None
    gpu: float | None = None
    unknown: str = ""


def whole_hour(time: datetime) -> datetime:
    """Its hour's beginning, UTC: the hour that runs is not judged."""
    return time.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def idle(watched: Watched, part: Metered, hour: datetime) -> bool | None:
    """Of an hour in which the part was provisioned; None: nothing tells."""
    if watched.hosting is not Hosting.NOTEBOOK:
        return part.calls.get(hour, 0) <= 0
    used = [series[hour] for series in (part.cpu, part.gpu) if hour in series]
    return max(used) < NOTEBOOK_BUSY_PERCENT if used else None


def judge(watched: Watched, start: datetime, end: datetime) -> Judged:
    """The hours from `start` up to, and without, `end`; both whole."""
    calls = None if watched.hosting is Hosting.NOTEBOOK else round(sum(_values(watched, "calls", start, end)))
    if watched.hosting is Hosting.SERVERLESS:
        usd = None if watched.idle_cost_unknown else Decimal(0)
        return Judged(Decimal(0), Decimal(0), calls, usd, unknown=watched.idle_cost_unknown)
    cpu, gpu = (_mean(_values(watched, name, start, end)) for name in ("cpu", "gpu"))
    if silent := [part for part in watched.parts if part.now and not part.up]:
        why = f"no metrics in CloudWatch, although {silent[0].name} has instances"
        return Judged(None, None, calls, None, cpu, gpu, why)
    hours = Decimal(sum(map(seconds, _values(watched, "up", start, end)))) / 3600
    spans = [(part, idle_hours(watched, part, start, end)) for part in watched.parts]
    if any(span is None for _, span in spans):
        why = "no utilisation in CloudWatch: its hours are known, not whether it was used"
        return Judged(hours, None, calls, None, cpu, gpu, why)
    idled = sum((span for _, span in spans if span), Decimal(0))
    usd, why = _cost([(part, span or Decimal(0)) for part, span in spans])
    return Judged(hours, idled, calls, usd, cpu, gpu, why)


def idle_hours(watched: Watched, part: Metered, start: datetime, end: datetime) -> Decimal | None:
    """Instance-hours; None when it was up in an hour of which nothing tells whether it was used."""
    found = 0
    for hour, up in part.up.items():
        if start <= hour < end and up > 0:
            idled = idle(watched, part, hour)
            if idled is None:
                return None
            found += seconds(up) if idled else 0
    return Decimal(found) / 3600


def _cost(spans: Iterable[tuple[Metered, Decimal]]) -> tuple[Decimal | None, str]:
    usd = Decimal(0)
    for part, hours in spans:
        if hours and part.usd_per_hour is None:
            return None, f"no price for {part.instance_type} (spendplane prices refresh)"
        usd += hours * (part.usd_per_hour or 0)
    return usd, ""


def _values(watched: Watched, name: str, start: datetime, end: datetime) -> list[float]:
    series: list[Series] = [getattr(part, name) for part in watched.parts]
    return [value for each in series for hour, value in each.items() if start <= hour < end]


def seconds(hours: float) -> int:
    """Whole ones, so that sums are exact."""
    return round(hours * 3600)


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
