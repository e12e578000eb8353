"""The instance prices that ship with the core, and a file of `spendplane prices refresh` before them."""

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from spendplane.contract.hours_record import PROVIDER, USE
from spendplane.contract.instance_prices_file import InstancePricesFile, Use, load
from spendplane.domain.hours import Held, Part
from spendplane.domain.rating import RateCard, UnpricedError
from spendplane.domain.usage import UsageEvent

SHIPPED = Path(__file__).resolve().parents[1] / "data" / "instance_prices.json"
DEPLOYED = Path(__file__).resolve().parents[2] / "instance_prices.json"
"""In a function: beside `prices.yaml`, where `spendplane prices refresh` wrote one before the deployment."""


class InstancePriceList:
    """See `application.sources.hours.InstancePrices`. Of two files that know a price, the first one's holds."""

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


def hours_card(event: UsageEvent, prices: InstancePriceList) -> RateCard | None:
    """What a record of hours costs, for one whose price was not known when it ran; None for any other record.

    Raises UnpricedError when the price is still not known.
    """
    said = json.loads(event.canonical)
    if event.provider != PROVIDER or said.get("resource_kind") not in USE:
        return None
    try:
        start, until, count = event.time, datetime.fromisoformat(said["until"]), int(said["instances"])
    except (KeyError, TypeError, ValueError):
        return None
    region, use = event.region or "", USE[said["resource_kind"]]
    usd = prices.usd_per_hour(region, use, event.model)
    if usd is None:
        raise UnpricedError(f"no price for {event.model} ({use}) in {region}: run `spendplane prices refresh`, deploy")
    whole = Held(Part("all", event.model, count, usd), start).usd(start, until)
    return RateCard(usd_per_request=whole or Decimal(0), price=f"instance_prices.json: {usd:f} an hour")
