"""One crossing of a budget in the deployed local account: how long until all is turned down, and until all is back."""

import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError

from bench.targets import ENVIRONMENT, Endpoint, Targets
from bench.workload import records
from local.account import LocalAccount
from spendplane.adapters.dynamodb.keys import switch_key
from spendplane.adapters.dynamodb.switch_items import switch_from_item
from spendplane.domain.counters import CounterRef
from spendplane.domain.periods import Period, window_of
from spendplane.domain.switches import Level, Switch

LIMIT_USD = 1
"""Of every budget that is crossed here. Each is about one project, and has that project's name."""
ENFORCE = "spendplane-enforce"
WARM = 3
"""Processes of the enforce function: a leap over 80 and 100 % is two crossings, and a round may run beside them."""
POLL_SECONDS = 0.01
PAUSE_SECONDS = 0.2
GIVE_UP_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Run:
    """Seconds: from the PutEvents call until the enforce function began, and until the last target said that it is
    down; and that an order to release took until everything was given back.
    """

    reached: float
    engaged: float
    released: float


class Crossings:
    """Makes targets, crosses their budget, and has it released. Raises AssertionError when that fails."""

    def __init__(self, account: LocalAccount) -> None:
        self._bus, self._table = account.outputs["BusName"], account.outputs["TableName"]
        self._events, self._dynamodb = account.client("events"), account.client("dynamodb")
        # Asked once: boto3 would try a function that is throttled for seconds.
        self._lambda = account.client("lambda", config=Config(retries={"total_max_attempts": 1}, read_timeout=90))
        self._targets = Targets(account.client)

    def warm_up(self, project: str, count: int) -> None:
        """Processes, clients and connections are there afterwards."""
        plan = {"command": "plan", "budget_id": project}
        with ThreadPoolExecutor(WARM) as pool:
            list(pool.map(self._enforce, [plan] * WARM))
        self.run(project, count)

    def run(self, project: str, count: int) -> Run:
        """One crossing, alone: all is given back in the end, so that the rounds leave it alone from then on."""
        endpoints = self._targets.mixed(project, count)
        time.sleep(PAUSE_SECONDS)
        began, began_at = time.monotonic(), datetime.now(UTC)
        self._publish(project)
        _wait_until_down(endpoints)
        engaged = time.monotonic() - began
        if not self._refuses(endpoints[0].name):
            raise AssertionError(f"{endpoints[0].name} still answers")
        switch = self._settled(project)
        began = time.monotonic()
        self._enforce({"command": "release", "budget_id": project, "by": "bench", "reason": "measured"})
        released = time.monotonic() - began
        if down := [endpoint.name for endpoint in endpoints if endpoint.is_down()]:
            raise AssertionError(f"not given back: {', '.join(down)}")
        if switch.since is None or len(switch.held) != count:
            raise AssertionError(f"not as it was measured: {switch}")
        return Run((switch.since - began_at).total_seconds(), engaged, released)

    def _publish(self, project: str) -> None:
        (record,) = records(1)
        del record["provider_request_id"]  # each of these is a call of its own
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        own = {"id": f"crossing-{project}", "time": now, "project_id": project, "environment": ENVIRONMENT}
        detail = json.dumps({**record, **own, "cost_usd": f"{LIMIT_USD}.01"})
        entry = {"Source": "bench", "DetailType": "AI Usage Recorded", "Detail": detail, "EventBusName": self._bus}
        answer = self._events.put_events(Entries=[entry])
        if answer["FailedEntryCount"]:
            raise AssertionError(answer["Entries"])

    def _settled(self, project: str) -> Switch:
        """The switch, once the function has let it go: a person's order would wait for that."""
        ref = CounterRef(project, window_of(Period.MONTHLY, datetime.now(UTC)).code)
        key = switch_key(ref, Level.THROTTLE)
        item: dict[str, Any] = {"lease": None}

        def let_go() -> bool:
            item.clear()
            item.update(self._dynamodb.get_item(TableName=self._table, Key=key, ConsistentRead=True)["Item"])
            return "lease" not in item

        _wait(let_go, f"the switch of {project} was not let go")
        return switch_from_item(item)

    def _enforce(self, order: dict[str, Any]) -> None:
        answer = self._lambda.invoke(FunctionName=ENFORCE, Payload=json.dumps(order).encode())
        said = json.loads(answer["Payload"].read())
        if "FunctionError" in answer or not said["ok"]:
            raise AssertionError(said)

    def _refuses(self, function: str) -> bool:
        """A setting is one thing: its callers have to notice."""
        try:
            self._lambda.invoke(FunctionName=function)
        except ClientError as error:
            return bool(error.response["Error"]["Code"] == "TooManyRequestsException")
        return False


def _wait_until_down(endpoints: Sequence[Endpoint]) -> None:
    """One after the other, each until it is down: so the last answer comes after the last throttle."""
    for endpoint in endpoints:
        _wait(endpoint.is_down, f"{endpoint.name} was not turned down")


def _wait(until: Callable[[], bool], problem: str) -> None:
    deadline = time.monotonic() + GIVE_UP_SECONDS
    while not until():
        if time.monotonic() > deadline:
            raise AssertionError(f"{problem} within {GIVE_UP_SECONDS} s")
        time.sleep(POLL_SECONDS)
