"""What instances cost in an hour, by the price book that their hours are counted with."""

from collections.abc import Iterable
from decimal import Decimal

from spendplane.application.sources.hours import InstancePrices
from spendplane.contract.instance_prices_file import Use


def usd_per_hour(prices: InstancePrices, region: str, use: Use, instances: Iterable[tuple[str, int]]) -> Decimal | None:
    """All of them together, by type and number, on demand; None where the price of one that runs is not known."""
    total = Decimal(0)
    for instance_type, number in instances:
        usd = prices.usd_per_hour(region, use, instance_type)
        if number and usd is None:
            return None
        total += (usd or Decimal(0)) * number
    return total
