"""The calls to AWS that the kill switch makes, counted as they leave for the network, over the real adapters."""

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from threading import Lock
from typing import Any

import boto3

from bench.system import TABLE, create_table, dynamodb, meter_over
from bench.targets import ENVIRONMENT, Targets
from bench.workload import NOW, envelope, records
from spendplane import bootstrap
from spendplane.adapters.dynamodb.client import Table
from spendplane.adapters.dynamodb.definitions import DynamoDefinitions
from spendplane.adapters.dynamodb.drifts import DynamoDrifts
from spendplane.adapters.dynamodb.ledger import DynamoLedger
from spendplane.adapters.dynamodb.outbox import DynamoOutbox
from spendplane.adapters.dynamodb.switches import DynamoSwitches
from spendplane.adapters.eventbridge import EventBridgeBus
from spendplane.adapters.fleet import CONTROL_PLANE_CONFIG
from spendplane.adapters.fleet.finder import AwsFleet
from spendplane.application.switching.enforce import Enforce
from spendplane.application.switching.hands import Status
from spendplane.application.switching.settle import Settled
from spendplane.contract.envelope import Message
from spendplane.domain.budgets import Budget
from spendplane.domain.counters import CounterRef
from spendplane.domain.limits import Limits
from spendplane.domain.periods import Period, window_of
from spendplane.domain.switches import Hold
from spendplane.domain.targets import Protection

BUS = "spendplane"
FUNCTIONS = {f"functions_{count}": ("function",) * count for count in (1, 20, 200)}
CASES: dict[str, tuple[str, ...]] = {**FUNCTIONS, "endpoint_1": ("endpoint",), "role_1": ("role",)}
"""Kinds of the targets of one budget."""
OWN_SERVICES = frozenset({"dynamodb", "events"})
MAX_TARGETS = 200
Figures = dict[str, Any]
Enforcing = Callable[[], list[Settled]]


@dataclass(slots=True)
class Counted:
    """Clients as the functions have them. A call that is repeated counts again."""

    endpoint: str
    calls: Counter[str] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)

    def client(self, service: str) -> Any:
        """Counted from its first call on."""
        config = bootstrap.CLIENT_CONFIG if service in OWN_SERVICES else CONTROL_PLANE_CONFIG
        made = self.plain(service, config=config)
        made.meta.events.register("before-send", self._note)
        return made

    def plain(self, service: str, **options: Any) -> Any:
        """Not counted."""
        session = boto3.Session("test", "test", region_name="us-east-1")
        return session.client(service, endpoint_url=self.endpoint, **options)  # type: ignore[call-overload]

    def _note(self, event_name: str, **_: object) -> None:
        what = event_name.removeprefix("before-send.").replace(".", " ")
        with self._lock:
            self.calls[what] += 1


def measure(endpoint: str) -> dict[str, Figures]:
    """For each case: calls in all and by operation, and seconds, of an engagement, a quiet round and a release."""
    counted = Counted(endpoint)
    table = dynamodb(endpoint)
    create_table(table)
    counted.plain("events").create_event_bus(Name=BUS)
    limits = Limits(usd=Decimal(1))
    budgets = [Budget(name, match=(("project_id", (name,)),), limits=limits, mode="enforce") for name in CASES]
    DynamoDefinitions(Table(table, TABLE)).write(budgets, (), NOW)
    targets = Targets(counted.plain)
    for name, kinds in CASES.items():
        targets.make(name, *kinds)
    meter = meter_over(table)
    with ThreadPoolExecutor(bootstrap.AT_ONCE) as hands:
        enforce = _enforce(counted, hands)
        figures: dict[str, Figures] = {}
        for name, kinds in CASES.items():
            meter([_crossing(name)], NOW)
            figures[name] = _case(counted, enforce, name, len(kinds))
    return figures


def _case(counted: Counted, enforce: Enforce, name: str, count: int) -> Figures:
    ref = CounterRef(name, window_of(Period.MONTHLY, NOW).code)
    minute = timedelta(minutes=1)
    steps: dict[str, tuple[Status, Enforcing]] = {
        "engage": (Status.THROTTLED, lambda: enforce.crossed(ref, hard=True, now=NOW)),
        "round": (Status.KEPT, lambda: enforce.reconcile(NOW + minute)),
        "release": (Status.RESTORED, lambda: enforce.release(name, None, Hold("bench", "measured"), NOW + 2 * minute)),
    }
    return {step: _step(counted, act, name, [wanted] * count) for step, (wanted, act) in steps.items()}


def _step(counted: Counted, act: Enforcing, name: str, wanted: list[Status]) -> Figures:
    counted.calls.clear()
    begin = time.monotonic()
    settled = act()
    seconds = time.monotonic() - begin
    found = [outcome.status for item in settled for outcome in item.outcomes]
    if found != wanted:
        raise AssertionError(f"{name}: {found} instead of {wanted}")
    calls = dict(sorted(counted.calls.items()))
    return {"calls": sum(calls.values()), "seconds": round(seconds, 2), "by_operation": calls}


def _enforce(counted: Counted, hands: ThreadPoolExecutor) -> Enforce:
    table = Table(counted.client("dynamodb"), TABLE)
    return bootstrap.enforce(
        DynamoLedger(table),
        DynamoDefinitions(table),
        DynamoSwitches(table),
        AwsFleet(counted.client),
        DynamoOutbox(table),
        EventBridgeBus(counted.client("events"), BUS),
        Protection(frozenset({ENVIRONMENT}), max_targets=MAX_TARGETS, max_drift_percent=Decimal(10)),
        DynamoDrifts(table),
        hands.map,
    )


def _crossing(project: str) -> Message:
    (record,) = records(1)
    del record["provider_request_id"]  # each of these is a call of its own
    own = {"id": f"crossing-{project}", "project_id": project, "environment": ENVIRONMENT, "cost_usd": "1.01"}
    return Message(project, envelope("AI Usage Recorded", {**record, **own}), NOW)
