"""One call seen by two adapters is one row: (provider, provider_request_id) agree, pair by pair."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import anthropic
import openai
import pytest
from opentelemetry.sdk.trace import TracerProvider

from spendplane.contract.envelope import Message, Rejected, read
from spendplane.domain.payloads import read as read_payload
from spendplane_client import instrument, process
from spendplane_client.litellm_payloads import call_of
from spendplane_client.opentelemetry import SpendplaneSpanProcessor
from tests.support.bedrock_wire import ANSWER, MESSAGES, MODEL, REQUEST_ID, USAGE, Wire
from tests.support.client_bus import WHO, Bus, published
from tests.support.sdk_wire import CHAT, CHAT_ID, EMBEDDINGS, MESSAGE, Server
from tests.unit.client.test_litellm import fresh

Seen = Callable[[], None]


def by_boto3() -> None:
    wire = Wire()
    wire.answers(ANSWER)
    instrument(wire.client, **WHO).converse(modelId=MODEL, messages=MESSAGES)


def by_anthropic_bedrock() -> None:
    server = Server(answer=MESSAGE, headers={"x-amzn-requestid": REQUEST_ID})
    made = anthropic.AnthropicBedrock(
        aws_access_key="x", aws_secret_key="x", aws_region="us-east-1", http_client=server.client()
    )
    instrument(made, **WHO).messages.create(model=MODEL, max_tokens=9, messages=[{"role": "user", "content": "hi"}])


def by_openai() -> None:
    client = openai.OpenAI(api_key="x", http_client=Server(answer=CHAT).client())
    instrument(client, **WHO).chat.completions.create(model="gpt-5-mini", messages=[{"role": "user", "content": "hi"}])


def by_openai_embeddings() -> None:
    client = openai.OpenAI(
        api_key="x", http_client=Server(answer=EMBEDDINGS, headers={"x-request-id": "req_emb"}).client()
    )
    instrument(client, **WHO).embeddings.create(model="e", input="hi", encoding_format="float")


def by_azure() -> None:
    client = openai.AzureOpenAI(
        api_key="x", api_version="2024-10-21", azure_endpoint="https://me.openai.azure.com",
        http_client=Server(answer=CHAT).client(),
    )  # fmt: skip
    instrument(client, **WHO).chat.completions.create(model="d", messages=[{"role": "user", "content": "hi"}])


def by_anthropic() -> None:
    client = anthropic.Anthropic(api_key="x", http_client=Server(answer=MESSAGE).client())
    instrument(client, **WHO).messages.create(model="c", max_tokens=9, messages=[{"role": "user", "content": "hi"}])


def by_litellm(name: str, **change: Any) -> Seen:
    def seen() -> None:
        given = fresh(name)
        given["standard_logging_object"].update({key: value for key, value in change.items() if key == "id"})
        if "original" in change:
            given["original_response"] = json.dumps(change["original"])
        process.publisher().record(call_of(given["standard_logging_object"], given, WHO))

    return seen


def by_opentelemetry(provider: str, **ids: str) -> Seen:
    def seen() -> None:
        tracers = TracerProvider(shutdown_on_exit=False)
        tracers.add_span_processor(SpendplaneSpanProcessor(**WHO))
        attributes: dict[str, Any] = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": provider}
        counts = {"gen_ai.usage.input_tokens": 1, "gen_ai.usage.output_tokens": 1}
        named = {name.replace("__", "."): value for name, value in ids.items()}
        tracers.get_tracer("test").start_span("chat", attributes={**attributes, **counts, **named}).end()

    return seen


def keys(bus: Bus) -> list[str]:
    """As the ledger knows each of them."""
    published(bus)
    body = [json.dumps({"detail-type": e["DetailType"], "detail": json.loads(e["Detail"])}) for e in bus.taken]
    events = [event for text in body for event in read(Message("m", text, datetime.now(UTC)))]
    return [event.dedup_key for event in events if not isinstance(event, Rejected)]


OPENAI_SPAN = by_opentelemetry("openai", gen_ai__response__id=CHAT_ID)
AZURE_SPAN = by_opentelemetry("azure.ai.openai", gen_ai__response__id=CHAT_ID)
ANTHROPIC_SPAN = by_opentelemetry("anthropic", gen_ai__response__id="msg_1")
BEDROCK_SPAN = by_opentelemetry("aws.bedrock", aws__request_id=REQUEST_ID, gen_ai__response__id="msg_bdrk_1")
LITELLM_OPENAI, LITELLM_AZURE = by_litellm("openai", id=CHAT_ID), by_litellm("azure", id=CHAT_ID)
LITELLM_ANTHROPIC = by_litellm("anthropic", original=MESSAGE)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(by_boto3, by_litellm("bedrock"), id="boto3 and LiteLLM"),
        pytest.param(by_boto3, by_litellm("bedrock-stream"), id="boto3 and LiteLLM's stream"),
        pytest.param(by_boto3, BEDROCK_SPAN, id="boto3 and OpenTelemetry"),
        pytest.param(by_anthropic_bedrock, by_boto3, id="AnthropicBedrock and Bedrock's own id"),
        pytest.param(by_litellm("bedrock"), BEDROCK_SPAN, id="LiteLLM and OpenTelemetry, Bedrock"),
        pytest.param(by_openai, LITELLM_OPENAI, id="OpenAI and LiteLLM"),
        pytest.param(by_openai, OPENAI_SPAN, id="OpenAI and OpenTelemetry"),
        pytest.param(LITELLM_OPENAI, OPENAI_SPAN, id="LiteLLM and OpenTelemetry, OpenAI"),
        pytest.param(by_openai_embeddings, by_litellm("embedding"), id="embeddings: OpenAI and LiteLLM"),
        pytest.param(by_azure, LITELLM_AZURE, id="Azure and LiteLLM"),
        pytest.param(by_azure, AZURE_SPAN, id="Azure and OpenTelemetry"),
        pytest.param(by_anthropic, LITELLM_ANTHROPIC, id="Anthropic and LiteLLM"),
        pytest.param(by_anthropic, ANTHROPIC_SPAN, id="Anthropic and OpenTelemetry"),
        pytest.param(LITELLM_ANTHROPIC, ANTHROPIC_SPAN, id="LiteLLM and OpenTelemetry, Anthropic"),
    ],
)
def test_a_pair_agrees(bus: Bus, one: Seen, other: Seen) -> None:
    one()
    other()
    first, second = keys(bus)
    assert first == second
    assert first.startswith("r#")


@pytest.mark.parametrize("seen", [by_boto3, by_anthropic_bedrock, by_litellm("bedrock"), BEDROCK_SPAN])
def test_bedrocks_log_agrees_with_each(bus: Bus, seen: Seen) -> None:
    """It knows one id only, that of the request."""
    seen()
    line = {"modelId": MODEL, "requestId": REQUEST_ID, "output": {"outputBodyJson": {"usage": USAGE}}}
    logged = read_payload("bedrock.invocation_log", line)
    assert keys(bus) == [f"r#aws.bedrock#{logged.request_id}"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(by_anthropic, by_litellm("anthropic-stream"), id="LiteLLM's streams of Anthropic keep no id"),
        pytest.param(by_openai_embeddings, OPENAI_SPAN, id="spans of embeddings have no id of the provider"),
    ],
)
def test_pairs_that_cannot_agree_are_known(bus: Bus, one: Seen, other: Seen) -> None:
    """docs/client.md says which; when one begins to agree, this fails and the page can be mended."""
    one()
    other()
    first, second = keys(bus)
    assert first != second
