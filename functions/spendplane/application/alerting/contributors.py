"""Which contributors a counter keeps apart, so that it stays one small item however many users there are.

A counter names the first few users and models it sees and, later, those that make up a large share of what was added
to it lately: so a runaway that arrives late is still named. All others are summed under "others". Each figure is exact
from the moment the name is kept.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from heapq import nlargest
from typing import NamedTuple

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
RANKED = 24
"""Names of one transaction that are looked at one by one: more than there are places."""
OTHERS = "others"
MAX_REMEMBERED = 50_000


@dataclass(slots=True)
class _Recent:
    """What this process lately added to a counter, and how much of it in names without a place."""

    records: int = 0
    usd: Decimal = Decimal(0)
    waiting: dict[str, Decimal] = field(default_factory=dict)

    def note(self, increment: Increment, names: Iterable[str]) -> None:
        """Takes in an increment, with the largest of its names that have no place; what is long ago is forgotten."""
        if self.records >= RECENT_RECORDS:
            self.records, self.usd, self.waiting = 0, Decimal(0), {}
        self.records += increment.requests
        self.usd = EXACT.add(self.usd, increment.usd)
        for label in names:
            self.waiting[label] = EXACT.add(self.waiting.get(label, Decimal(0)), increment.contributors[label])

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
        ranks: dict[int, list[_Rank]] = {}  # increments of one transaction mostly share their contributors
        named = [increment for increment in change.increments if increment.contributors]
        for increment in named:
            if id(increment.contributors) not in ranks:
                ranks[id(increment.contributors)] = _ranks(increment.contributors)
        # Counters of one user hold models only: few by nature, so no read is spent on them.
        self._learn(item for item in named if ranks[id(item.contributors)][0].kind == USER_LABEL)
        placed = [self._placed(increment, ranks[id(increment.contributors)]) for increment in named]
        for increment, contributors in zip(named, placed, strict=True):
            increment.contributors = contributors

    def _placed(self, increment: Increment, ranks: list["_Rank"]) -> dict[str, Decimal]:
        held = self.known.get(increment.ref, set())
        recent = self.recent.setdefault(increment.ref, _Recent()) if increment.ref in self.known else _Recent()
        recent.note(increment, [label for rank in ranks for label in rank.largest if label not in held])
        placed: dict[str, Decimal] = {}
        for rank in ranks:
            placed |= _place(rank, increment.contributors, held, recent)
        return placed

    def _learn(self, increments: Iterable[Increment]) -> None:
        unknown = [(item.ref, item.shard + 1) for item in increments if item.ref not in self.known]
        if not unknown:
            return
        if len(self.known) + len(unknown) > MAX_REMEMBERED:
            self.known.clear()
            self.recent.clear()
        for ref, counter in self.ledger.counters(unknown).items():
            self.known[ref] = set(counter.contributors)


class _Rank(NamedTuple):
    """The contributors of one kind: how many, what they sum to, and the largest of them."""

    kind: str
    names: int
    usd: Decimal
    largest: list[str]


def _ranks(contributors: dict[str, Decimal]) -> list[_Rank]:
    """Users first, where there are any."""
    ranks = []
    for kind in OPEN_PLACES:
        shares = {label: usd for label, usd in contributors.items() if label[:2] == kind}
        if shares:
            largest = nlargest(RANKED, shares, key=shares.__getitem__)
            ranks.append(_Rank(kind, len(shares), exact_sum(shares.values()), largest))
    return ranks


def _place(rank: _Rank, contributors: dict[str, Decimal], held: set[str], recent: _Recent) -> dict[str, Decimal]:
    """The named ones, old and new, and the rest as "others"; `held` learns the new names."""
    kind = rank.kind
    mine = [label for label in held if label[:2] == kind]
    placed = {label: contributors[label] for label in mine if label in contributors}
    taken = len(mine)
    waiting = [label for label in rank.largest if label not in held]
    for label in sorted(waiting, key=recent.waiting.__getitem__, reverse=True):
        if taken < (ALL_PLACES if recent.large(label) else OPEN_PLACES)[kind]:
            placed[label] = contributors[label]
            held.add(label)
            taken += 1
    if len(placed) < rank.names:
        others = kind + OTHERS
        rest = EXACT.subtract(rank.usd, exact_sum(placed.values()))
        placed[others] = EXACT.add(placed.get(others, Decimal(0)), rest)
        held.add(others)
    return placed
