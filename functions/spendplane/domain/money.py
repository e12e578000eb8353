"""US dollars as `Decimal`, exact until a person reads them."""

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Context, Decimal, Inexact

USD_PLACES = 18
"""Decimal places kept of one amount. With amounts up to 10^9 and 38 digits in DynamoDB, sums stay exact to 10^20."""
MAX_COST_USD = Decimal(10) ** 9
"""One record may not cost more: such a figure is a unit mistake, not usage."""

_QUANTUM = Decimal(1).scaleb(-USD_PLACES)
_WIDE = Context(prec=60, rounding=ROUND_HALF_EVEN)
EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN, traps=[Inexact])
"""For sums: raises rather than rounds."""


def to_usd(amount: Decimal) -> Decimal:
    """An amount at the ledger's precision: 18 places, half to even; shorter amounts stay as they are."""
    rounded = amount.quantize(_QUANTUM, context=_WIDE)
    return amount if rounded == amount else rounded


def exact_sum(amounts: Iterable[Decimal]) -> Decimal:
    """The sum to the last digit, whatever the caller's decimal context is."""
    total = Decimal(0)
    for amount in amounts:
        total = EXACT.add(total, amount)
    return total


def format_usd(amount: Decimal) -> str:
    """For people: cents, or four significant digits below a cent. `$1,234.50`, `$0.0006075`."""
    if amount and abs(amount) < Decimal("0.01"):
        return f"${amount:.4g}" if abs(amount) >= Decimal("0.000001") else f"${amount:.2e}"
    return f"${amount:,.2f}"
