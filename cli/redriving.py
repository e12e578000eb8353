"""Messages of the dead-letter queues, back into the usage queue."""

from collections.abc import Callable
from typing import Any

from cli.checks.resources import QUEUE, USAGE_DEAD
from cli.context import Session
from cli.errors import Failure

_ABSENT = {"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"}
_HANDFUL = 10
_HIDDEN_S = 120
"""So long a message that was taken is hidden: it comes back by itself when this is cut off."""


def waiting(run: Session) -> dict[str, int]:
    """How many messages each of them holds."""
    client = run.clients("sqs")
    return {name: _depth(client, _url(client, name)) for name in USAGE_DEAD}


def redrive(run: Session, name: str, count: int, progress: Callable[[], None]) -> int:
    """Moves so many messages at most, and returns how many it moved.

    Each is sent before it is deleted, so one that is cut off in between is there twice, which the ledger notices. No
    more than were there at the start: what fails again and comes back is not taken round and round.
    """
    client = run.clients("sqs")
    source, target = _url(client, name), run.settings.queue_url or _url(client, QUEUE)
    moved = 0
    while moved < count:
        asked = {"MaxNumberOfMessages": min(_HANDFUL, count - moved), "VisibilityTimeout": _HIDDEN_S}
        found = client.receive_message(QueueUrl=source, **asked).get("Messages", [])
        if not found:
            break
        for message in found:
            client.send_message(QueueUrl=target, MessageBody=message["Body"])
            client.delete_message(QueueUrl=source, ReceiptHandle=message["ReceiptHandle"])
            moved += 1
            progress()
    return moved


def _url(client: Any, name: str) -> str:
    from botocore.exceptions import ClientError

    try:
        return str(client.get_queue_url(QueueName=name)["QueueUrl"])
    except ClientError as error:
        if error.response["Error"]["Code"] in _ABSENT:
            raise Failure(f"there is no queue {name}", "deploy again: cdk deploy --all") from None
        raise


def _depth(client: Any, url: str) -> int:
    name = "ApproximateNumberOfMessages"
    return int(client.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"].get(name, 0))
