"""OpenAI's own SDK: raw answers, copies of a client, and the servers of others."""

import gc

import openai

from spendplane_client import instrument
from tests.support.client_bus import WHO, Bus, only, published
from tests.support.sdk_wire import ASKED, CHAT_ID, CHAT_MODEL, CHATTED, Server, checked
from tests.unit.client.test_openai import client, server

__all__ = ["client", "server"]


def test_raw_answers_are_counted(client: openai.OpenAI, bus: Bus) -> None:
    raw = client.chat.completions.with_raw_response.create(**ASKED)
    assert raw.parse().id == CHAT_ID
    assert raw.parse().id == CHAT_ID
    assert checked(only(bus)) == CHATTED


def test_raw_streams_are_counted(client: openai.OpenAI, bus: Bus) -> None:
    raw = client.chat.completions.with_raw_response.create(**ASKED, stream=True)
    assert len(list(raw.parse())) == 2
    assert checked(only(bus)) == CHATTED


def test_answers_that_the_caller_reads_are_counted(client: openai.OpenAI, bus: Bus) -> None:
    with client.chat.completions.with_streaming_response.create(**ASKED) as answer:
        assert answer.json()["id"] == CHAT_ID
    del answer
    gc.collect()
    assert checked(only(bus)) == CHATTED


def test_copies_are_followed_and_count_once(client: openai.OpenAI, bus: Bus) -> None:
    copied = client.with_options(timeout=3).copy(max_retries=1)
    copied.chat.completions.create(**ASKED)
    assert only(bus)
    instrument(copied, **WHO)
    copied.chat.completions.create(**ASKED)
    assert len(published(bus)) == 2


def test_a_server_that_refuses_the_option_is_not_given_it(server: Server, bus: Bus) -> None:
    made = openai.OpenAI(api_key="x", base_url="https://api.mistral.ai/v1", http_client=server.client())
    list(instrument(made, **WHO).chat.completions.create(**ASKED, stream=True))
    other = openai.OpenAI(api_key="x", base_url="http://gpu-7:8000/v1", http_client=server.client())
    list(instrument(other, **WHO, provider="vllm", include_usage=False).chat.completions.create(**ASKED, stream=True))
    assert all("stream_options" not in body for body in server.asked)
    assert [record["provider"] for record in published(bus)] == ["mistral_ai", "vllm"]
    assert all(record["usage_incomplete"] and "outcome" not in record for record in published(bus))


def test_azure_and_bedrock_are_named_and_bedrock_is_known_by_amazons_id(server: Server, bus: Bus) -> None:
    azure = openai.AzureOpenAI(
        api_key="x", api_version="2024-10-21", azure_endpoint="https://me.openai.azure.com", http_client=server.client()
    )
    instrument(azure, **WHO).chat.completions.create(**ASKED)
    server.headers |= {"x-amzn-requestid": "amzn-1"}
    url = "https://bedrock-runtime.us-west-2.amazonaws.com/openai/v1"
    amazon = openai.OpenAI(api_key="x", base_url=url, http_client=server.client())
    assert instrument(amazon, **WHO).chat.completions.create(**ASKED).id == CHAT_ID
    list(amazon.chat.completions.create(**ASKED, stream=True))
    found = [(record["provider"], record["model"], record["provider_request_id"]) for record in published(bus)]
    assert found == [
        ("azure.ai.openai", CHAT_MODEL, CHAT_ID),
        ("aws.bedrock", "gpt-5-mini", "amzn-1"),
        ("aws.bedrock", "gpt-5-mini", "amzn-1"),
    ]
