"""Bedrock through a real boto3 client: the caller gets what Bedrock sent, and what was used is recorded once."""

import gc
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, EventStreamError, HTTPClientError

from spendplane_client import instrument, process, tags, uninstrument
from tests.support.bedrock_wire import ANSWER, BUCKETS, MESSAGES, MODEL, REQUEST_ID, STREAM, USAGE, Wire
from tests.support.client_bus import WHO, Bus, only, published

BODY = {
    "id": "msg_bdrk_1", "type": "message", "model": "claude-sonnet-4-5-20250929", "content": [],
    "usage": {
        "input_tokens": 350, "cache_read_input_tokens": 120_000, "cache_creation_input_tokens": 1_500,
        "cache_creation": {"ephemeral_5m_input_tokens": 500, "ephemeral_1h_input_tokens": 1_000}, "output_tokens": 900,
    },
}  # fmt: skip


@pytest.fixture
def wire(bus: Bus) -> Wire:  # noqa: ARG001  # it is where the records go
    made = Wire()
    instrument(made.client, **WHO)
    return made


def converse(wire: Wire) -> Any:
    return wire.client.converse(modelId=MODEL, messages=MESSAGES)


def converse_stream(wire: Wire) -> Any:
    return wire.client.converse_stream(modelId=MODEL, messages=MESSAGES)["stream"]


def invoke(wire: Wire, body: Any = b"{}") -> Any:
    return wire.client.invoke_model(modelId=MODEL, body=body)["body"]


def checked(record: dict[str, Any]) -> dict[str, Any]:
    """The record without what differs each time."""
    assert record["latency_ms"] >= 0
    return {name: value for name, value in record.items() if name not in ("id", "time", "latency_ms")}


BASE = {**WHO, "provider": "aws.bedrock", "model": MODEL, "provider_request_id": REQUEST_ID, "region": "us-east-1"}
WHOLE = {**BASE, "usage": BUCKETS}


def test_converse_is_recorded_and_answers_as_without_us(wire: Wire, bus: Bus) -> None:
    wire.answers(ANSWER)
    bare = Wire()
    bare.answers(ANSWER)
    assert converse(wire) == converse(bare)
    assert checked(only(bus)) == WHOLE


def test_the_tags_go_into_the_call_for_bedrocks_own_log(wire: Wire) -> None:
    wire.answers(ANSWER)
    with tags(user_id="josé"):
        wire.client.converse(
            modelId=MODEL, messages=MESSAGES, requestMetadata={"ticket": "7", "environment": "sandbox"}
        )
    sent = json.loads(wire.sent[0].body)["requestMetadata"]
    assert sent == {"ticket": "7", "environment": "sandbox", "project_id": "marketing-gen-v1", "user_id": "jos_"}


def test_metadata_of_the_call_names_its_people(wire: Wire, bus: Bus) -> None:
    wire.answers(ANSWER)
    wire.client.converse(modelId=MODEL, messages=MESSAGES, requestMetadata={"user_id": "someone", "session_id": "s-1"})
    record = only(bus)
    assert (record["user_id"], record["session_id"]) == ("someone", "s-1")


def test_at_most_sixteen_pairs_are_sent(wire: Wire) -> None:
    wire.answers(ANSWER)
    given = {f"k{n}": "v" for n in range(15)}
    wire.client.converse(modelId=MODEL, messages=MESSAGES, requestMetadata=given)
    sent = json.loads(wire.sent[0].body)["requestMetadata"]
    assert len(sent) == 16
    assert sent.items() >= given.items()
    assert len(given) == 15


def test_a_stream_is_counted_at_its_end(wire: Wire, bus: Bus) -> None:
    wire.streams(STREAM)
    stream = converse_stream(wire)
    assert not published(bus)
    assert [next(iter(item)) for item in stream] == [kind for kind, _ in STREAM]
    assert checked(only(bus)) == WHOLE
    stream.close()
    assert only(bus)


def test_whoever_stops_at_the_end_of_the_message_is_counted_in_full(wire: Wire, bus: Bus) -> None:
    """The counts come in the event after it."""
    wire.streams(STREAM)
    for item in converse_stream(wire):
        if "messageStop" in item:
            break
    gc.collect()
    assert checked(only(bus)) == WHOLE


