"""Counters recomputed from the ledger: the audit of the books, and the mend of a difference."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial

from spendplane.application.alerting.judge import Judge
from spendplane.application.ports import Ledger
from spendplane.application.ports.retry import Retry
from spendplane.domain.counters import Counter, CounterRef, Increment
from spendplane.domain.ledger import RETENTION
from spendplane.domain.money import EXACT

MAX_PASSES = 3
"""Over counters that grow while the rows are read."""
Live = dict[CounterRef, Counter]


@dataclass(frozen=True, slots=True)
class Difference:
    """Live minus ledger would be `-missing`: what must be added to the counter to agree with its rows."""

    ref: CounterRef
    live: Counter
    missing: Increment


@dataclass(frozen=True, slots=True)
class RebuildReport:
    """`unverifiable` counters began before the oldest row that the ledger still keeps (45 days); `moving` ones grew in
    every pass, so that what is on its way cannot be told from what is missing. Periods of `current` ones run.
    """

    rows: int
    counters: int
    ledger_usd: Decimal
    differences: tuple[Difference, ...]
    unverifiable: tuple[CounterRef, ...]
    moving: tuple[CounterRef, ...] = ()
    current: tuple[CounterRef, ...] = ()


@dataclass(frozen=True, slots=True)
class MendReport:
    """`outrun` differences were mended by somebody else since they were seen: nothing was added."""

    fixed: int
    outrun: int
    alerts: int


@dataclass(frozen=True, slots=True)
class _Sums:
    """What the rows sum to: in all, and by counter."""

    rows: int
    usd: Decimal
    by_ref: dict[CounterRef, Increment]


@dataclass(frozen=True, slots=True)
class Rebuild:
    """Reads the whole ledger. A counter changes with each of its rows, in one transaction: so one that is the same
    before and after the rows were read had exactly these rows, and its difference is real.
    """

    ledger: Ledger

    def __call__(self, now: datetime, progress: Callable[[], None] = lambda: None) -> RebuildReport:
        """Compares; changes nothing. Reads anew, MAX_PASSES times in all, where counters grew meanwhile."""
        live = self._live()
        sums = self._sums(progress)
        wrong, unverifiable = _compare(live, sums.by_ref, now)
        found: list[Difference] = []
        for again in range(MAX_PASSES):
            if again and wrong:
                readable = {item.ref for item in wrong}
                wrong = [item for item in _compare(live, self._sums(progress).by_ref, now)[0] if item.ref in readable]
            live = self._live() if wrong else live
            found += [item for item in wrong if _same(item.live, live.get(item.ref))]
            wrong = [item for item in wrong if not _same(item.live, live.get(item.ref))]
        differences = tuple(sorted(found, key=lambda item: str(item.ref)))
        moving = tuple(item.ref for item in wrong)
        current = tuple(ref for ref in live if not ref.window.closed(now))
        return RebuildReport(sums.rows, len(live), sums.usd, differences, tuple(unverifiable), moving, current)

    def _live(self) -> Live:
        return {counter.ref: counter for counter in self.ledger.all_counters()}

    def _sums(self, progress: Callable[[], None]) -> _Sums:
        by_ref: dict[CounterRef, Increment] = {}
        total = Increment(CounterRef("", "t"))
        for booked in self.ledger.rows():
            row = booked.row
            total.add(row.usd, row.event.usage.total)
            for ref in booked.refs:
                by_ref.setdefault(ref, Increment(ref)).add(row.usd, row.event.usage.total)
            progress()
        return _Sums(total.requests, total.usd, by_ref)


@dataclass(frozen=True, slots=True)
class Mend:
    """Adds what counters lack: relatively, so that records which come meanwhile stay counted, and each difference once,
    whoever else mends it at the same time. Then it judges, what it mended and every period that runs: a counter
    may be over its limit by it, also where whoever mended it was cut off before judging.
    """

    ledger: Ledger
    judge: Judge
    retry: Retry

    def __call__(self, report: RebuildReport, now: datetime) -> MendReport:
        """Raises BusyError: then do both again, the audit and this."""
        fixed: list[CounterRef] = []
        outrun: list[CounterRef] = []
        for item in report.differences:
            added = self.retry(partial(self.ledger.correct, item.missing, item.live.mends))
            (fixed if added else outrun).append(item.ref)
        touched = dict.fromkeys([*fixed, *outrun, *report.current])
        return MendReport(len(fixed), len(outrun), len(self.judge.touched(touched, now)))


def _compare(live: Live, sums: dict[CounterRef, Increment], now: datetime) -> tuple[list[Difference], list[CounterRef]]:
    """Where they differ, and what cannot be compared."""
    differences, unverifiable = [], []
    for ref in sorted(sums.keys() | live.keys(), key=str):
        counter = live.get(ref, Counter(ref))
        if counter.since is not None and counter.since <= now - RETENTION:
            unverifiable.append(ref)
            continue
        missing = _missing(counter, sums.get(ref, Increment(ref)))
        if missing.usd or missing.tokens or missing.requests or missing.unpriced:
            differences.append(Difference(ref, counter, missing))
    return differences, unverifiable


def _same(before: Counter, after: Counter | None) -> bool:
    """Nothing was booked in between."""
    now = after or Counter(before.ref)
    return (before.spend, before.unpriced, before.mends) == (now.spend, now.unpriced, now.mends)


def _missing(live: Counter, ledger: Increment) -> Increment:
    return Increment(
        live.ref,
        usd=EXACT.subtract(ledger.usd, live.spend.usd),
        tokens=ledger.tokens - live.spend.tokens,
        requests=ledger.requests - live.spend.requests,
        unpriced=ledger.unpriced - live.unpriced,
    )
