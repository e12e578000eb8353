"""Where a world keeps its data. A place outlives the processes that connect to it, as a table does."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import uuid4

import boto3
from botocore.exceptions import ClientError

from spendplane.adapters.dynamodb.client import Table
from spendplane.adapters.dynamodb.definitions import DynamoDefinitions
from spendplane.adapters.dynamodb.drifts import DynamoDrifts
from spendplane.adapters.dynamodb.ledger import DynamoLedger
from spendplane.adapters.dynamodb.outbox import DynamoOutbox, announcement_from_item
from spendplane.adapters.dynamodb.quarantine import DynamoQuarantine
from spendplane.adapters.dynamodb.switches import DynamoSwitches
from spendplane.adapters.memory import MemoryQuarantine, MemoryStore
from spendplane.application.ports import Announcement, Definitions, Ledger, Outbox, Quarantine
from spendplane.application.ports.drifts import Drifts
from spendplane.application.ports.retry import Retry
from spendplane.application.ports.switches import Switches
from spendplane.bootstrap import CLIENT_CONFIG

QUICK = Retry(sleep=lambda _: None)
"""Retries without pauses."""


@dataclass(slots=True)
class Stores:
    """The ports over one place, as one process holds them."""

    ledger: Ledger
    definitions: Definitions
    outbox: Outbox
    quarantine: Quarantine
    switches: Switches
    drifts: Drifts


class Place(Protocol):
    """Storage that processes connect to."""

    def connect(self) -> Stores:
        """The ports of a new process: nothing is cached yet."""

    def announcements(self) -> dict[str, Announcement]:
        """Everything in the outbox, by id, also what is done."""

    def expire(self, now: datetime) -> None:
        """What DynamoDB's time to live does by then."""


@dataclass(slots=True)
class MemoryPlace:
    """The in-memory adapter."""

    store: MemoryStore = field(default_factory=MemoryStore)
    quarantine: MemoryQuarantine = field(default_factory=MemoryQuarantine)

    def connect(self) -> Stores:
        """See `Place`."""
        return Stores(self.store, self.store, self.store, self.quarantine, self.store, self.store)

    def announcements(self) -> dict[str, Announcement]:
        """See `Place`."""
        return dict(self.store.announcements)

    def expire(self, now: datetime) -> None:
        """See `Place`."""
        self.store.expire(now)


@dataclass(slots=True)
class DynamoPlace:
    """A table of an engine. `hook` may wrap the client, to inject faults."""

    client: Any
    name: str
    hook: Callable[[Any], Any] = lambda client: client

    @property
    def table(self) -> Table:
        """The table as the adapters hold it."""
        return Table(self.hook(self.client), self.name, QUICK)

    def connect(self) -> Stores:
        """See `Place`."""
        table = self.table
        return Stores(
            DynamoLedger(table),
            DynamoDefinitions(table),
            DynamoOutbox(table),
            DynamoQuarantine(table),
            DynamoSwitches(table),
            DynamoDrifts(table),
        )

    def announcements(self) -> dict[str, Announcement]:
        """See `Place`."""
        found = map(announcement_from_item, Table(self.client, self.name).scan("A#"))
        return {item.id: item for item in found}

    def expire(self, now: datetime) -> None:
        """See `Place`."""
        for item in Table(self.client, self.name).scan(""):
            if "expires_at" in item and int(item["expires_at"]["N"]) <= now.timestamp():
                self.client.delete_item(TableName=self.name, Key={"pk": item["pk"], "sk": item["sk"]})


@dataclass(slots=True)
class Engine:
    """Gives new places. `url` None is memory."""

    name: str
    url: str | None = None
    _client: Any = None

    def place(self) -> Any:
        """An empty place of its own."""
        if self.url is None:
            return MemoryPlace()
        name = f"test-{uuid4().hex}"
        create_table(self.client, name)
        return DynamoPlace(self.client, name)

    @property
    def client(self) -> Any:
        """One client for all places, made as the functions make theirs."""
        if self._client is None:
            self._client = boto3.client(
                "dynamodb",
                endpoint_url=self.url,
                region_name="us-east-1",
                aws_access_key_id="test",
                aws_secret_access_key="test",
                config=CLIENT_CONFIG,
            )
        return self._client

    def close(self) -> None:
        """Closes the connections."""
        if self._client is not None:
            self._client.close()


def create_table(client: Any, name: str) -> None:
    """The one table, as the stack defines it."""
    attributes = [{"AttributeName": field, "AttributeType": "S"} for field in ("pk", "sk", "work", "work_at")]
    try:
        client.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=attributes,
            KeySchema=_keys("pk", "sk"),
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "work",
                    "KeySchema": _keys("work", "work_at"),
                    "Projection": {"ProjectionType": "KEYS_ONLY"},
                }
            ],
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceInUseException":  # a repeated request
            raise


def _keys(partition: str, sort: str) -> list[dict[str, str]]:
    return [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"}]


class Whereabouts:
    """Where new worlds keep their data: memory, unless a run of the stories says otherwise."""

    new: Callable[[], Place] = MemoryPlace


def new_place() -> Place:
    """An empty one, wherever that is in this run."""
    return Whereabouts.new()
