"""From PutEvents to the SNS message, on the deployed local account."""

import json
import statistics
import threading
import time
from pathlib import Path
from typing import Any

from bench.workload import records
from local.account import LocalAccount, local_account

CROSSINGS = 220
PAUSE_SECONDS = 0.2
"""Between two events: a crossing is measured alone, not in a queue behind others."""
GIVE_UP_SECONDS = 60
BUDGETS = """\
version: 1
budgets:
  - id: every-user-daily
    per: user_id
    limit_usd: 5
    period: daily
    thresholds: [100]
    on_hard_limit: notify
"""


def measure(scratch: Path) -> dict[str, Any]:
    """Percentiles in milliseconds over more than 200 crossings, each of another user's counter."""
    scratch.mkdir(parents=True, exist_ok=True)
    budgets = scratch / "budgets.yaml"
    budgets.write_text(BUDGETS)
    with local_account(budgets=budgets) as account:
        published, received = _crossings(account)
    latencies = sorted((received[user] - sent) * 1000 for user, sent in published.items() if user in received)
    if len(latencies) < CROSSINGS:
        raise AssertionError(f"{CROSSINGS - len(latencies)} of {CROSSINGS} crossings were never told")
    cuts = statistics.quantiles(latencies, n=100)
    figures = {"p50": cuts[49], "p90": cuts[89], "p99": cuts[98], "max": latencies[-1]}
    return {"crossings": len(latencies), **{name: round(value) for name, value in figures.items()}}


def _crossings(account: LocalAccount) -> tuple[dict[str, float], dict[str, float]]:
    queue = _subscribed_queue(account)
    events, sqs = account.client("events"), account.client("sqs")
    received: dict[str, float] = {}
    done = threading.Event()
    listener = threading.Thread(target=_listen, args=(sqs, queue, received, done), daemon=True)
    listener.start()
    _publish(events, account.outputs["BusName"], "warm-up")
    _wait(lambda: "warm-up" in received)
    published = {}
    for number in range(CROSSINGS):
        user = f"runaway-{number}"
        published[user] = time.monotonic()
        _publish(events, account.outputs["BusName"], user)
        time.sleep(PAUSE_SECONDS)
    _wait(lambda: published.keys() <= received.keys())
    done.set()
    listener.join()
    return published, received


def _publish(events: Any, bus: str, user: str) -> None:
    (record,) = records(1)
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    # Without a request id: each of these is a call of its own.
    del record["provider_request_id"]
    detail = {**record, "id": f"crossing-{user}", "time": now, "user_id": user, "cost_usd": "5.01"}
    entry = {"Source": "bench", "DetailType": "AI Usage Recorded", "Detail": json.dumps(detail), "EventBusName": bus}
    answer = events.put_events(Entries=[entry])
    if answer["FailedEntryCount"]:
        raise AssertionError(answer["Entries"])


def _subscribed_queue(account: LocalAccount) -> str:
    sqs, sns = account.client("sqs"), account.client("sns")
    queue: str = sqs.create_queue(QueueName="bench-listener")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    allowed = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage"}
    policy = {"Version": "2012-10-17", "Statement": [{**allowed, "Resource": arn}]}
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps(policy)})
    sns.subscribe(
        TopicArn=account.outputs["OnCallTopicArn"],
        Protocol="sqs",
        Endpoint=arn,
        Attributes={"RawMessageDelivery": "true"},
    )
    return queue


def _listen(sqs: Any, queue: str, received: dict[str, float], done: threading.Event) -> None:
    while not done.is_set():
        answer = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        arrived = time.monotonic()
        for message in answer.get("Messages", []):
            received.setdefault(json.loads(message["Body"])["key"], arrived)
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])


def _wait(until: Any) -> None:
    deadline = time.monotonic() + GIVE_UP_SECONDS
    while not until() and time.monotonic() < deadline:
        time.sleep(0.1)