@pytest.mark.parametrize("leave", ["close", "forget"])
def test_a_stream_that_is_left_early_is_an_error_without_counts(wire: Wire, bus: Bus, leave: str) -> None:
    """And goes without the request's id, so that Bedrock's log can still bring the counts."""
    wire.streams(STREAM)
    stream = converse_stream(wire)
    next(iter(stream))
    if leave == "close":
        stream.close()
    del stream
    gc.collect()
    record = checked(only(bus))
    unread = {"unread_request_id": record.pop("unread_request_id")}
    assert unread == {"unread_request_id": REQUEST_ID}
    assert record == {
        **{name: value for name, value in BASE.items() if name != "provider_request_id"},
        "outcome": "error", "usage_incomplete": True, "usage": {},
    }  # fmt: skip


def test_a_loop_that_pauses_goes_on_where_it_was(wire: Wire, bus: Bus) -> None:
    wire.streams(STREAM)
    stream = converse_stream(wire)
    for _ in stream:
        break
    assert len(list(stream)) == len(STREAM) - 1
    assert checked(only(bus)) == WHOLE


def test_a_connection_that_breaks_is_an_error_and_reaches_the_caller(wire: Wire, bus: Bus) -> None:
    wire.streams(STREAM[:3], breaks=True)
    with pytest.raises(Exception, match="gone"):
        list(converse_stream(wire))
    assert only(bus)["outcome"] == "error"


def test_an_error_inside_the_stream_reaches_the_caller(wire: Wire, bus: Bus) -> None:
    wire.streams([*STREAM[:2], ("modelStreamErrorException", {"message": "overloaded"})])
    stream = converse_stream(wire)
    with pytest.raises(EventStreamError, match="overloaded"):
        list(stream)
    assert only(bus)["outcome"] == "error"


def test_what_bedrock_refuses_used_nothing(wire: Wire, bus: Bus) -> None:
    wire.answers(
        {"message": "Too many requests"}, 429, x_amzn_errortype="ThrottlingException:http://internal.amazon.com/"
    )
    with pytest.raises(ClientError, match="Too many"):
        converse(wire)
    assert checked(only(bus)) == {**BASE, "outcome": "error", "error_code": "ThrottlingException", "usage": {}}


def test_what_got_no_answer_may_have_used_something(wire: Wire, bus: Bus) -> None:
    wire.fails(HTTPClientError(error=OSError("gone")))
    with pytest.raises(HTTPClientError):
        converse(wire)
    record = only(bus)
    assert record["usage_incomplete"]
    assert (record["outcome"], record["error_code"]) == ("error", "HTTPClientError")


def test_twice_instrumented_counts_once_with_the_later_tags(wire: Wire, bus: Bus) -> None:
    instrument(wire.client, **{**WHO, "team": "growth"})
    wire.answers(ANSWER)
    converse(wire)
    assert only(bus)["team"] == "growth"


def test_uninstrumented_counts_no_more(wire: Wire, bus: Bus) -> None:
    uninstrument(uninstrument(wire.client))
    wire.answers(ANSWER)
    converse(wire)
    assert not published(bus)
    assert "requestMetadata" not in json.loads(wire.sent[0].body)


def test_a_fault_of_ours_never_reaches_the_call(
    wire: Wire, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("spendplane_client.watching.Watch.end", lambda *_args, **_more: 1 / 0)
    monkeypatch.setattr("spendplane_client.bedrock._label", lambda *_args, **_more: 1 / 0)
    wire.answers(ANSWER)
    assert converse(wire)["usage"]["inputTokens"] == USAGE["inputTokens"]
    wire.streams(STREAM)
    assert len(list(converse_stream(wire))) == len(STREAM)
    wire.answers(BODY)
    assert json.loads(invoke(wire).read()) == BODY
    assert "the call itself goes on" in caplog.text


def test_other_calls_of_the_client_are_not_touched(wire: Wire, bus: Bus) -> None:
    wire.answers({"inputTokens": 7})
    wire.client.count_tokens(modelId=MODEL, input={"converse": {"messages": MESSAGES}})
    assert not published(bus)
    assert process.stats().recorded == 0
