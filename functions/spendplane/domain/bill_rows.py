"""A month of ledger and bill side by side: lines of a bill, the rows in which both meet, and why they differ. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from spendplane.domain.billed import UNKNOWN
from spendplane.domain.drift import Compared
from spendplane.domain.money import EXACT, exact_sum

CENT = Decimal("0.01")
"""Less is never worth a word: bills round, the ledger does not."""
_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class BillLine:
    """One amount of a bill. `provider` None: it concerns no AI service; `usage` False: a credit, tax, fee or refund."""

    day: date
    provider: str | None
    model: str
    usage_type: str
    usd: Decimal
    usage: bool = True


class Why(StrEnum):
    """The reason of a difference, or that there is none worth a word."""

    AGREES = "agrees"
    LATE = "late: the bill of this day is not complete"
    GONE = "the ledger keeps its rows for 45 days: it has not the whole day any more"
    UNKNOWN = "billed under a usage type that names no model"
    UNTRACKED = "only in the bill: usage that nobody reported"
    UNBILLED = "only in the ledger: another account's bill, another name of the model (--alias), or free"
    UNPRICED = "records without a price are in the ledger: spendplane reprice"
    ABOVE = "the ledger is above the bill: discounts (prices.yaml), or calls that two producers report"
    BELOW = "the ledger is below the bill: some of the calls are not reported, or a price is too low"


@dataclass(slots=True)
class Row:
    """One model on one day. `models` are its names in the ledger, `bill_name` the bill's."""

    day: date
    provider: str
    key: str
    """The same for all names of the model."""
    models: set[str] = field(default_factory=set)
    bill_name: str = ""
    ledger_usd: Decimal = Decimal(0)
    bill_usd: Decimal = Decimal(0)
    records: int = 0
    unpriced: int = 0
    usage_types: set[str] = field(default_factory=set)
    why: Why = Why.AGREES

    @property
    def name(self) -> str:
        """For people: the ledger's name, else the bill's, else its usage type."""
        return min(self.models, default="") or self.bill_name or " ".join(sorted(self.usage_types))

    @property
    def drift_usd(self) -> Decimal:
        """Ledger less bill."""
        return EXACT.subtract(self.ledger_usd, self.bill_usd)

    @property
    def percent(self) -> Decimal | None:
        """Of the bill; None where nothing was billed."""
        return self.drift_usd * _HUNDRED / self.bill_usd if self.bill_usd else None

    @property
    def compared(self) -> bool:
        """Both sides are complete."""
        return self.why not in {Why.LATE, Why.GONE}

    def beyond(self, tolerance: Decimal) -> bool:
        """Differs by more than a cent, and by more than so many percent of the bill."""
        off = abs(self.drift_usd)
        return off > CENT and (not self.bill_usd or off * _HUNDRED > tolerance * abs(self.bill_usd))


@dataclass(frozen=True, slots=True)
class Report:
    """Rows in order of day and name. The rest of the bill and of the ledger stands beside them: nothing is dropped."""

    month: str
    through: date
    rows: tuple[Row, ...]
    not_usage_usd: Decimal
    other_services_usd: Decimal
    elsewhere_usd: Mapping[str, Decimal]
    """In the ledger, of providers that AWS does not bill."""
    months: tuple[str, ...]
    """All of which the bill has lines."""

    @property
    def totals(self) -> tuple[Decimal, Decimal]:
        """Ledger and bill over all that was compared."""
        rows = [row for row in self.rows if row.compared]
        return exact_sum(row.ledger_usd for row in rows), exact_sum(row.bill_usd for row in rows)

    @property
    def compared(self) -> tuple[Compared, ...]:
        """By model over the days, for the kill switch."""
        sums: dict[tuple[str, str], Row] = {}
        for row in self.rows:
            if row.compared:
                total = sums.setdefault((row.provider, row.key), Row(row.day, row.provider, row.key))
                total.models |= row.models
                total.ledger_usd = EXACT.add(total.ledger_usd, row.ledger_usd)
                total.bill_usd = EXACT.add(total.bill_usd, row.bill_usd)
        return tuple(
            Compared(item.provider, tuple(sorted(item.models)), item.ledger_usd, item.bill_usd)
            for item in sums.values()
        )


def why(row: Row, through: date, oldest: date, tolerance: Decimal) -> Why:
    if row.day > through:
        return Why.LATE
    if row.day <= oldest:
        return Why.GONE
    if not row.beyond(tolerance):
        return Why.AGREES
    if row.unpriced:
        return Why.UNPRICED
    if not row.records:
        return Why.UNKNOWN if row.bill_name == UNKNOWN else Why.UNTRACKED
    if not row.usage_types:
        return Why.UNBILLED
    return Why.ABOVE if row.drift_usd > 0 else Why.BELOW
