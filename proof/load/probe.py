"""What a record costs over the table as it stands: the meter in this process, so that each of its calls is seen."""

import json
import time
from datetime import UTC, datetime
from typing import Any

from bench.cost import CALL_SECONDS, Capacity, Work, figures
from bench.system import dynamodb, meter_over
from local.account import LocalAccount
from proof.load.traffic import Traffic
from spendplane.adapters.dynamodb.client import Table
from spendplane.contract.envelope import Message

INVOCATIONS, MESSAGES = 5, 10
"""Ten messages are what one receive call of the queue brings."""


def probe(account: LocalAccount, traffic: Traffic, size: int) -> dict[str, Any]:
    """Books INVOCATIONS x MESSAGES events of `size` records, which stay in the ledger and in the publisher's books."""
    client = dynamodb(account.endpoint)
    name = account.outputs["TableName"]
    capacity = Capacity()
    capacity.install(client)
    meter = meter_over(client, name)
    meter(_messages(traffic, 1, 1), datetime.now(UTC))  # prices and definitions are there
    calls = [_messages(traffic, MESSAGES, size) for _ in range(INVOCATIONS)]
    capacity.reset()
    began = time.process_time()
    counted = sum(meter(messages, datetime.now(UTC)).counted for messages in calls)
    processor = time.process_time() - began
    records = INVOCATIONS * MESSAGES * size
    if counted != records:
        raise AssertionError(f"{counted} of the {records} records of the probe were counted")
    keys = [{"pk": {"S": pk}, "sk": {"S": sk}} for pk, sk in capacity.updates]
    items = {(item["pk"]["S"], item["sk"]["S"]): item for item in Table(client, name).get_many(keys)}
    called = sum(capacity.calls.values()) - -(-len(keys) // 100)  # less our own reading just now
    work = Work(
        records=records,
        calls=called,
        write_units=capacity.write_units(items),
        read_units=capacity.read_units - len(keys),
        lambda_seconds=processor + called * CALL_SECONDS,
        invocations=INVOCATIONS,
    )
    return figures(work, per_event=size, event_bytes=len(calls[0][0].body.encode()))


def _messages(traffic: Traffic, count: int, size: int) -> list[Message]:
    now = datetime.now(UTC)
    return [Message(f"probe-{number}", _body([traffic.good() for _ in range(size)]), now) for number in range(count)]


def _body(records: list[Any]) -> str:
    return json.dumps(
        {"detail-type": "AI Usage Batch Recorded", "source": "com.example.load", "detail": {"records": records}}
    )
