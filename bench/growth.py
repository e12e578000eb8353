"""What a record costs when there are many budgets, and when one budget has many users."""

import time
from typing import Any

from bench.system import dynamodb, meter_over
from bench.transport import InstantDynamoDB
from bench.workload import NOW, five_budgets, per_user, single, strangers

BUDGETS = (10, 1_000, 10_000)
USERS = (100, 10_000, 100_000)
RECORDS = 10_000
SIZE = 100


def budgets() -> dict[str, dict[str, float]]:
    """Five matching budgets among so many; the load of the definitions apart."""
    return {str(count): _with(five_budgets() + strangers(count - 5)) for count in BUDGETS}


def users() -> dict[str, dict[str, float]]:
    """One budget per user, over so many distinct users."""
    return {str(count): _with([*five_budgets(), per_user()], users=count) for count in USERS}


def _with(found: list[Any], **options: int) -> dict[str, float]:
    client = dynamodb("http://127.0.0.1:9")
    instant = InstantDynamoDB(found)
    instant.install(client)
    meter = meter_over(client)
    begin = time.process_time()
    meter(single(SIZE, start=10**8, **options), NOW)
    load = time.process_time() - begin
    calls = [single(SIZE, start=start, **options) for start in range(0, RECORDS, SIZE)]
    instant.calls.clear()
    begin = time.process_time()
    for messages in calls:
        meter(messages, NOW)
    seconds = time.process_time() - begin
    return {
        "microseconds_per_record": round(seconds / RECORDS * 1e6, 1),
        "api_calls_per_record": round(sum(instant.calls.values()) / RECORDS, 4),
        "first_batch_ms": round(load * 1000, 1),
    }
