"""The ports over AWS, and the price book."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from spendplane.application.ports import Bus, Definitions, Ledger, Outbox, PriceBook, Quarantine
from spendplane.application.ports.retry import Retry
from spendplane.bootstrap.clients import client, dynamo_table

if TYPE_CHECKING:
    from spendplane.adapters.instance_prices import InstancePriceList
    from spendplane.domain.rating import RateCard
    from spendplane.domain.usage import UsageEvent


@dataclass(frozen=True, slots=True)
class Ports:
    """What the use cases run on."""

    ledger: Ledger
    definitions: Definitions
    outbox: Outbox
    quarantine: Quarantine
    bus: Bus
    prices: PriceBook
    retry: Retry = Retry()


def aws_ports(table_name: str, bus_name: str, prices_path: Path | None = None) -> Ports:
    """The ports over AWS, by the environment's credentials and endpoints."""
    from spendplane.adapters.dynamodb.definitions import DynamoDefinitions
    from spendplane.adapters.dynamodb.ledger import DynamoLedger
    from spendplane.adapters.dynamodb.outbox import DynamoOutbox
    from spendplane.adapters.dynamodb.quarantine import DynamoQuarantine
    from spendplane.adapters.eventbridge import EventBridgeBus

    table = dynamo_table(table_name)
    return Ports(
        ledger=DynamoLedger(table),
        definitions=DynamoDefinitions(table),
        outbox=DynamoOutbox(table),
        quarantine=DynamoQuarantine(table),
        bus=EventBridgeBus(client("events"), bus_name),
        prices=price_book(prices_path),
    )


def price_book(path: Path | None) -> PriceBook:
    """`prices.yaml` (where given) over the library. Raises FileError for a file that cannot be used."""
    from spendplane.adapters.bedrock import InferenceProfiles
    from spendplane.adapters.prices import LayeredPriceBook
    from spendplane.contract import prices_file

    overrides = prices_file.load(path) if path else prices_file.PricesFile(version=1)
    refreshed = path.with_name("instance_prices.json") if path else None
    profiles = InferenceProfiles(lambda region: client("bedrock", region))
    return LayeredPriceBook(overrides, profiles, lambda event: _hours_card(event, refreshed))


def _hours_card(event: "UsageEvent", refreshed: Path | None) -> "RateCard | None":
    from spendplane.adapters.instance_prices import hours_card
    from spendplane.contract.yaml_file import FileError
    from spendplane.domain.rating import UnpricedError

    try:
        return hours_card(event, _instance_prices(refreshed))
    except FileError as error:  # a mistake in that file must not stop what has nothing to do with it
        raise UnpricedError(str(error)) from error


@cache
def _instance_prices(refreshed: Path | None) -> "InstancePriceList":
    """Read when the first hours without a price come."""
    from spendplane.adapters.instance_prices import instance_prices

    return instance_prices(refreshed)
