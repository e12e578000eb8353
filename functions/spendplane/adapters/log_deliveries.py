"""What sets the function off, as lines: a log group's subscription, an object in S3, or one of both from the queue.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html (gzip, then base64),
https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html,
https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html (what could not be handled in time)
"""

import base64
import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from spendplane.application.ports import BusyError
from spendplane.contract.invocation_log import Line

_LOGS = "/BedrockModelInvocationLogs/"
_BODIES = "/data/"
_GONE = frozenset({"NoSuchKey", "NoSuchBucket", "404"})


class DeliveryError(ValueError):
    """Nothing that Bedrock's logs are delivered by, or damaged: it is for a person, by way of the dead-letter queue."""


@dataclass(frozen=True, slots=True)
class Objects:
    """Objects in S3, by a client of theirs."""

    client: Any

    def lines(self, bucket: str, key: str) -> Iterator[Line]:
        """One record a line, read as it comes. Raises BusyError, and DeliveryError for what is no gzip."""
        where = f"s3://{bucket}/{key}"
        try:
            with gzip.open(self._get(bucket, key), "rt", encoding="utf-8", errors="replace") as text:
                for number, line in enumerate(text, 1):
                    if line.strip():
                        yield Line(f"{where} line {number}", line)
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise DeliveryError(f"{where}: {error}") from error
        except BotoCoreError as error:  # the connection broke while it was read
            raise BusyError(f"{where}: {error}") from error

    def body(self, path: str) -> Any | None:
        """See `application.sources.invocations.Bodies`."""
        bucket, _, key = path.removeprefix("s3://").partition("/")
        try:
            content = self._get(bucket, key).read()
        except ClientError as error:
            if error.response["Error"]["Code"] in {*_GONE, "AccessDenied", "403"}:
                return None
            raise BusyError(f"{path}: {error}") from error
        except BotoCoreError as error:
            raise BusyError(f"{path}: {error}") from error
        try:
            return json.loads(gzip.decompress(content) if key.endswith(".gz") else content)
        except (ValueError, OSError, EOFError, zlib.error):
            return None

    def _get(self, bucket: str, key: str) -> Any:
        return self.client.get_object(Bucket=bucket, Key=key)["Body"]


def lines(event: Mapping[str, Any], objects: Objects) -> Iterator[Line]:
    """Every line of a delivery. Raises DeliveryError and BusyError."""
    if "awslogs" in event:
        yield from _subscribed(event["awslogs"])
    elif "Records" in event:
        for record in event["Records"]:
            yield from lines(_parsed(record.get("body")), objects)
    elif "requestPayload" in event:  # it failed when it came, so it waited in the queue
        yield from lines(event["requestPayload"], objects)
    elif event.get("detail-type") == "Object Created":
        bucket, key = event["detail"]["bucket"]["name"], event["detail"]["object"]["key"]
        if _LOGS in key and _BODIES not in key and key.endswith(".gz"):
            yield from _translated(objects.lines(bucket, key))
    else:
        raise DeliveryError(f"neither a log subscription nor an object in S3: {sorted(event)}")


def _subscribed(delivered: Any) -> Iterator[Line]:
    """CloudWatch Logs also sends control messages, to see whether there is somebody: they hold no record."""
    try:
        content = json.loads(gzip.decompress(base64.b64decode(delivered["data"])))
        place = f"{content['logGroup']} {content['logStream']}"
        events = content["logEvents"] if content["messageType"] == "DATA_MESSAGE" else []
    except (ValueError, OSError, EOFError, zlib.error, KeyError, TypeError) as error:
        raise DeliveryError(f"no delivery of CloudWatch Logs: {error!r}") from error
    for event in events:
        yield Line(f"{place} {event['id']}", event["message"])


def _translated(found: Iterator[Line]) -> Iterator[Line]:
    try:
        yield from found
    except ClientError as error:
        raise BusyError(f"S3: {error}") from error


def _parsed(body: Any) -> Mapping[str, Any]:
    try:
        parsed = json.loads(body)
    except (ValueError, TypeError):
        parsed = None
    if not isinstance(parsed, dict):
        raise DeliveryError("a message in the queue that is no JSON object")
    return parsed
