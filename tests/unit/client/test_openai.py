"""OpenAI's own SDK over a transport in memory."""

import gc
from typing import Any

import httpx2
import openai
import pytest

from spendplane_client import instrument, process, tags, uninstrument
from tests.support.client_bus import WHO, Bus, only, published
from tests.support.sdk_wire import (
    ASKED,
    CHAT,
    CHAT_BUCKETS,
    CHAT_ID,
    CHATTED,
    EMBEDDINGS,
    RESPONSE,
    Server,
    checked,
    chunks,
    response_events,
    sse,
    streaming,
)


@pytest.fixture
def server(bus: Bus) -> Server:  # noqa: ARG001  # it is where the records go
    return Server(events=streaming)


@pytest.fixture
def client(server: Server) -> openai.OpenAI:
    return instrument(openai.OpenAI(api_key="x", http_client=server.client(), max_retries=0), **WHO)


def test_a_completion_is_recorded(client: openai.OpenAI, bus: Bus) -> None:
    assert client.chat.completions.create(**ASKED).choices[0].message.content == "hi"
    assert checked(only(bus)) == CHATTED


def test_a_stream_tells_its_use_and_the_caller_sees_what_it_asked_for(
    client: openai.OpenAI, server: Server, bus: Bus
) -> None:
    asked = {**ASKED, "stream_options": {"include_obfuscation": False}}
    seen = list(client.chat.completions.create(**asked, stream=True))
    assert [item.model_dump(exclude_unset=True) for item in seen] == chunks(usage=False)
    assert server.asked[0]["stream_options"] == {"include_obfuscation": False, "include_usage": True}
    assert asked["stream_options"] == {"include_obfuscation": False}
    assert checked(only(bus)) == CHATTED


@pytest.mark.parametrize("where", ["argument", "extra_body"])
def test_who_asked_for_the_use_gets_it(client: openai.OpenAI, bus: Bus, where: str) -> None:
    options = {"stream_options": {"include_usage": True}}
    given: Any = options if where == "argument" else {"extra_body": options}
    seen = list(client.chat.completions.create(**ASKED, stream=True, **given))
    assert [bool(item.usage) for item in seen] == [False, False, True]
    assert checked(only(bus)) == CHATTED


def test_whoever_stops_at_the_finish_reason_is_counted_in_full(client: openai.OpenAI, bus: Bus) -> None:
    stream = client.chat.completions.create(**ASKED, stream=True)
    assert isinstance(stream, openai.Stream)
    for item in stream:
        if item.choices[0].finish_reason:
            break
    stream.close()
    assert checked(only(bus)) == CHATTED


@pytest.mark.parametrize("leave", ["close", "with", "forget"])
def test_a_stream_that_is_left_early_is_an_error_without_counts(client: openai.OpenAI, bus: Bus, leave: str) -> None:
    stream = client.chat.completions.create(**ASKED, stream=True)
    if leave == "with":
        with stream:
            next(stream)
    else:
        next(stream)
    if leave == "close":
        stream.close()
    del stream
    gc.collect()
    record = only(bus)
    assert (record["outcome"], record["usage"], record["usage_incomplete"]) == ("error", {}, True)


def test_a_connection_that_breaks_reaches_the_caller(client: openai.OpenAI, server: Server, bus: Bus) -> None:
    server.breaks, server.events = True, lambda body: streaming(body)[:1]
    with pytest.raises(openai.APIConnectionError):
        list(client.chat.completions.create(**ASKED, stream=True))
    with pytest.raises(openai.APIConnectionError):
        client.chat.completions.create(**ASKED)
    assert [record["usage_incomplete"] for record in published(bus)] == [True, True]


def test_what_is_refused_used_nothing(client: openai.OpenAI, server: Server, bus: Bus) -> None:
    server.status, server.answer = 429, {"error": {"message": "slow down", "code": "rate_limit_exceeded"}}
    with pytest.raises(openai.RateLimitError):
        client.chat.completions.create(**ASKED)
    assert checked(only(bus)) == {
        **WHO, "provider": "openai", "model": "gpt-5-mini", "outcome": "error", "error_code": "rate_limit_exceeded",
        "usage": {},
    }  # fmt: skip


def test_responses_and_their_stream(client: openai.OpenAI, server: Server, bus: Bus) -> None:
    server.answer, server.events = RESPONSE, lambda _body: sse(response_events())
    assert client.responses.create(model="gpt-5-mini", input="hi").id == "resp_1"
    assert len(list(client.responses.create(model="gpt-5-mini", input="hi", stream=True))) == 2
    with client.responses.stream(model="gpt-5-mini", input="hi") as stream:
        assert stream.get_final_response().id == "resp_1"
    records = published(bus)
    assert {record["provider_request_id"] for record in records} == {"resp_1"}
    assert [record["usage"] for record in records] == [CHAT_BUCKETS] * 3
    assert {record["service_tier"] for record in records} == {"flex"}
    assert "stream_options" not in server.asked[1]


def test_embeddings_are_known_by_the_header(client: openai.OpenAI, server: Server, bus: Bus) -> None:
    server.answer = EMBEDDINGS
    client.embeddings.create(model="text-embedding-3-small", input="hi", encoding_format="float")
    record = only(bus)
    assert (record["workload_type"], record["usage"]) == ("embedding", {"input_uncached": 8})
    assert record["provider_request_id"] == "req_1"


def test_the_stream_helper_is_counted(client: openai.OpenAI, bus: Bus) -> None:
    with client.chat.completions.stream(**ASKED) as stream:
        assert stream.get_final_completion().choices[0].message.content == "hi"
    assert checked(only(bus)) == CHATTED


def test_the_caller_of_a_call_names_the_person(client: openai.OpenAI, bus: Bus) -> None:
    client.chat.completions.create(**ASKED, user="asked")
    client.chat.completions.create(**ASKED, safety_identifier="safe")
    with tags(user_id="tagged", session_id="s-1"):
        client.chat.completions.create(**ASKED, user="asked")
    assert [record["user_id"] for record in published(bus)] == ["asked", "safe", "tagged"]
    assert published(bus)[2]["session_id"] == "s-1"


def test_uninstrumented_is_as_before(client: openai.OpenAI, server: Server, bus: Bus) -> None:
    uninstrument(client)
    assert len(list(client.chat.completions.create(**ASKED, stream=True))) == 2
    assert "stream_options" not in server.asked[0]
    assert not published(bus)


def test_calls_that_use_no_model_pass(client: openai.OpenAI, server: Server) -> None:
    server.answer = {"object": "list", "data": []}
    client.post("/vector_stores", cast_to=httpx2.Response, body={"name": "x"})
    assert process.stats().recorded == 0


def test_a_fault_of_ours_never_reaches_the_call(
    client: openai.OpenAI, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("spendplane_client.watching.Watch.end", lambda *_args, **_more: 1 / 0)
    monkeypatch.setattr("spendplane_client.sdk_streams.ChatChunks.part", lambda *_args: 1 / 0)
    assert client.chat.completions.create(**ASKED).id == CHAT_ID
    assert len(list(client.chat.completions.create(**ASKED, stream=True))) == 2
    monkeypatch.setattr("spendplane_client.sdk.Asked.force_usage", lambda *_args: 1 / 0)
    assert client.chat.completions.create(**ASKED).model == CHAT["model"]
    assert len(list(client.chat.completions.create(**ASKED, stream=True))) == 2
    assert "the call itself goes on" in caplog.text
