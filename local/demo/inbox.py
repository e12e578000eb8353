"""What people would have received: one queue subscribed to each topic, read while the story goes on."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from local.account import LocalAccount
from spendplane.application.ports import Announcement
from spendplane.application.telling.notices import message_of

TOPICS = {"on-call": "SPENDPLANE_ONCALL_TOPIC_ARN", "budget-alerts": "SPENDPLANE_ALERTS_TOPIC_ARN"}


@dataclass(frozen=True, slots=True)
class Notice:
    """One message of one topic, at the moment of its receipt."""

    topic: str
    at: float
    subject: str
    detail: dict[str, Any]
    attributes: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The announcement's: the same on every topic."""
        return str(self.detail["id"])

    @property
    def email(self) -> str:
        """The body of the topic's e-mails. Queues get the facts as JSON, from which the same text follows."""
        facts = {name: value for name, value in self.detail.items() if name not in {"detail_type", "text"}}
        return message_of(Announcement(self.id, self.detail["detail_type"], facts)).text


@dataclass(slots=True)
class Inbox:
    """All messages so far, in the order of their receipt."""

    notices: list[Notice] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def receive(self, notice: Notice) -> None:
        """Called by the readers."""
        with self._lock:
            self.notices.append(notice)

    def all(self) -> list[Notice]:
        """A copy."""
        with self._lock:
            return list(self.notices)


@contextmanager
def inbox(account: LocalAccount) -> Iterator[Inbox]:
    """Subscribed from here on; its readers end with the block."""
    found, over = Inbox(), threading.Event()
    readers = []
    for topic, variable in TOPICS.items():
        url = _subscribe(account, topic, account.env[variable])
        client = account.client("sqs")  # one each: boto3 makes no promise about making clients in threads
        readers.append(threading.Thread(target=_read, args=(client, url, topic, found, over), daemon=True))
    for reader in readers:
        reader.start()
    try:
        yield found
    finally:
        over.set()
        for reader in readers:
            reader.join(timeout=5)


def _subscribe(account: LocalAccount, topic: str, topic_arn: str) -> str:
    sqs = account.client("sqs")
    url: str = sqs.create_queue(QueueName=f"demo-{topic}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    account.client("sns").subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=arn)
    return url


def _read(client: Any, url: str, topic: str, found: Inbox, over: threading.Event) -> None:
    while not over.is_set():
        answer = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        at = time.perf_counter()
        for message in answer.get("Messages", []):
            envelope = json.loads(message["Body"])
            attributes = {name: item["Value"] for name, item in envelope.get("MessageAttributes", {}).items()}
            found.receive(Notice(topic, at, envelope["Subject"], json.loads(envelope["Message"]), attributes))
            client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
