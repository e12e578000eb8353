"""The usage queue's messages, from a Lambda event and back to its partial batch response."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSEvent

from spendplane.contract.envelope import Message


def messages(event: dict[str, Any]) -> list[Message]:
    """A message's time is when the queue accepted it first: the same at every redelivery."""
    return [
        Message(record.message_id, record.body, _moment(record.attributes.sent_timestamp))
        for record in SQSEvent(event).records
    ]


def failures(message_ids: Iterable[str]) -> dict[str, Any]:
    """Partial batch response: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html"""
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in sorted(message_ids)]}


def _moment(milliseconds: str) -> datetime:
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)
