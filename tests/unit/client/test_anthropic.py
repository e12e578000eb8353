"""Anthropic's own SDK over a transport in memory."""

import gc
from typing import Any

import anthropic
import pytest

from spendplane_client import instrument
from tests.support.bedrock_wire import event
from tests.support.client_bus import WHO, Bus, only, published
from tests.support.sdk_wire import MESSAGE, MESSAGE_BUCKETS, MESSAGE_EVENTS, Server, checked, sse

ASKED: Any = {"model": "claude-latest", "max_tokens": 64, "messages": [{"role": "user", "content": "hi"}]}
WHOLE = {
    **WHO, "provider": "anthropic", "model": "claude-sonnet-4-5-20250929", "provider_request_id": "msg_1",
    "service_tier": "standard", "usage": MESSAGE_BUCKETS,
}  # fmt: skip


@pytest.fixture
def server(bus: Bus) -> Server:  # noqa: ARG001  # it is where the records go
    return Server(answer=MESSAGE, events=lambda _body: sse(MESSAGE_EVENTS))


@pytest.fixture
def client(server: Server) -> anthropic.Anthropic:
    return instrument(anthropic.Anthropic(api_key="x", http_client=server.client(), max_retries=0), **WHO)


def test_a_message_is_recorded(client: anthropic.Anthropic, bus: Bus) -> None:
    assert client.messages.create(**ASKED).id == "msg_1"
    assert checked(only(bus)) == WHOLE


def test_a_stream_is_recorded_and_is_the_sdks_own(client: anthropic.Anthropic, bus: Bus) -> None:
    stream = client.messages.create(**ASKED, stream=True)
    assert isinstance(stream, anthropic.Stream)
    assert [item.type for item in stream] == [item["type"] for item in MESSAGE_EVENTS]
    assert checked(only(bus)) == WHOLE


def test_the_stream_helper_is_recorded_once(client: anthropic.Anthropic, bus: Bus) -> None:
    with client.messages.stream(**ASKED) as stream:
        assert "".join(stream.text_stream) == "hi"
        assert stream.get_final_message().usage.output_tokens == 900
    assert checked(only(bus)) == WHOLE


def test_what_a_stream_told_before_it_was_left_is_kept(client: anthropic.Anthropic, bus: Bus) -> None:
    with client.messages.stream(**ASKED) as stream:
        next(stream)
    record = checked(only(bus))
    assert record == {
        **WHOLE, "outcome": "error", "usage_incomplete": True, "usage": {**MESSAGE_BUCKETS, "output": 1},
    }  # fmt: skip


def test_a_stream_that_is_dropped_is_recorded(client: anthropic.Anthropic, bus: Bus) -> None:
    client.messages.create(**ASKED, stream=True)
    gc.collect()
    assert only(bus)["outcome"] == "error"


def test_a_stream_whose_connection_breaks_reaches_the_caller(
    client: anthropic.Anthropic, server: Server, bus: Bus
) -> None:
    server.breaks, server.events = True, lambda _body: sse(MESSAGE_EVENTS[:3])
    with pytest.raises(Exception, match="gone"):
        list(client.messages.create(**ASKED, stream=True))
    assert only(bus)["usage"]["input_uncached"] == 350


def test_what_is_refused_used_nothing(client: anthropic.Anthropic, server: Server, bus: Bus) -> None:
    server.status, server.answer = 529, {"type": "error", "error": {"type": "overloaded_error", "message": "later"}}
    with pytest.raises(anthropic.APIStatusError):
        client.messages.create(**ASKED)
    record = only(bus)
    assert (record["outcome"], record["usage"], "usage_incomplete" in record) == ("error", {}, False)


def test_the_person_that_a_call_names(client: anthropic.Anthropic, bus: Bus) -> None:
    client.messages.create(**ASKED, metadata={"user_id": "hash-of-ann"})
    assert only(bus)["user_id"] == "hash-of-ann"


def test_beta_messages_and_raw_answers_are_recorded(client: anthropic.Anthropic, bus: Bus) -> None:
    client.beta.messages.create(**ASKED)
    assert client.messages.with_raw_response.create(**ASKED).parse().id == "msg_1"
    with client.messages.with_streaming_response.create(**ASKED) as answer:
        assert answer.parse().id == "msg_1"
    del answer
    gc.collect()
    assert [record["usage"] for record in published(bus)] == [MESSAGE_BUCKETS] * 3


def test_counting_tokens_costs_nothing(client: anthropic.Anthropic, server: Server, bus: Bus) -> None:
    server.answer = {"input_tokens": 9}
    client.messages.count_tokens(model="claude-latest", messages=ASKED["messages"])
    assert not published(bus)


def test_a_pass_of_another_model_is_a_record_of_its_own(client: anthropic.Anthropic, server: Server, bus: Bus) -> None:
    """An advisor is billed at its own rates."""
    passes = [
        {"type": "message", "input_tokens": 350, "output_tokens": 900},
        {"type": "advisor_message", "model": "claude-opus-4-5", "input_tokens": 40, "output_tokens": 5},
    ]
    usage = {"input_tokens": 350, "output_tokens": 900, "iterations": passes}
    server.answer = {**MESSAGE, "usage": usage}
    client.messages.create(**ASKED)
    first, other = published(bus)
    assert first["usage"] == {"input_uncached": 350, "output": 900}
    assert (other["model"], other["provider_request_id"]) == ("claude-opus-4-5", "msg_1/1")
    assert other["usage"] == {"input_uncached": 40, "output": 5}


def test_claude_on_bedrock_is_known_by_amazons_id(server: Server, bus: Bus) -> None:
    server.headers |= {"x-amzn-requestid": "amzn-1"}
    made = anthropic.AnthropicBedrock(
        aws_access_key="x", aws_secret_key="x", aws_region="eu-central-1", http_client=server.client()
    )
    model = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0"
    assert instrument(made, **WHO).messages.create(**{**ASKED, "model": model}).id == "msg_1"
    record = checked(only(bus))
    assert record == {
        **WHOLE, "provider": "aws.bedrock", "model": model, "provider_request_id": "amzn-1", "region": "eu-central-1",
    }  # fmt: skip


def test_a_stream_of_claude_on_bedrock(server: Server, bus: Bus) -> None:
    import base64
    import json

    server.headers |= {"x-amzn-requestid": "amzn-1", "content-type": "application/vnd.amazon.eventstream"}
    server.events = lambda _body: [
        event("chunk", {"bytes": base64.b64encode(json.dumps(item).encode()).decode()}) for item in MESSAGE_EVENTS
    ]
    made = anthropic.AnthropicBedrock(
        aws_access_key="x", aws_secret_key="x", aws_region="eu-central-1", http_client=server.client()
    )
    seen = list(instrument(made, **WHO).messages.create(**ASKED, stream=True))
    assert seen[-1].type == "message_stop"
    record = only(bus)
    assert (record["provider_request_id"], record["usage"]) == ("amzn-1", MESSAGE_BUCKETS)
