"""Time that instances run, in stretches that follow each other without gap or overlap, and what each part of it costs.

What a round saw of a resource holds until the next round sees it. A stretch is stored before it is published, so that
a round that was cut off is repeated to the letter: its records have the same ids and say the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from spendplane.domain.money import EXACT, to_usd

ROUND_EVERY = timedelta(minutes=5)
"""How often somebody looks. What is gone without a word is counted for that long after it was seen last, at most."""
LOOKS_BACK = timedelta(days=34)
"""No further: usage is accepted for 35 days, and a day is left for its way to the ledger."""
_HOUR = timedelta(hours=1)
_SECONDS = Decimal(3600)
_WIDE = EXACT.copy()
_WIDE.clear_traps()


@dataclass(frozen=True, slots=True)
class Part:
    """Equal instances of a resource, such as a variant of an endpoint. `usd_per_hour` is one's; None: not known."""

    name: str
    instance_type: str
    count: int
    usd_per_hour: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A part that has been as it is since then."""

    part: Part
    since: datetime

    def usd(self, start: datetime, end: datetime) -> Decimal | None:
        """What the time between costs: a difference of sums since `since`, so that no rounding adds up."""
        if self.part.usd_per_hour is None:
            return None
        return EXACT.subtract(self._sum(end), self._sum(start))

    def _sum(self, until: datetime) -> Decimal:
        seconds = (until - self.since) // timedelta(seconds=1)
        product = EXACT.multiply(
            EXACT.multiply(self.part.usd_per_hour or Decimal(0), Decimal(self.part.count)), seconds
        )
        return to_usd(_WIDE.divide(product, _SECONDS))


@dataclass(frozen=True, slots=True)
class Sight:
    """What a round saw of a resource. `parts` run now.

    `started_at`: since when they do, for a resource that is seen first. `changed_at` and `stopped_at`: when it became
    as it is, and when it stopped, where the service tells. `over`: it will never run again.
    """

    arn: str
    kind: str
    name: str
    created_at: datetime
    parts: tuple[Part, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    started_at: datetime | None = None
    changed_at: datetime | None = None
    stopped_at: datetime | None = None
    over: bool = False

    @property
    def id(self) -> str:
        """Of this resource, and not of a later one with the same name."""
        return f"{self.arn}|{self.created_at.astimezone(UTC).isoformat()}"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Time to publish: from `start` up to, and without, `end`."""

    start: datetime
    end: datetime
    held: tuple[Held, ...]
    attributes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Running:
    """A resource whose hours are counted. Everything before `covered_to` is published, `pending` perhaps not yet."""

    id: str
    arn: str
    kind: str
    name: str
    covered_to: datetime
    held: tuple[Held, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    pending: Stretch | None = None
    over: bool = False
    version: int = 0

    @property
    def settled(self) -> "Running":
        """As it is once `pending` is published."""
        return replace(self, pending=None, version=self.version + 1)


@dataclass(frozen=True, slots=True)
class Slice:
    """A record's worth: one part, within one hour of the UTC clock, and so within one day and month."""

    held: Held
    start: datetime
    end: datetime


def slices(stretch: Stretch) -> Iterator[Slice]:
    """The stretch by part and UTC hour. Parts without instances have none."""
    for held in stretch.held:
        start = stretch.start
        while held.part.count and start < stretch.end:
            end = min(stretch.end, start.replace(minute=0, second=0, microsecond=0) + _HOUR)
            yield Slice(held, start, end)
            start = end


def first(sight: Sight, begun_at: datetime, now: datetime) -> Running:
    """A resource seen for the first time: counted from its start, but never from before the counting itself began."""
    earliest = max(begun_at, now - LOOKS_BACK)
    end = sight.stopped_at if sight.over and sight.stopped_at else now
    start = min(max(second(sight.started_at or sight.created_at), earliest), max(second(end), earliest))
    return Running(sight.id, sight.arn, sight.kind, sight.name, start, _hold((), sight.parts, start), sight.attributes)


def advance(running: Running, sight: Sight | None, now: datetime) -> Running | None:
    """The next stretch as far as it is known, pending; None when there is nothing to count or to keep.

    `sight` None: it is not there any more. Raises ValueError while a stretch is pending.
    """
    if running.pending is not None:
        raise ValueError(f"{running.id}: publish what is pending first")
    if running.over and sight is not None and not sight.over:
        running = _seen_again(running, sight, now)
    if running.over or now <= running.covered_to:
        return None
    if sight is None:
        sight = _gone(running, min(now, running.covered_to + ROUND_EVERY))
    stop, begin = _turn(running, sight, now)
    held = () if sight.over else _hold(running.held, sight.parts, begin, unbroken=stop == begin)
    attributes = sight.attributes or running.attributes
    start = max(running.covered_to, now - LOOKS_BACK)
    stretch = Stretch(start, stop, running.held, attributes)
    pending = stretch if any(slices(stretch)) else None
    if pending is None and not sight.over and held == running.held:
        return None
    return replace(
        running,
        covered_to=stop if sight.over else begin,
        held=held,
        attributes=attributes,
        pending=pending,
        over=sight.over,
        version=running.version + 1,
    )


def forgone(running: Running, now: datetime) -> timedelta:
    """The time that is too long ago to be counted any more."""
    return max(now - LOOKS_BACK - running.covered_to, timedelta()) if running.held else timedelta()


def second(time: datetime) -> datetime:
    """The whole second, UTC: what AWS bills by."""
    return time.astimezone(UTC).replace(microsecond=0)


def _turn(running: Running, sight: Sight, now: datetime) -> tuple[datetime, datetime]:
    """Until when what was held ran, and from when what is seen does."""
    if sight.stopped_at is not None:
        stop = min(max(second(sight.stopped_at), running.covered_to), now)
        return stop, now
    changed = None if sight.changed_at is None else second(sight.changed_at)
    same = tuple(held.part for held in running.held) == sight.parts
    if same or changed is None or not running.covered_to < changed < now:
        return now, now
    return changed, changed


def _hold(
    held: tuple[Held, ...], parts: tuple[Part, ...], since: datetime, *, unbroken: bool = True
) -> tuple[Held, ...]:
    before = {item.part: item for item in held} if unbroken else {}
    return tuple(before.get(part, Held(part, since)) for part in parts if part.count)


def _seen_again(running: Running, sight: Sight, now: datetime) -> Running:
    """What was taken for gone and is there never went: a list may show less than there is for a while. It ran on since
    then as it is seen now, or since it became so.
    """
    changed = running.covered_to if sight.changed_at is None else second(sight.changed_at)
    since = max(running.covered_to, min(changed, now))
    return replace(running, covered_to=since, held=_hold((), sight.parts, since), over=False)


def _gone(running: Running, stopped_at: datetime) -> Sight:
    created = datetime.fromisoformat(running.id.rpartition("|")[2])
    return Sight(running.arn, running.kind, running.name, created, stopped_at=stopped_at, over=True)
