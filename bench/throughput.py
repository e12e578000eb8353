"""Records per second of the meter's use case, on one core."""

import time
from collections.abc import Iterator
from statistics import median
from typing import Any

from bench.system import dynamodb, meter_over
from bench.transport import InstantDynamoDB
from bench.workload import NOW, batched, five_budgets, single
from spendplane.adapters.process import tune_for_batches
from spendplane.contract.envelope import Message
from spendplane.domain.budgets import Budget

RECORDS = 10_000
ROUNDS = 8
MESSAGES = 100
"""Messages an invocation: for single events 100 records."""
BATCH_MESSAGES = 10
"""Of 100 records each: what one receive call of the queue brings."""


def instant(budgets: list[Budget] | None = None, count: int = RECORDS) -> dict[str, float]:
    """Against a transport that answers at once; processor time.

    The best of eight short rounds, and their median: shared machines change their speed from second to second.
    """
    tune_for_batches()  # as the function does
    singles = list(_rounds(budgets, _calls(single, MESSAGES, count)))
    batches = list(_rounds(budgets, _calls(_batches, BATCH_MESSAGES, count)))
    return {
        "single": round(max(singles), 1),
        "single_median": round(median(singles), 1),
        "batch_events": round(max(batches), 1),
        "batch_events_median": round(median(batches), 1),
    }


def over_engine(endpoint: str, table: str, count: int) -> dict[str, float]:
    """Against an emulator on this machine, from one process and thread; elapsed time, the best of three parts."""
    meter = meter_over(dynamodb(endpoint), table)
    meter(single(10, start=10**8), NOW)
    figures = {}
    for name, make, start in (("single", single, 0), ("batch_events", _batches, 10**7)):
        calls = [make(100, start=start + offset) for offset in range(0, count, 100)]
        third = len(calls) // 3
        figures[name] = round(
            max(_elapsed(meter, calls[part : part + third]) for part in range(0, 3 * third, third)), 1
        )
    return figures


def _elapsed(meter: Any, calls: list[list[Message]]) -> float:
    begin = time.perf_counter()
    counted: int = sum(meter(messages, NOW).counted for messages in calls)
    if counted != 100 * len(calls):
        raise AssertionError(f"{counted} of {100 * len(calls)} records were counted")
    return counted / (time.perf_counter() - begin)


def _instant_meter(budgets: list[Budget] | None) -> Any:
    client = dynamodb("http://127.0.0.1:9")
    InstantDynamoDB(five_budgets() if budgets is None else budgets).install(client)
    return meter_over(client)


def _batches(count: int, *, start: int = 0) -> list[Message]:
    return batched(count, start=start)


def _calls(make: Any, messages: int, count: int) -> list[list[Message]]:
    size = messages if make is single else messages * 100
    return [make(size, start=start) for start in range(0, count, size)]


def _rounds(budgets: list[Budget] | None, calls: list[list[Message]]) -> Iterator[float]:
    for _ in range(ROUNDS):
        meter = _instant_meter(budgets)
        meter(single(10, start=10**9), NOW)  # prices, definitions and connections are there
        begin = time.process_time()
        counted = sum(meter(messages, NOW).counted for messages in calls)
        yield counted / (time.process_time() - begin)
