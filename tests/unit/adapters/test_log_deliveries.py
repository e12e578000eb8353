"""Every way by which lines of the log come, and what becomes of a delivery that is damaged."""

import base64
import gzip
import io
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from spendplane.adapters.bedrock import REMEMBERED_SECONDS, ProfileTags
from spendplane.adapters.log_deliveries import DeliveryError, Objects, lines
from spendplane.application.ports import BusyError
from spendplane.contract.invocation_log import Line

KEY = "AWSLogs/123456789012/BedrockModelInvocationLogs/eu-west-1/2026/11/22/11/20261122T110000000Z_abc.json.gz"
BODY = "AWSLogs/123456789012/BedrockModelInvocationLogs/eu-west-1/2026/11/22/11/data/r-1_output.json.gz"
PROFILE = "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/abc"


class S3:
    """Objects by key; an error stands for its refusal."""

    def __init__(self, **objects: bytes | Exception) -> None:
        self.objects = objects

    def get_object(self, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803  # the client's names
        found = self.objects[f"{Bucket}/{Key}"]
        if isinstance(found, Exception):
            raise found
        return {"Body": io.BytesIO(found)}


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code}}, "GetObject")


def stored(content: bytes | Exception, key: str = KEY) -> Objects:
    return Objects(S3(**{f"logs/{key}": content}))


def subscribed(*messages: str, kind: str = "DATA_MESSAGE") -> dict[str, Any]:
    events = [{"id": str(number), "timestamp": 1, "message": text} for number, text in enumerate(messages)]
    content = {"messageType": kind, "logGroup": "/g", "logStream": "s", "logEvents": events}
    return {"awslogs": {"data": base64.b64encode(gzip.compress(json.dumps(content).encode())).decode()}}


def created(key: str = KEY) -> dict[str, Any]:
    return {"detail-type": "Object Created", "detail": {"bucket": {"name": "logs"}, "object": {"key": key}}}


def queued(*bodies: dict[str, Any]) -> dict[str, Any]:
    return {"Records": [{"eventSource": "aws:sqs", "body": json.dumps(body)} for body in bodies]}


def read(event: dict[str, Any], objects: Objects | None = None) -> list[Line]:
    return list(lines(event, objects or Objects(S3())))


def test_a_subscription_brings_lines_with_the_place_where_each_stands() -> None:
    assert read(subscribed("a", "b")) == [Line("/g s 0", "a"), Line("/g s 1", "b")]


def test_a_control_message_of_the_subscription_is_no_line() -> None:
    assert read(subscribed("CWL CONTROL MESSAGE", kind="CONTROL_MESSAGE")) == []


def test_what_failed_and_waited_in_the_queue_is_the_same_again() -> None:
    failed = {"requestContext": {"condition": "RetriesExhausted"}, "requestPayload": subscribed("a", "b")}
    assert read(queued(failed)) == read(subscribed("a", "b"))


def test_an_object_has_a_record_a_line() -> None:
    content = gzip.compress("a\n\nb ü\nc".encode())
    found = read(queued(created()), stored(content))
    assert [line.text.strip() for line in found] == ["a", "b ü", "c"]
    assert found[1].where == f"s3://logs/{KEY} line 3"


@pytest.mark.parametrize("key", [BODY, "elsewhere/x.json.gz", KEY.removesuffix(".json.gz") + "-permission-check"])
def test_other_objects_are_not_fetched(key: str) -> None:
    assert read(queued(created(key)), Objects(S3())) == []


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"detail-type": "Object Deleted"},
        {"awslogs": {"data": "!"}},
        {"awslogs": {"data": base64.b64encode(b"plain").decode()}},
        {"awslogs": {"data": base64.b64encode(gzip.compress(b"[]")).decode()}},
        {"awslogs": None},
        {"Records": [{"body": "{"}]},
        {"Records": [{"body": "[]"}]},
        {"Records": [{}]},
        queued({"requestPayload": {"awslogs": {"data": ""}}}),
    ],
)
def test_what_is_no_delivery_fails_and_so_ends_in_the_dead_letter_queue(event: dict[str, Any]) -> None:
    with pytest.raises(DeliveryError):
        read(event)


@pytest.mark.parametrize(
    "content",
    [b"plain", gzip.compress(b"a" * 100_000, mtime=0)[:50], b"\x1f\x8b\x08\x00garbage garbage"],
    ids=["plain", "cut short", "not gzip inside"],
)
def test_a_damaged_object_fails_too(content: bytes) -> None:
    with pytest.raises(DeliveryError, match="s3://logs/AWSLogs"):
        read(created(), stored(content))


@pytest.mark.parametrize("error", [refusal("SlowDown"), refusal("NoSuchKey"), ReadTimeoutError(endpoint_url="s3")])
def test_an_object_that_cannot_be_had_now_is_tried_again(error: Exception) -> None:
    with pytest.raises(BusyError):
        read(created(), stored(error))


def test_a_large_answer_is_read_compressed_or_not() -> None:
    assert stored(gzip.compress(b'{"a": 1}'), BODY).body(f"s3://logs/{BODY}") == {"a": 1}
    assert stored(b'{"a": 1}', "x.json").body("s3://logs/x.json") == {"a": 1}


@pytest.mark.parametrize(
    "found",
    [refusal("NoSuchKey"), refusal("AccessDenied"), b"no gzip", gzip.compress(b"{", mtime=0)],
    ids=["gone", "refused", "no gzip", "no JSON"],
)
def test_a_large_answer_that_is_not_to_be_had_is_done_without(found: bytes | Exception) -> None:
    assert stored(found, BODY).body(f"s3://logs/{BODY}") is None


@pytest.mark.parametrize("error", [refusal("SlowDown"), ReadTimeoutError(endpoint_url="s3")])
def test_a_large_answer_that_may_come_later_is_waited_for(error: Exception) -> None:
    with pytest.raises(BusyError):
        stored(error, BODY).body(f"s3://logs/{BODY}")


class Bedrock:
    """Answers with these tags, or this error."""

    def __init__(self, answer: dict[str, str] | str) -> None:
        self.answer, self.asked = answer, 0

    def list_tags_for_resource(self, resourceARN: str) -> dict[str, Any]:  # noqa: N803  # the client's names
        assert resourceARN == PROFILE
        self.asked += 1
        if isinstance(self.answer, str):
            raise ClientError({"Error": {"Code": self.answer}}, "ListTagsForResource")
        return {"tags": [{"key": key, "value": value} for key, value in self.answer.items()]}


def test_the_tags_of_a_profile_are_remembered_for_five_minutes() -> None:
    bedrock, seconds = Bedrock({"project": "search"}), [0.0]
    profiles = ProfileTags(lambda _: bedrock, lambda: seconds[0])
    assert [profiles.tags(PROFILE) for _ in range(3)] == [{"project": "search"}] * 3
    seconds[0], bedrock.answer = REMEMBERED_SECONDS - 1, {"project": "new"}
    assert profiles.tags(PROFILE) == {"project": "search"}
    seconds[0] = REMEMBERED_SECONDS
    assert profiles.tags(PROFILE) == {"project": "new"}
    assert bedrock.asked == 2


def test_a_profile_that_is_gone_has_no_tags_and_one_that_cannot_be_asked_is_asked_again() -> None:
    assert ProfileTags(lambda _: Bedrock("ResourceNotFoundException")).tags(PROFILE) == {}
    with pytest.raises(BusyError):
        ProfileTags(lambda _: Bedrock("ThrottlingException")).tags(PROFILE)
