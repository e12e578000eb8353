"""Accounts in memory for the idle report: endpoints whose hours are written down."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from spendplane.application.idle.idle_report import Found, IdleAudit, Progress
from spendplane.contract.instance_prices_file import Use
from spendplane.domain.idleness import HOUR, Hosting, Metered, Watched
from tests.support.builders import NOW

GPU, CPU = "ml.g5.xlarge", "ml.m5.xlarge"
PRICES = {GPU: Decimal("1.4084"), CPU: Decimal("0.23")}
END = NOW.replace(minute=0, second=0, microsecond=0)


def series(hours: int, value: Callable[[datetime], float | None], end: datetime = END) -> dict[datetime, float]:
    """The last so many hours; None leaves one out."""
    times = [end - number * HOUR for number in range(hours, 0, -1)]
    return {time: found for time in times if (found := value(time)) is not None}


def variant(hours: int, busy: Iterable[int] = (), **changes: object) -> Metered:
    """One GPU that was up for so many hours and called in these hours of the day."""
    chosen = set(busy)
    base: dict[str, object] = {
        "name": "all",
        "instance_type": GPU,
        "now": 1,
        "usd_per_hour": PRICES[GPU],
        "up": series(hours, lambda _: 1.0),
        "calls": series(hours, lambda time: 5.0 if time.hour in chosen else 0.0),
        "cpu": series(hours, lambda _: 2.0),
        "gpu": series(hours, lambda _: 1.0),
    }
    return Metered(**{**base, **changes})  # type: ignore[arg-type]


def watched(*parts: Metered, hosting: Hosting = Hosting.REALTIME, name: str = "summaries", **tags: str) -> Watched:
    """An endpoint of the project's staging, or a notebook."""
    kind = "sagemaker-notebook" if hosting is Hosting.NOTEBOOK else "sagemaker-endpoint"
    arn = f"arn:aws:sagemaker:us-east-1:123456789012:{kind.removeprefix('sagemaker-')}/{name}"
    labels = {"project": "marketing-gen-v1", "environment": "staging", **tags}
    return Watched(arn, kind, name, hosting, NOW - timedelta(days=90), labels, parts)


@dataclass(slots=True)
class MemoryAccount:
    """See `idle_report.Account`: `resources` as they are measured."""

    resources: Sequence[Watched] = ()
    unread: Mapping[str, str] = field(default_factory=dict)

    def found(self, progress: Progress) -> Found:
        """See `idle_report.Account`."""
        progress()
        return Found(tuple(self.resources), self.unread)

    def batches(self, resources: Sequence[Watched]) -> int:
        """See `idle_report.Account`."""
        return 1 if resources else 0

    def measured(
        self, resources: Sequence[Watched], start: datetime, end: datetime, progress: Progress
    ) -> tuple[Watched, ...]:
        """See `idle_report.Account`; more than was asked for, which nobody may count."""
        assert start < end
        progress()
        return tuple(resources)


class Prices:
    """See `hours.InstancePrices`."""

    def usd_per_hour(self, region: str, use: Use, instance_type: str) -> Decimal | None:  # noqa: ARG002  # the port's
        """The same everywhere."""
        return PRICES.get(instance_type)


def audit_of(*resources: Watched, **unread: str) -> IdleAudit:
    """Over these."""
    return IdleAudit(MemoryAccount(resources, unread), Prices())
