"""Which contributors a counter keeps apart, so that it stays one small item however many users there are.

A counter names the first few users and models it sees and, later, those that make up a large share of what was added
to it lately: so a runaway that arrives late is still named. All others are summed under "others". Each figure is exact
from the moment the name is kept.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from heapq import nlargest

from spendplane.application.ports import Ledger
from spendplane.domain.counters import MODEL_LABEL, USER_LABEL, CounterRef, Increment
from spendplane.domain.ledger import Transaction
from spendplane.domain.money import EXACT, exact_sum

OPEN_PLACES = {USER_LABEL: 6, MODEL_LABEL: 5}
"""Places for whoever comes first."""
ALL_PLACES = {USER_LABEL: 12, MODEL_LABEL: 8}
"""With the places kept free for large shares. Together a counter stays below 1 KB: two write units."""
LARGE_SHARE = Decimal("0.2")
ENOUGH_RECORDS = 40
"""Of fewer, anyone makes up a large share: in a quiet hour a transaction holds one record."""
RECENT_RECORDS = 400
OTHERS = "others"
MAX_REMEMBERED = 50_000


@dataclass(slots=True)
class _Recent:
    """What this process lately added to a counter, and how much of it in names without a place."""

    records: int = 0
    usd: Decimal = Decimal(0)
    waiting: dict[str, Decimal] = field(default_factory=dict)

    def note(self, increment: Increment, held: set[str]) -> None:
        """Takes an increment in; what is long ago is forgotten."""
        if self.records >= RECENT_RECORDS:
            self.records, self.usd, self.waiting = 0, Decimal(0), {}
        self.records += increment.requests
        self.usd = EXACT.add(self.usd, increment.usd)
        for label, usd in increment.contributors.items():
            if label not in held:
                self.waiting[label] = EXACT.add(self.waiting.get(label, Decimal(0)), usd)

    def large(self, label: str) -> bool:
        """Whether a name deserves one of the places that are kept free."""
        return self.records >= ENOUGH_RECORDS and self.waiting[label] >= self.usd * LARGE_SHARE


@dataclass(slots=True)
class Contributors:
    """Remembers which names each counter holds; a counter not met before is read first."""

    ledger: Ledger
    known: dict[CounterRef, set[str]] = field(default_factory=dict)
    recent: dict[CounterRef, _Recent] = field(default_factory=dict)

    def admit(self, change: Transaction) -> None:
        """Replaces names without a place by "others", in the increments of this transaction."""
        named = [increment for increment in change.increments if _names_users(increment)]
        self._learn(named)
        for increment in change.increments:
            held = self.known.get(increment.ref, set())
            recent = self.recent.setdefault(increment.ref, _Recent()) if increment.ref in self.known else _Recent()
            recent.note(increment, held)
            increment.contributors = _placed(increment, held, recent)

    def _learn(self, increments: Iterable[Increment]) -> None:
        unknown = [(item.ref, item.shard + 1) for item in increments if item.ref not in self.known]
        if not unknown:
            return
        if len(self.known) + len(unknown) > MAX_REMEMBERED:
            self.known.clear()
            self.recent.clear()
        for ref, counter in self.ledger.counters(unknown).items():
            self.known[ref] = set(counter.contributors)


def _names_users(increment: Increment) -> bool:
    """Counters of one user hold models only: few by nature, so no read is spent on them."""
    return any(label.startswith(USER_LABEL) for label in increment.contributors)


def _placed(increment: Increment, held: set[str], recent: _Recent) -> dict[str, Decimal]:
    placed = {label: usd for label, usd in increment.contributors.items() if label in held}
    for kind in OPEN_PLACES:
        waiting = {
            label: usd for label, usd in increment.contributors.items() if label not in placed and label[:2] == kind
        }
        if not waiting:
            continue
        taken = sum(label[:2] == kind for label in held)
        for label in nlargest(ALL_PLACES[kind] - taken, waiting, key=recent.waiting.__getitem__):
            if taken < (ALL_PLACES if recent.large(label) else OPEN_PLACES)[kind]:
                placed[label] = waiting.pop(label)
                held.add(label)
                taken += 1
        if waiting:
            others = kind + OTHERS
            placed[others] = exact_sum([*waiting.values(), placed.get(others, Decimal(0))])
            held.add(others)
    return placed
