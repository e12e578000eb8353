"""AWS's own list of prices, by the Price List API (`GetProducts`)."""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from spendplane.contract.instance_prices_file import InstancePrice, InstancePricesFile, Source, Use

REGION = "us-east-1"
"""Where the API is asked, whatever Region the prices are of: it is served in three only."""
SERVICE = "AmazonSageMaker"
URL = "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonSageMaker/current/index.json"
_ABOUT = "On-demand prices of SageMaker instances, US dollars an hour, as AWS's Price List API gave them."
_SOURCE = "price-list-api"
_USAGE = re.compile(r"(?:[A-Z]+[A-Z0-9]*-)?(Host|Train|Notebk):(ml\.[a-z0-9-]+\.[a-z0-9-]+)")
"""A usage type, such as `EU-Host:ml.g5.xlarge`. Others, such as those of Studio or of clusters, are left out."""
_USE = {"Host": Use.HOSTING, "Train": Use.TRAINING, "Notebk": Use.NOTEBOOK}


def fetch(client: Any, regions: Iterable[str], now: datetime) -> InstancePricesFile:
    """The prices of these Regions. botocore's errors pass.

    A type for which the list has two different prices is left out: which of them holds cannot be told.
    """
    found: dict[tuple[str, Use, str], set[Decimal]] = {}
    for region in regions:
        for use, instance_type, usd in _of_region(client, region):
            found.setdefault((region, use, instance_type), set()).add(usd)
    return InstancePricesFile(
        version=1,
        about=_ABOUT,
        sources={_SOURCE: Source(url=URL, date=f"{now:%Y-%m-%d}", says="GetProducts for AmazonSageMaker, on demand.")},
        prices=[
            InstancePrice(region=region, use=use, instance_type=name, usd_per_hour=min(amounts), source=_SOURCE)
            for (region, use, name), amounts in found.items()
            if len(amounts) == 1
        ],
    )


def _of_region(client: Any, region: str) -> Iterator[tuple[Use, str, Decimal]]:
    filters = [{"Type": "TERM_MATCH", "Field": "regionCode", "Value": region}]
    for page in client.get_paginator("get_products").paginate(ServiceCode=SERVICE, Filters=filters):
        for text in page["PriceList"]:
            product = json.loads(text)
            usage = _USAGE.fullmatch(product["product"]["attributes"].get("usagetype", ""))
            if usage:
                for usd in _hourly(product["terms"].get("OnDemand", {})):
                    yield _USE[usage[1]], usage[2], usd


def _hourly(terms: dict[str, Any]) -> Iterator[Decimal]:
    """What is charged by the hour; a $0 line is one of the free tier, not a price."""
    for term in terms.values():
        for dimension in term["priceDimensions"].values():
            usd = _decimal(dimension["pricePerUnit"].get("USD"))
            if dimension["unit"] in {"Hrs", "Hours"} and usd:
                yield usd


def _decimal(text: str | None) -> Decimal | None:
    try:
        return None if text is None else Decimal(text).normalize()
    except InvalidOperation:
        return None
