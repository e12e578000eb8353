"""Counters: one per budget, period and (with `per`) distinct value."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from zlib import crc32

from spendplane.domain.budgets import NO_VALUE, Budget
from spendplane.domain.limits import Spend
from spendplane.domain.money import EXACT
from spendplane.domain.periods import Window, window_from_code

KEYED_PARTITIONS = 16
"""Counters of one `per` budget are spread over so many partitions: one partition takes 1,000 write units a second."""

USER_LABEL = "u:"
MODEL_LABEL = "m:"
LABEL_OF = {"user_id": USER_LABEL, "model": MODEL_LABEL}


class CounterRef(NamedTuple):
    """Names a counter. `code` is its period (`Window.code`); `key` is None for a budget without `per`."""

    budget_id: str
    code: str
    key: str | None = None

    @property
    def window(self) -> Window:
        """The period that the counter belongs to."""
        return window_from_code(self.code)

    def slot(self, shard: int) -> str:
        """Where the counter is stored: by its key's hash, or in one of the budget's shards."""
        if self.key is None:
            return f"s{shard}"
        return f"k{crc32(self.key.encode()) % KEYED_PARTITIONS:02d}"


def ref_of(budget: Budget, window: Window, attributes: dict[str, str]) -> CounterRef:
    """The counter of a budget that an event with these attributes adds to."""
    key = attributes.get(budget.per, NO_VALUE) if budget.per else None
    return CounterRef(budget.id, window.code, key)


@dataclass(slots=True)
class Increment:
    """What one transaction adds to one counter. `contributors` maps a label (`u:` user, `m:` model) to dollars."""

    ref: CounterRef
    shard: int = 0
    usd: Decimal = Decimal(0)
    tokens: int = 0
    requests: int = 0
    unpriced: int = 0
    contributors: dict[str, Decimal] = field(default_factory=dict)

    def add(self, usd: Decimal | None, tokens: int, labels: Iterable[str] = ()) -> None:
        """Adds one record; `usd` None is an unpriced one, counted apart and never as $0."""
        self.tokens += tokens
        self.requests += 1
        if usd is None:
            self.unpriced += 1
            return
        self.usd = EXACT.add(self.usd, usd)
        shares = self.contributors
        for label in labels:
            shares[label] = EXACT.add(shares[label], usd) if label in shares else usd

    def add_all(self, other: "Increment", shares: dict[str, Decimal]) -> None:
        """Adds what another increment holds, with these of its contributors. `shares` is kept, so never changed."""
        self.usd = EXACT.add(self.usd, other.usd)
        self.tokens += other.tokens
        self.requests += other.requests
        self.unpriced += other.unpriced
        if not self.contributors:
            self.contributors = shares
        elif shares:
            self.contributors = dict(self.contributors)
            for label, usd in shares.items():
                self.contributors[label] = EXACT.add(self.contributors.get(label, Decimal(0)), usd)


@dataclass(frozen=True, slots=True)
class Counter:
    """A counter as read. `fired` holds `<percent>.<revision>` of the alerts that were raised.

    `since` is when its first record was booked (None: never); `unpriced` counts records whose cost is unknown; `mends`
    is how often `rebuild --fix` mended it.
    """

    ref: CounterRef
    spend: Spend = Spend()
    unpriced: int = 0
    fired: frozenset[str] = frozenset()
    since: datetime | None = None
    contributors: dict[str, Decimal] = field(default_factory=dict)
    mends: int = 0

    def merged(self, other: "Counter") -> "Counter":
        """Two shards of one counter, together."""
        shares = dict(self.contributors)
        for label, usd in other.contributors.items():
            shares[label] = EXACT.add(shares.get(label, Decimal(0)), usd)
        known = [time for time in (self.since, other.since) if time]
        return Counter(
            ref=self.ref,
            spend=Spend(
                EXACT.add(self.spend.usd, other.spend.usd),
                self.spend.tokens + other.spend.tokens,
                self.spend.requests + other.spend.requests,
            ),
            unpriced=self.unpriced + other.unpriced,
            fired=self.fired | other.fired,
            since=min(known, default=None),
            contributors=shares,
            mends=self.mends + other.mends,
        )
