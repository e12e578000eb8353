"""One run: an account of its own, waves of records while meters are killed, and in the end the reckoning."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from local.account import LocalAccount, local_account
from local.demo.inbox import Inbox, inbox
from local.demo.warmup import warm_up
from proof.load import check
from proof.load.books import BUDGETS, CROSSED, Books
from proof.load.meters import METER, Meters
from proof.load.probe import probe
from proof.load.traffic import Traffic
from proof.load.wave import Wave, run_wave

SAMPLE = 2_000
CROSSED_AT = Decimal("0.6")
"""Share of all records by which the budget is used up."""
ALERTS_S = 200
"""So long an alert may take whose meter was killed: the sweep sends what is a minute old, each minute."""


@dataclass(frozen=True, slots=True)
class Plan:
    """`sizes` are records published by the end of each wave, `kills` the meters to kill in each.

    `timeout_s`: a meter may take so long; deployed it is 30 s, in which one core may not serve five of them.
    `visibility_s`: after so long the queue shows a batch again. Deployed it is 181 s, which would only be waited for.
    """

    sizes: Sequence[int]
    kills: Sequence[int]
    timeout_s: int
    visibility_s: int
    largest: int
    probe: int
    warm: bool = True
    """Start every process before the first record: else the first wave pays for it."""
    seed: int = 20261128


@dataclass(slots=True)
class Outcome:
    """`costs` are what `bench/cost.py` says at the end of each wave, `told` the alerts by topic; `wrong` is what did
    not hold.
    """

    books: Books
    found: check.Found
    waves: list[Wave]
    costs: list[dict[str, Any]]
    journal: dict[str, Any]
    rebuilt: dict[str, Any]
    told: dict[str, list[int]]
    kills: list[float]
    wrong: list[str] = field(default_factory=list)


def run(plan: Plan, scratch: Path, tell: Callable[[str], None]) -> Outcome:
    """Deploys, publishes, kills, checks. Raises LocalAccountError or TimeoutError where it cannot get to an end."""
    traffic = Traffic(plan.seed, datetime.now(UTC), largest=plan.largest)
    budgets = scratch / "budgets.yaml"
    budgets.write_text(BUDGETS.format(limit=limit(plan, traffic.now)))
    tell("deploying")
    with local_account(budgets=budgets) as account:
        account.client("lambda").update_function_configuration(FunctionName=METER, Timeout=plan.timeout_s)
        if plan.warm:
            warm_up(account)
        queue = {"QueueUrl": account.outputs["QueueUrl"], "Attributes": {"VisibilityTimeout": str(plan.visibility_s)}}
        account.client("sqs").set_queue_attributes(**queue)
        with inbox(account) as received:
            meters = Meters(account)
            waves, costs = _waves(plan, account, meters, traffic, tell)
            return _reckon(plan, account, meters, traffic, waves, costs, received, tell)


def limit(plan: Plan, now: datetime) -> str:
    """Dollars of the budget that is to be crossed, from a sample of the same traffic."""
    sample = Traffic(plan.seed + 1, now)
    for _ in sample.parcels(SAMPLE):
        pass
    usd = sum((item.usd for place, item in sample.books.counters.items() if place[0] == CROSSED), Decimal(0))
    return f"{usd * plan.sizes[-1] / SAMPLE * CROSSED_AT:.2f}"


def _waves(
    plan: Plan, account: LocalAccount, meters: Meters, traffic: Traffic, tell: Callable[[str], None]
) -> tuple[list[Wave], list[dict[str, Any]]]:
    waves, costs = [], []
    done = 0
    for size, kills in zip(plan.sizes, plan.kills, strict=True):
        waves.append(run_wave(account, meters, traffic, size - done, kills, tell))
        costs.append(probe(account, traffic, plan.probe))
        traffic.settle()
        done = size
    return waves, costs


def _reckon(
    plan: Plan,
    account: LocalAccount,
    meters: Meters,
    traffic: Traffic,
    waves: list[Wave],
    costs: list[dict[str, Any]],
    received: Inbox,
    tell: Callable[[str], None],
) -> Outcome:
    tell("reading the table, and rebuild --check")
    journal = meters.look()
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(check.read, account)
        rebuilt, wrong = check.rebuild(account)
        found = reading.result()
    deadline = time.monotonic() + ALERTS_S
    while (silent := check.alerts(received.all(), at_once=not plan.warm)) and time.monotonic() < deadline:
        tell("waiting for alerts")
        time.sleep(1)
    wrong += [*check.compare(traffic.books, found), *silent, *check.dead_letters(account)]
    told = check.told(received.all())
    return Outcome(traffic.books, found, waves, costs, journal, rebuilt, told, meters.killed, wrong)
