"""Spans of OpenTelemetry's own SDK."""

from collections.abc import Callable
from typing import Any

import pytest
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.trace import Status, StatusCode, Tracer

from spendplane_client import tags
from spendplane_client.opentelemetry import SpendplaneSpanExporter, SpendplaneSpanProcessor
from tests.support.client_bus import WHO, Bus, only, published

CHAT: dict[str, Any] = {
    "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-5-mini",
    "gen_ai.response.model": "gpt-5-mini-2025-08-07", "gen_ai.response.id": "chatcmpl-1",
    "gen_ai.usage.input_tokens": 121_850, "gen_ai.usage.output_tokens": 900,
    "gen_ai.usage.cache_read.input_tokens": 120_000, "gen_ai.usage.cache_creation.input_tokens": 1_500,
    "gen_ai.usage.reasoning.output_tokens": 400, "gen_ai.conversation.id": "talk-7",
}  # fmt: skip
OLDER: dict[str, Any] = {
    "gen_ai.system": "az.ai.openai", "gen_ai.request.model": "gpt-4o", "gen_ai.usage.prompt_tokens": 10,
    "gen_ai.usage.completion_tokens": 5,
}  # fmt: skip
Ended = Callable[..., None]


def tracer(processor: Any) -> Tracer:
    provider = TracerProvider(resource=Resource({"deployment.environment.name": "sandbox"}), shutdown_on_exit=False)
    provider.add_span_processor(processor)
    return provider.get_tracer("test")


@pytest.fixture(params=["processor", "exporter"])
def ended(request: pytest.FixtureRequest, bus: Bus) -> Ended:  # noqa: ARG001  # it is where the records go
    """Ends a span with these attributes."""
    who = {name: value for name, value in WHO.items() if name != "environment"}
    processor = SpendplaneSpanProcessor(**who)
    used = processor if request.param == "processor" else SimpleSpanProcessor(SpendplaneSpanExporter(**who))
    made = tracer(used)

    def end(attributes: dict[str, Any], *, failed: bool = False) -> None:
        span = made.start_span("call", attributes=attributes)
        if failed:
            span.set_status(Status(StatusCode.ERROR))
        span.end()

    return end


def test_a_span_of_the_current_conventions(ended: Ended, bus: Bus) -> None:
    """The cached tokens are inside the input there."""
    ended(CHAT)
    record = only(bus)
    assert record.pop("latency_ms") >= 0
    assert {name: value for name, value in record.items() if name not in ("id", "time")} == {
        **WHO, "environment": "sandbox", "provider": "openai", "model": "gpt-5-mini-2025-08-07",
        "provider_request_id": "chatcmpl-1", "session_id": "talk-7",
        "usage": {
            "input_uncached": 350, "cache_read": 120_000, "cache_write_5m": 1_500, "output": 900, "reasoning": 400,
        },
    }  # fmt: skip


def test_a_span_of_the_older_names(ended: Ended, bus: Bus) -> None:
    ended(OLDER)
    record = only(bus)
    assert (record["provider"], record["model"]) == ("azure.ai.openai", "gpt-4o")
    assert record["usage"] == {"input_uncached": 10, "output": 5}


def test_counts_that_leave_the_cache_out_are_seen_to(ended: Ended, bus: Bus) -> None:
    ended({**CHAT, "gen_ai.usage.input_tokens": 350})
    assert only(bus)["usage"]["input_uncached"] == 350


def test_bedrock_is_known_by_amazons_id_and_by_the_model_that_was_asked_for(ended: Ended, bus: Bus) -> None:
    asked = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0"
    ended({**CHAT, "gen_ai.provider.name": "aws.bedrock", "aws.request_id": "amzn-1", "gen_ai.request.model": asked})
    record = only(bus)
    assert (record["provider_request_id"], record["model"]) == ("amzn-1", asked)


@pytest.mark.parametrize(
    "attributes",
    [
        {"http.request.method": "POST"},
        {**CHAT, "gen_ai.operation.name": "invoke_agent"},
        {**CHAT, "gen_ai.operation.name": "execute_tool"},
        {"gen_ai.system": "openai", "gen_ai.request.model": "no counts, no operation"},
    ],
    ids=["http", "agent", "tool", "no counts"],
)
def test_other_spans_are_passed_over(ended: Ended, bus: Bus, attributes: dict[str, Any]) -> None:
    """An agent's span sums up those of its calls."""
    ended(attributes)
    assert not published(bus)


def test_embeddings(ended: Ended, bus: Bus) -> None:
    ended({**CHAT, "gen_ai.operation.name": "embeddings"})
    assert only(bus)["workload_type"] == "embedding"


def test_a_failed_call_and_one_that_counts_nothing(ended: Ended, bus: Bus) -> None:
    bare = {name: CHAT[name] for name in ("gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.response.id")}
    ended({**bare, "error.type": "RateLimitError"}, failed=True)
    ended(bare)
    failed, blank = published(bus)
    assert (failed["outcome"], failed["error_code"], failed["usage_incomplete"]) == ("error", "RateLimitError", True)
    assert (blank.get("outcome"), blank["unread_request_id"]) == (None, "chatcmpl-1")


def test_attributes_of_ours_name_the_people(ended: Ended, bus: Bus) -> None:
    ended({**CHAT, "spendplane.user_id": "ann", "spendplane.environment": "prod", "enduser.id": "bob"})
    record = only(bus)
    assert (record["user_id"], record["environment"]) == ("ann", "production")
    assert record["environment_tag"] == "(none)"


def test_a_block_of_tags_is_seen_by_the_processor(bus: Bus) -> None:
    made = tracer(SpendplaneSpanProcessor(**WHO))
    with tags(user_id="ann"):
        made.start_span("call", attributes=CHAT).end()
    assert only(bus)["user_id"] == "ann"


@pytest.mark.parametrize("wrong", ["many", -1, 1.5, True])
def test_attributes_that_are_no_counts_are_marked(ended: Ended, bus: Bus, wrong: Any) -> None:
    ended({**CHAT, "gen_ai.usage.input_tokens": wrong, "gen_ai.response.id": "#"})
    record = only(bus)
    assert (record["usage"], record["unread_request_id"]) == ({}, "-")
    assert "input_tokens" in record["usage_unread"]


def test_flush_and_shutdown_publish(bus: Bus) -> None:
    for made in (SpendplaneSpanProcessor(**WHO), SpendplaneSpanExporter(**WHO)):
        assert made.force_flush(1_000)
        made.shutdown()
    assert not published(bus)
