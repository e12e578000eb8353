"""The meter as it is deployed, over a DynamoDB client of the benchmark's choice."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from spendplane import bootstrap
from spendplane.adapters.dynamodb.client import Table
from spendplane.adapters.dynamodb.definitions import DynamoDefinitions
from spendplane.adapters.dynamodb.ledger import DynamoLedger
from spendplane.adapters.dynamodb.outbox import DynamoOutbox
from spendplane.adapters.dynamodb.quarantine import DynamoQuarantine
from spendplane.adapters.memory import MemoryBus
from spendplane.application.metering.meter import Meter

TABLE = "spendplane"
PRICES = Path(__file__).parents[1] / "prices.yaml"


def dynamodb(endpoint: str) -> Any:
    """A client as the functions have it, for an engine on this machine."""
    return boto3.client(
        "dynamodb",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106  # any will do
        config=bootstrap.CLIENT_CONFIG.merge(Config(max_pool_connections=20)),
    )


def meter_over(client: Any, table: str = TABLE) -> Meter:
    """The real use case and adapters; only the bus, which no measured record reaches, is in memory."""
    over = Table(client, table)
    return bootstrap.meter(
        bootstrap.Ports(
            ledger=DynamoLedger(over),
            definitions=DynamoDefinitions(over),
            outbox=DynamoOutbox(over),
            quarantine=DynamoQuarantine(over),
            bus=MemoryBus(),
            prices=bootstrap.price_book(PRICES),
        )
    )


def create_table(client: Any, name: str = TABLE) -> None:
    """The table's keys and its sparse index, as the stacks define them."""
    strings = [{"AttributeName": key, "AttributeType": "S"} for key in ("pk", "sk", "work", "work_at")]
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=strings,
        KeySchema=_keys("pk", "sk"),
        GlobalSecondaryIndexes=[
            {
                "IndexName": "work",
                "KeySchema": _keys("work", "work_at"),
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
    )


def _keys(hash_: str, range_: str) -> Sequence[dict[str, str]]:
    return [{"AttributeName": hash_, "KeyType": "HASH"}, {"AttributeName": range_, "KeyType": "RANGE"}]
