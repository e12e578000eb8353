"""One system, one kind of fault, one table: what it holds in the end, by record."""

import json
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bench.cost import (
    CALL_SECONDS,
    LAMBDA_GB,
    USD_PER_GB_SECOND,
    USD_PER_READ_UNIT,
    USD_PER_WRITE_UNIT,
    Capacity,
)
from bench.system import create_table, dynamodb
from bench.workload import NOW, envelope, five_budgets, records
from proof.rivals.faults import CRASH, TWICE, CrashError, Faulty
from proof.rivals.pattern import ClaimThenIncrement, Increments, read
from spendplane import bootstrap
from spendplane.adapters.dynamodb.client import Table
from spendplane.adapters.dynamodb.definitions import DynamoDefinitions
from spendplane.adapters.dynamodb.ledger import DynamoLedger
from spendplane.adapters.dynamodb.outbox import DynamoOutbox
from spendplane.adapters.dynamodb.quarantine import DynamoQuarantine
from spendplane.adapters.memory import MemoryBus
from spendplane.contract.envelope import Message
from spendplane.domain.budgets import Budget
from spendplane.domain.limits import Limits
from spendplane.domain.periods import Period
from tests.support.world import PriceList

Batch = Callable[[Sequence[Message]], set[str]]
"""Deals with a batch; returns the ids of messages that are to come again."""
BATCH = 10
"""Messages an invocation: what one receive call of the queue brings."""
RECORDS_OWN = "own"
EVERY = 20
"""One of so many batches meets the crash: 5 %."""
MAX_DELIVERIES = 5
"""As the usage queue has it; what still fails then is in the dead letters."""
SYSTEMS = ("Spendplane", "A: claim, then increment", "B: increments only")


def budgets() -> list[Budget]:
    """Four that every record shares, and one with a counter for each record: what was lost or doubled stands there."""
    own = Budget(RECORDS_OWN, per="session_id", period=Period.MONTHLY, limits=Limits(usd=Decimal(10**6)))
    shared = five_budgets()[:4]
    return [*shared[:2], own, *shared[2:]]


def workload(count: int) -> list[Message]:
    """Records with a session of their own and a price in whole dollars: after a lost reply MiniStack takes a repeated
    transaction for another one where a number ends in zeros behind the point (1.50, which it keeps as 1.5).
    """
    rng = random.Random(11)
    made = []
    for record in records(count):
        record |= {"cost_usd": str(rng.randrange(1, 99)), "session_id": record["id"]}
        made.append(Message(record["id"], envelope("AI Usage Recorded", record), NOW))
    return made


@dataclass(frozen=True, slots=True)
class Outcome:
    """`lost` and `doubled` are records by their own counters, `dead` messages in the dead letters; `net_percent` is
    what the worst of the shared counters is off by.
    """

    records: int
    lost: int
    doubled: int
    dead: int
    net_percent: float
    seconds: float
    calls: int
    usd_per_million: float


def measure(endpoint: str, system: str, kind: str, count: int) -> Outcome:
    """In a table of its own."""
    place = SYSTEMS.index(system)
    name = f"rivals-{place}-{kind.replace(' ', '-')}"
    client = dynamodb(endpoint)
    create_table(client, name)
    capacity = Capacity()
    capacity.install(client)
    faulty = Faulty(client, kind, random.Random(f"{kind}/{place}"))
    batch, read_counters = _system(system, faulty, client, name)
    messages = workload(count)
    batches = [messages[start : start + BATCH] for start in range(0, count, BATCH)]
    faulty.calls.clear()
    begin, cpu = time.perf_counter(), time.process_time()
    dead = sum(_deliver(batch, part, faulty, number) for number, part in enumerate(batches))
    seconds, cpu = time.perf_counter() - begin, time.process_time() - cpu
    found = read_counters()
    usd = _dollars(capacity, faulty.calls, Table(client, name), cpu) * 10**6 / count
    return _compared(messages, found, dead, seconds, faulty.calls.total(), float(usd))


