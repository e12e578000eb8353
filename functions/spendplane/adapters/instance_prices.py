"""The instance prices that ship with the core, and a file of `spendplane prices refresh` before them."""

from decimal import Decimal
from pathlib import Path

from spendplane.contract.instance_prices_file import InstancePricesFile, Use, load

SHIPPED = Path(__file__).resolve().parents[1] / "data" / "instance_prices.json"


class InstancePriceList:
    """See `application.hours.InstancePrices`. Of two files that know a price, the first one's holds."""

    def __init__(self, *files: InstancePricesFile) -> None:
        self._prices = {price.key: price.usd_per_hour for file in reversed(files) for price in file.prices}

    def usd_per_hour(self, region: str, use: Use, instance_type: str) -> Decimal | None:
        """None: no file says."""
        return self._prices.get((region, use, instance_type))


def instance_prices(override: Path | None = None) -> InstancePriceList:
    """The list, with `override` before it where that file is there. Raises FileError for one that cannot be used."""
    files = [load(SHIPPED)]
    if override is not None and override.is_file():
        files.insert(0, load(override))
    return InstancePriceList(*files)
