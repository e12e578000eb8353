"""The deployed account as the tests see it: PutEvents in; topics, queues, the table and the command line out."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from local.account import LocalAccount
from local.demo.inbox import Inbox, Notice
from local.environment import isolated
from spendplane.adapters.dynamodb.client import ConditionFailedError, Table
from spendplane.adapters.dynamodb.keys import instant, switch_key
from spendplane.adapters.dynamodb.ledger import DynamoLedger
from spendplane.adapters.dynamodb.quarantine import DynamoQuarantine
from spendplane.adapters.dynamodb.switches import DynamoSwitches
from spendplane.application.ports import BookedRow, QuarantineEntry
from spendplane.contract.outgoing import THRESHOLD_CROSSED
from spendplane.contract.usage_event import USAGE_BATCH_RECORDED, USAGE_RECORDED
from spendplane.domain.counters import Counter, CounterRef
from spendplane.domain.periods import Period, window_of
from spendplane.domain.switches import Level, Switch, switch_id

T = TypeVar("T")
DEADLINE_S = 20.0
Record = dict[str, Any]
_numbers = count(1)


def eventually(look: Callable[[], T], wanted: Callable[[T], bool] = bool, *, seconds: float = DEADLINE_S) -> T:
    """Looks until it sees what is wanted, and returns it; fails with what it saw last."""
    deadline = time.monotonic() + seconds
    while True:
        seen = look()
        if wanted(seen):
            return seen
        assert time.monotonic() < deadline, f"not within {seconds} s; seen last: {seen!r}"
        time.sleep(0.05)


def record(project: str, **fields: Any) -> Record:
    """A valid record of a project, with an id of its own; $0.01455 by the list, unless `cost_usd` says otherwise."""
    made = {
        "id": f"{project}-{next(_numbers)}",
        "time": datetime.now(UTC).isoformat(),
        "project_id": project,
        "user_id": "someone",
        "environment": "staging",
        "provider": "aws.bedrock",
        "model": "global.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "usage": {"input_uncached": 350, "output": 900},
    }
    return {**made, **fields}


@dataclass(frozen=True, slots=True)
class Deployed:
    """One account for the whole session. `bus_queue` gets every event that Spendplane itself publishes."""

    account: LocalAccount
    inbox: Inbox
    bus_queue: str
    heard: list[dict[str, Any]] = field(default_factory=list)
    _clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """Kept: making one takes longer than most calls."""
        if service not in self._clients:
            self._clients[service] = self.account.client(service)
        return self._clients[service]

    def put(self, *records: Record, source: str = "com.example.e2e") -> None:
        """A PutEvents entry for each record."""
        self._put([(USAGE_RECORDED, item) for item in records], source)

    def put_batch(self, records: Sequence[Record], source: str = "com.example.e2e") -> None:
        """One entry for all records."""
        self._put([(USAGE_BATCH_RECORDED, {"records": list(records)})], source)

    def _put(self, events: Sequence[tuple[str, Any]], source: str) -> None:
        bus = self.account.env["SPENDPLANE_BUS"]
        entries = [
            {"Source": source, "DetailType": kind, "Detail": json.dumps(detail), "EventBusName": bus}
            for kind, detail in events
        ]
        client = self.client("events")
        for start in range(0, len(entries), 10):
            assert client.put_events(Entries=entries[start : start + 10])["FailedEntryCount"] == 0

    def send_raw(self, body: str) -> None:
        """Past the bus, straight into the usage queue: what EventBridge would not take."""
        self.client("sqs").send_message(QueueUrl=self.account.env["SPENDPLANE_QUEUE_URL"], MessageBody=body)

    def settle(self) -> None:
        """Returns when the meter has dealt with everything that was published."""
        eventually(lambda: self.depth(self.account.env["SPENDPLANE_QUEUE_URL"]), lambda depth: depth == 0)

    def depth(self, url: str) -> int:
        """Messages in a queue, those at work included."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return sum(int(value) for value in found.values())

    @property
    def _table(self) -> Table:
        return Table(self.client("dynamodb"), self.account.env["SPENDPLANE_TABLE"])

    def counter(
        self, budget: str, key: str | None = None, *, period: Period = Period.MONTHLY, time: datetime | None = None
    ) -> Counter:
        """As the table holds it now."""
        ref = CounterRef(budget, window_of(period, time or datetime.now(UTC)).code, key)
        return DynamoLedger(self._table).counters([(ref, 1)])[ref]

    def counted(self, budget: str, requests: int, key: str | None = None, **when: Any) -> Counter:
        """The counter, once it has reached that number of records."""
        return eventually(lambda: self.counter(budget, key, **when), lambda found: found.spend.requests >= requests)

    def switch(self, budget: str, key: str | None = None, level: Level = Level.THROTTLE) -> Switch:
        """The kill switch of this month, which must be in the table."""
        ref = CounterRef(budget, window_of(Period.MONTHLY, datetime.now(UTC)).code, key)
        found = DynamoSwitches(self._table).get(ref, level)
        assert found is not None, f"no switch {switch_id(ref, level)} is stored"
        return found

    def make_due(self, switch: Switch) -> None:
        """The next look is due now, as if so much time had passed. One that waits for no look is at rest, and left."""
        with suppress(ConditionFailedError):
            self._table.update(
                switch_key(switch.ref, switch.level),
                "SET work_at = :before",
                ConditionExpression="attribute_exists(work_at)",
                ExpressionAttributeValues={":before": {"S": instant(datetime.now(UTC) - timedelta(hours=1))}},
            )

    def row(self, dedup_key: str) -> BookedRow | None:
        """A ledger row."""
        return DynamoLedger(self._table).row(dedup_key)

    def quarantined(self, text: str) -> list[QuarantineEntry]:
        """Entries whose body holds a text."""
        now = datetime.now(UTC)
        days = [f"{now - timedelta(days=age):%Y-%m-%d}" for age in range(2)]
        return [entry for entry in DynamoQuarantine(self._table).entries(days) if text in entry.body]

    def notices(self, **detail: object) -> list[Notice]:
        """Messages on the topics whose detail has these values."""
        return [item for item in self.inbox.all() if detail.items() <= item.detail.items()]

    def alerts(self, budget: str) -> list[tuple[int, str]]:
        """(percent, topic) of every alert message so far, in order."""
        told = self.notices(budget_id=budget, detail_type=THRESHOLD_CROSSED)
        return [(item.detail["threshold_percent"], item.topic) for item in told]

    def bus_events(self, detail_type: str) -> list[dict[str, Any]]:
        """What Spendplane published on the bus so far."""
        sqs = self.client("sqs")
        while messages := sqs.receive_message(QueueUrl=self.bus_queue, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                self.heard.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=self.bus_queue, ReceiptHandle=message["ReceiptHandle"])
        return [event["detail"] for event in self.heard if event["detail-type"] == detail_type]

    def invoke(self, function: str, payload: object) -> Any:
        """Calls a function and returns its answer."""
        client = self.client("lambda")
        answer = client.invoke(FunctionName=f"spendplane-{function}", Payload=json.dumps(payload).encode())
        text = answer["Payload"].read().decode()
        assert "FunctionError" not in answer, text
        return json.loads(text) if text else None

    def cli(self, *words: str, code: int = 0) -> Any:
        """What `spendplane … --json` prints, after checking its exit code."""
        command = [str(Path(sys.executable).with_name("spendplane")), *words, "--json"]
        env = isolated(self.account.env)
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == code, f"{done.returncode}: {done.stdout}\n{done.stderr}"
        return json.loads(done.stdout) if done.stdout else None


def both(*percents: int) -> list[tuple[int, str]]:
    """Each percent on both topics."""
    return sorted((percent, topic) for percent in percents for topic in ("budget-alerts", "on-call"))


def as_sqs(bodies: Iterable[str]) -> dict[str, Any]:
    """What Lambda's poller hands to a function."""
    sent = str(int(time.time() * 1000))
    return {
        "Records": [
            {
                "messageId": f"e2e-{next(_numbers)}",
                "receiptHandle": "none",
                "body": body,
                "attributes": {"SentTimestamp": sent, "ApproximateReceiveCount": "1"},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "awsRegion": "us-east-1",
            }
            for body in bodies
        ]
    }
