"""From what a provider answered to dollars: the classic under-counts, and the price library as a second opinion."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from genai_prices.data import providers

from spendplane.adapters.prices import LayeredPriceBook
from spendplane.contract.prices_file import PricesFile
from spendplane.domain.payloads import provider_of, read
from spendplane.domain.rating import rate
from tests.support.builders import event
from tests.support.payloads import VECTORS, Vector

BOOK = LayeredPriceBook(PricesFile(version=1))
SONNET = "global.anthropic.claude-sonnet-4-5-20250929-v1:0"
AT = datetime(2026, 11, 22, 4, tzinfo=UTC)
NAIVE = Decimal("0.01455")
"""350 fresh and 900 answered tokens of Sonnet 4.5, with the cache dropped: the mistake."""


def dollars(api: str, payload: Any, model: str) -> Decimal:
    found = read(api, payload)
    call = event(provider=provider_of(api), model=model, usage=found.usage, time=AT.isoformat())
    return rate(call.usage, BOOK.card(call))


def cached(read_: int, written: int, kept: str = "5m") -> list[tuple[str, Any, str]]:
    """One call of 350 fresh tokens, as each API that has Claude reports it."""
    hour = written if kept == "1h" else 0
    native = {
        "input_tokens": 350, "cache_read_input_tokens": read_, "cache_creation_input_tokens": written,
        "cache_creation": {"ephemeral_5m_input_tokens": written - hour, "ephemeral_1h_input_tokens": hour},
        "output_tokens": 900,
    }  # fmt: skip
    converse = {
        "inputTokens": 350, "cacheReadInputTokens": read_, "cacheWriteInputTokens": written, "outputTokens": 900,
        "cacheDetails": [{"ttl": kept, "inputTokens": written}],
    }  # fmt: skip
    line = {
        "schemaType": "ModelInvocationLog", "modelId": SONNET,
        "input": {"inputTokenCount": 350, "cacheReadInputTokenCount": read_, "cacheWriteInputTokenCount": written},
        "output": {"outputTokenCount": 900, "outputBodyJson": {"usage": native}},
    }  # fmt: skip
    return [
        ("bedrock.converse", {"usage": converse}, SONNET),
        ("bedrock.converse_stream", [{"metadata": {"usage": converse}}], SONNET),
        ("bedrock.invoke_model", {"usage": native}, SONNET),
        ("bedrock.invocation_log", line, SONNET),
        ("anthropic.messages", {"usage": native}, "claude-sonnet-4-5"),
    ]


@pytest.mark.parametrize(("api", "payload", "model"), cached(120_000, 0))
def test_a_warm_cache_is_not_dropped(api: str, payload: Any, model: str) -> None:
    """Dropped, it would be 3.5 times too little: https://github.com/aws-samples/sample-bedrock-cost-controls."""
    usd = dollars(api, payload, model)
    assert usd == Decimal("0.05055")
    assert round(usd / NAIVE, 1) == Decimal("3.5")


@pytest.mark.parametrize(("api", "payload", "model"), cached(0, 120_000))
def test_a_cold_cache_is_not_dropped(api: str, payload: Any, model: str) -> None:
    """Dropped, it would be 32 times too little: writes for 5 minutes cost 1.25 times the input."""
    usd = dollars(api, payload, model)
    assert usd == Decimal("0.46455")
    assert round(usd / NAIVE) == 32


@pytest.mark.parametrize(("api", "payload", "model"), cached(0, 120_000, "1h"))
def test_an_hour_of_cache_costs_twice_the_input(api: str, payload: Any, model: str) -> None:
    assert dollars(api, payload, model) == Decimal("0.73455")


def test_a_prefix_inside_the_prompt_is_not_charged_twice() -> None:
    """As fresh input and as cached it would be $0.459875."""
    usage = {"prompt_tokens": 120_350, "completion_tokens": 900, "prompt_tokens_details": {"cached_tokens": 120_000}}
    assert dollars("openai.chat_completions", {"usage": usage}, "gpt-4o") == Decimal("0.159875")


FLAVORS = {
    "anthropic.messages": ("anthropic", "default"),
    "azure_openai.chat_completions": ("azure", "chat"),
    "bedrock.converse": ("aws", "default"),
    "cohere.chat": ("cohere", "default"),
    "cohere.embed": ("cohere", "embeddings"),
    "gemini.generate_content": ("google", "default"),
    "mistral.chat": ("mistral", "default"),
    "openai.chat_completions": ("openai", "chat"),
    "openai.embeddings": ("openai", "embeddings"),
    "openai.images": ("openai", "images"),
    "openai.responses": ("openai", "responses"),
}
KNOWN_BETTER = {"compaction: every pass", "thoughts inside candidates, by the total", "embeddings of images, in tokens"}
"""Where the library reads less or more than what is billed, each for a reason that its vector's source gives."""


def second_opinion(vector: Vector) -> Any:
    """What the library reads; None for shapes that it does not know: streams, usages alone."""
    name, flavor = FLAVORS[vector.api]
    provider = next(item for item in providers if item.id == name)
    try:
        return provider.extract_usage(vector.payload, api_flavor=flavor)[1]
    except ValueError:
        return None


SHARED = [
    vector
    for vector in VECTORS
    if vector.api in FLAVORS and vector.name not in KNOWN_BETTER and second_opinion(vector) is not None
]


@pytest.mark.parametrize("vector", SHARED, ids=[f"{item.api}: {item.name}" for item in SHARED])
def test_the_price_library_reads_the_same(vector: Vector) -> None:
    ours, theirs = read(vector.api, vector.payload), second_opinion(vector)
    written = ours.cache_write_5m + ours.cache_write_1h
    assert ours.input_uncached + ours.cache_read + written == theirs.input_tokens
    assert ours.output == (theirs.output_tokens or 0)
    assert ours.cache_read == (theirs.cache_read_tokens or 0)
    assert written == (theirs.cache_write_tokens or 0)
    assert ours.cache_write_1h == (theirs.cache_write_1h_tokens or 0)
    assert ours.reasoning == (theirs.output_reasoning_tokens or 0)


def test_the_second_opinion_covers_most_apis() -> None:
    assert len(SHARED) >= 20
    assert {vector.api for vector in SHARED} == set(FLAVORS) - {"azure_openai.chat_completions"}
