"""How far the ledger was from the bill, and whether a hard limit may still act on the ledger's figures. Pure.

Only a ledger ABOVE the bill makes throttling wrong: it stops what has not spent its limit. A ledger below it makes
throttling late, which alerts to people about reconciliation are for; a switch that fell back then would be later still.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from spendplane.domain.budgets import Budget
from spendplane.domain.money import EXACT, exact_sum, format_usd

MIN_DRIFT_USD = Decimal(1)
"""A ledger that is above the bill by less is no reason for anything, whatever the percentage."""
IN_DOUBT = "its figures are in doubt"
"""What every such reason begins with."""
_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Compared:
    """One model over all days that could be compared. `models` are its names in the ledger; none: it is billed only."""

    provider: str
    models: tuple[str, ...]
    ledger_usd: Decimal
    bill_usd: Decimal


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What a person measured and stored: of which month (`2026-11`), through which of its days, who, when and why."""

    month: str
    through: date
    at: datetime
    by: str
    reason: str
    compared: tuple[Compared, ...]


@dataclass(frozen=True, slots=True)
class Overcount:
    """How much more the ledger has than the bill. `percent` is of the bill; None: nothing at all is billed."""

    usd: Decimal
    percent: Decimal | None

    def beyond(self, max_percent: Decimal) -> bool:
        """More than so many percent, and more than a trifle."""
        return self.usd >= MIN_DRIFT_USD and (self.percent is None or self.percent > max_percent)


def overcount(found: Reconciliation, budget: Budget, key: str | None = None) -> Overcount | None:
    """Of what the budget counts, as far as a bill can tell: by provider and model, else everything.

    What is billed under a name that the ledger does not know could be of any model of its provider. So it speaks for
    the ledger where a budget selects models: only what no part of the bill can explain is too much. None: nothing that
    the budget counts was compared.
    """
    providers, models = _wanted("provider", budget, key), _wanted("model", budget, key)
    of_provider = [item for item in found.compared if providers is None or item.provider in providers]
    chosen = [item for item in of_provider if models is None or models.intersection(item.models)]
    if not any(item.models for item in chosen):
        return None
    over_for = {item.provider for item in chosen}
    unknown = [] if models is None else [item for item in of_provider if not item.models and item.provider in over_for]
    billed = exact_sum(item.bill_usd for item in (*chosen, *unknown))
    over = EXACT.subtract(exact_sum(item.ledger_usd for item in chosen), billed)
    return Overcount(over, over * _HUNDRED / billed if billed > 0 else None)


def doubt(found: Reconciliation | None, budget: Budget, key: str | None, max_percent: Decimal | None) -> str | None:
    """Why a hard limit of this budget may not act by itself; None when it may. The bound itself is no doubt."""
    if found is None or max_percent is None:
        return None
    over = overcount(found, budget, key)
    if over is None or not over.beyond(max_percent):
        return None
    share = "" if over.percent is None else f" ({over.percent:,.1f} %)"
    return (
        f"{IN_DOUBT}: the ledger has {format_usd(over.usd)}{share} more than the bill of {found.month} through "
        f"{found.through:%m-%d}, over the {max_percent.normalize():f} % allowed "
        f"(reconciled {found.at:%Y-%m-%d} by {found.by.rpartition('/')[2]})"
    )


def _wanted(name: str, budget: Budget, key: str | None) -> frozenset[str] | None:
    if budget.per == name and key is not None:
        return frozenset({key})
    values = dict(budget.match).get(name)
    return None if values is None else frozenset(values)