def _deliver(batch: Batch, messages: Sequence[Message], faulty: Faulty, number: int) -> int:
    """As the queue does: what failed comes again. Returns how many ended in the dead letters."""
    waiting = list(messages)
    if faulty.kind == CRASH and number % EVERY == EVERY // 2:
        faulty.crash_at = faulty.rng.randint(1, _writes(batch, len(messages)))
    for _ in range(MAX_DELIVERIES):
        try:
            failed = batch(waiting)
        except CrashError:
            continue
        waiting = [message for message in waiting if message.id in failed]
        if not waiting:
            break
    faulty.crash_at = None
    if faulty.kind == TWICE:
        batch(list(messages))
    return len(waiting)


def _writes(batch: Batch, records: int) -> int:
    """How many writes one batch takes: any of them may be the last."""
    match batch:
        case ClaimThenIncrement():
            return records * (1 + len(batch.budgets))
        case Increments():
            return records * len(batch.budgets)
        case _:
            return 1


def _system(system: str, faulty: Faulty, client: Any, name: str) -> tuple[Batch, Callable[[], dict[str, Decimal]]]:
    if system == SYSTEMS[1]:
        return ClaimThenIncrement(faulty, name, budgets()), lambda: read(client, name)
    if system == SYSTEMS[2]:
        return Increments(faulty, name, budgets()), lambda: read(client, name)
    DynamoDefinitions(Table(client, name)).write(budgets(), (), NOW)
    table = Table(faulty, name)  # type: ignore[arg-type]  # has what is called
    ports = bootstrap.Ports(
        DynamoLedger(table),
        DynamoDefinitions(table),
        DynamoOutbox(table),
        DynamoQuarantine(table),
        MemoryBus(),
        PriceList(),
    )
    meter = bootstrap.meter(ports)

    def counters() -> dict[str, Decimal]:
        found = DynamoLedger(Table(client, name)).all_counters()
        return {item.ref.budget_id + (f"#{item.ref.key}" if item.ref.key else ""): item.spend.usd for item in found}

    return lambda messages: meter(messages, NOW).failed, counters


def _compared(
    messages: Sequence[Message], found: dict[str, Decimal], dead: int, seconds: float, calls: int, usd: float
) -> Outcome:
    costs = {message.id: Decimal(json.loads(message.body)["detail"]["cost_usd"]) for message in messages}
    held = {name: found.get(f"{RECORDS_OWN}#{name}", Decimal(0)) for name in costs}
    total = sum(costs.values(), Decimal(0))
    shared = [item.id for item in budgets() if item.per is None]
    off = max((abs(found.get(name, Decimal(0)) - total) for name in shared), default=Decimal(0))
    return Outcome(
        records=len(costs),
        lost=sum(held[name] < cost for name, cost in costs.items()),
        doubled=sum(held[name] > cost for name, cost in costs.items()),
        dead=dead,
        net_percent=float(round(off * 100 / total, 3)),
        seconds=seconds,
        calls=calls,
        usd_per_million=round(usd, 2),
    )


def _dollars(capacity: Capacity, calls: Counter[str], table: Table, cpu_seconds: float) -> Decimal:
    """Of DynamoDB and Lambda, by `bench.cost`'s prices; the way to the function is the same for all."""
    items = {(item["pk"]["S"], item["sk"]["S"]): item for item in table.scan("C#")}
    writes = Decimal(capacity.write_units(items)) if items else Decimal(calls["put_item"] + calls["update_item"])
    waiting = Decimal(cpu_seconds + calls.total() * CALL_SECONDS)
    reads = Decimal(capacity.read_units) * USD_PER_READ_UNIT
    return writes * USD_PER_WRITE_UNIT + reads + waiting * LAMBDA_GB * USD_PER_GB_SECOND
