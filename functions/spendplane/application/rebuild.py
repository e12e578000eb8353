"""Counters recomputed from the ledger: the audit of the books, and the mend of a difference."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from spendplane.application.ports import Ledger
from spendplane.domain.counters import Counter, CounterRef, Increment
from spendplane.domain.ledger import RETENTION
from spendplane.domain.money import EXACT


@dataclass(frozen=True, slots=True)
class Difference:
    """Live minus ledger would be `-missing`: what must be added to the counter to agree with its rows."""

    ref: CounterRef
    live: Counter
    missing: Increment


@dataclass(frozen=True, slots=True)
class RebuildReport:
    """`unverifiable` counters began before the oldest row that the ledger still keeps (45 days)."""

    rows: int
    counters: int
    ledger_usd: Decimal
    differences: tuple[Difference, ...]
    unverifiable: tuple[CounterRef, ...]
    fixed: int = 0


@dataclass(frozen=True, slots=True)
class Rebuild:
    """Reads the whole ledger. While events come in, only differences seen in two passes count: what is in flight
    between the two reads of a pass differs from pass to pass.
    """

    ledger: Ledger

    def __call__(
        self, now: datetime, *, fix: bool = False, progress: Callable[[], None] = lambda: None
    ) -> RebuildReport:
        """Compares, and with `fix` adds what is missing (relatively, so that concurrent records are not lost)."""
        report = self._pass(now, progress)
        if report.differences:
            again = {item.ref: item for item in self._pass(now, progress).differences}
            stable = tuple(
                item for item in report.differences if item.ref in again and again[item.ref].missing == item.missing
            )
            report = RebuildReport(report.rows, report.counters, report.ledger_usd, stable, report.unverifiable)
        if not fix:
            return report
        for item in report.differences:
            self.ledger.correct(item.missing)
        return RebuildReport(
            report.rows,
            report.counters,
            report.ledger_usd,
            report.differences,
            report.unverifiable,
            len(report.differences),
        )

    def _pass(self, now: datetime, progress: Callable[[], None]) -> RebuildReport:
        live = {counter.ref: counter for counter in self.ledger.all_counters()}
        sums: dict[CounterRef, Increment] = {}
        total = Increment(CounterRef("", "t"))
        rows = 0
        for booked in self.ledger.rows():
            row = booked.row
            total.add(row.usd, row.event.usage.total)
            for ref in booked.refs:
                sums.setdefault(ref, Increment(ref)).add(row.usd, row.event.usage.total)
            rows += 1
            progress()
        differences, unverifiable = [], []
        for ref in sorted(sums.keys() | live.keys(), key=str):
            counter = live.get(ref, Counter(ref))
            if counter.since is not None and counter.since <= now - RETENTION:
                unverifiable.append(ref)
                continue
            missing = _missing(counter, sums.get(ref, Increment(ref)))
            if missing.usd or missing.tokens or missing.requests or missing.unpriced:
                differences.append(Difference(ref, counter, missing))
        return RebuildReport(rows, len(live), total.usd, tuple(differences), tuple(unverifiable))


def _missing(live: Counter, ledger: Increment) -> Increment:
    return Increment(
        live.ref,
        usd=EXACT.subtract(ledger.usd, live.spend.usd),
        tokens=ledger.tokens - live.spend.tokens,
        requests=ledger.requests - live.spend.requests,
        unpriced=ledger.unpriced - live.unpriced,
    )
