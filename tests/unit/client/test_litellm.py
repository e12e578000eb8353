"""LiteLLM's log objects, as version 1.110.2 made them for real calls to a server that counts 350 tokens uncached,
120,000 read from the cache, 500 and 1,000 written to it for 5 minutes and an hour, and 900 of output.
"""

import asyncio
import json
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from spendplane_client import process
from spendplane_client.litellm_payloads import call_of
from tests.support.client_bus import WHO, Bus, only, published

RECORDED = Path(__file__).parent / "litellm"
OPENAI = {"input_uncached": 350, "cache_read": 120_000, "output": 900, "reasoning": 400}
ANTHROPIC = {
    "input_uncached": 350, "cache_read": 120_000, "cache_write_5m": 500, "cache_write_1h": 1_000, "output": 900,
}  # fmt: skip
AMAZON_ID = "6f1f8b1c-0000-4000-8000-000000000001"
BEDROCK_MODEL = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"


def recorded(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((RECORDED / f"{name}.json").read_text())
    return found


def fresh(name: str) -> dict[str, Any]:
    """As of now: the meter takes nothing older than 35 days."""
    given = recorded(name)
    given["standard_logging_object"]["startTime"] = time.time()
    return given


def record_of(name: str, bus: Bus, change: dict[str, Any] | None = None, **kwargs: Any) -> dict[str, Any]:
    given = {**fresh(name), **kwargs}
    log = {**given["standard_logging_object"], **(change or {})}
    process.publisher().record(call_of(log, given, WHO))
    return published(bus)[-1]


@pytest.mark.parametrize(
    ("name", "provider", "model", "request_id", "usage"),
    [
        ("openai", "openai", "gpt-5-mini-2025-08-07", "chatcmpl-rec-1", OPENAI),
        ("openai-stream-usage", "openai", "gpt-5-mini", "chatcmpl-rec-1", OPENAI),
        ("azure", "azure.ai.openai", "gpt-5-mini-2025-08-07", "chatcmpl-rec-1", OPENAI),
        ("anthropic", "anthropic", "claude-sonnet-4-5-20250929", "msg_rec_1", ANTHROPIC),
        ("anthropic-stream", "anthropic", "claude-sonnet-4-5-20250929", "req_a", ANTHROPIC),
        ("bedrock", "aws.bedrock", BEDROCK_MODEL, AMAZON_ID, ANTHROPIC),
        ("bedrock-stream", "aws.bedrock", BEDROCK_MODEL, AMAZON_ID, ANTHROPIC),
        ("embedding", "openai", "text-embedding-3-small", "req_emb", {"input_uncached": 8}),
    ],
)
def test_the_buckets_are_disjoint_and_the_names_the_fields_own(
    bus: Bus, name: str, provider: str, model: str, request_id: str, usage: dict[str, int]
) -> None:
    record = record_of(name, bus)
    assert (record["provider"], record["model"], record["provider_request_id"]) == (provider, model, request_id)
    assert record["usage"] == usage
    assert record["latency_ms"] > 0


def test_its_price_is_kept_beside_and_never_as_the_cost(bus: Bus) -> None:
    record = record_of("anthropic", bus)
    assert record["reported_cost_usd"] == "0.058425"
    assert "cost_usd" not in record


def test_people_of_the_key_of_the_request_and_of_its_metadata(bus: Bus) -> None:
    """The later ones know better."""
    key = {"user_api_key_user_id": "key-user", "user_api_key_team_alias": "growth"}
    log = {"metadata": {**key, "requester_metadata": {"environment": "sandbox", "cost_center": "cc#1"}}}
    record = record_of("openai", bus, {**log, "model_parameters": {}}, litellm_params={"metadata": {"session_id": "s"}})
    assert record["project_id"] == WHO["project_id"]
    assert (record["user_id"], record["team"], record["session_id"]) == ("key-user", "growth", "s")
    assert (record["environment"], record["cost_center"]) == ("sandbox", "cc-1")
    assert record_of("openai", bus, {**log, "end_user": "ann"})["user_id"] == "ann"
    assert record_of("openai", bus)["project_id"] == "from-metadata"


def test_a_stream_whose_use_litellm_guesses_is_marked(bus: Bus) -> None:
    """Without `include_usage` it counts with a tokenizer of its own: 8 tokens here, of 120,350."""
    assert record_of("openai-stream", bus)["usage_estimated"]
    assert "usage_estimated" not in record_of("openai-stream-usage", bus)
    assert "usage_estimated" not in record_of("anthropic-stream", bus)


def test_a_failed_call(bus: Bus) -> None:
    record = record_of("failure", bus)
    assert (record["outcome"], record["error_code"], record["usage"]) == ("error", "RateLimitError", {})
    assert record["provider_request_id"] == "req_fail"


def test_an_answer_out_of_its_cache_is_no_call_of_the_provider(bus: Bus) -> None:
    record = record_of("openai", bus, {"cache_hit": True})
    assert record["cache_hit"] is True
    assert "provider_request_id" not in record


def test_a_routers_name_for_a_group_is_not_the_model(bus: Bus) -> None:
    given = recorded("azure")["standard_logging_object"]
    log = {"model_group": "fast", "response": {**given["response"], "model": "fast"}}
    record = record_of("azure", bus, {**log, "hidden_params": {"litellm_model_name": "azure/gpt-5-mini"}})
    assert record["model"] == "gpt-5-mini"


@pytest.mark.parametrize("place", ["hidden_params", "response", "sums"])
def test_usage_is_found_where_older_versions_have_it(bus: Bus, place: str) -> None:
    given = recorded("openai")["standard_logging_object"]
    usage = given["metadata"]["usage_object"]
    log = {
        "metadata": {},
        "hidden_params": {"usage_object": usage} if place == "hidden_params" else None,
        "response": {"usage": usage} if place == "response" else "redacted-by-litellm",
    }
    found = record_of("openai", bus, log)["usage"]
    assert found == ({"input_uncached": 120_350, "output": 900} if place == "sums" else OPENAI)


def test_an_older_version_that_leaves_the_cache_out_of_the_prompt(bus: Bus) -> None:
    usage = {"prompt_tokens": 350, "completion_tokens": 900, "cache_read_input_tokens": 120_000}
    found = record_of("anthropic", bus, {"metadata": {"usage_object": usage}})["usage"]
    assert found == {"input_uncached": 350, "cache_read": 120_000, "output": 900}


def test_what_is_no_log_object_is_refused_by_nothing(bus: Bus) -> None:
    process.publisher().record(call_of({}, {}, WHO))
    assert only(bus)["usage_incomplete"]


@pytest.fixture
def logger(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The callback, over a base class as LiteLLM's: its package is large, so it is not installed for the tests."""
    base = ModuleType("litellm.integrations.custom_logger")
    base.CustomLogger = type("CustomLogger", (), {})  # type: ignore[attr-defined]
    for name in ("litellm", "litellm.integrations"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setitem(sys.modules, base.__name__, base)
    monkeypatch.delitem(sys.modules, "spendplane_client.litellm", raising=False)
    import spendplane_client.litellm as made

    yield made
    sys.modules.pop("spendplane_client.litellm", None)


@pytest.mark.enable_socket  # asyncio wakes its loop through a pair of them
def test_every_way_in_which_litellm_calls_it(logger: Any, bus: Bus) -> None:
    """By these names of arguments."""
    callback = logger.SpendplaneLogger(team="gateway")
    given: Any = {"kwargs": fresh("openai"), "response_obj": None, "start_time": None, "end_time": None}
    callback.log_success_event(**given)
    callback.log_failure_event(**given)
    asyncio.run(callback.async_log_success_event(**given))
    asyncio.run(callback.async_log_failure_event(**given))
    assert [record["team"] for record in published(bus)] == ["gateway"] * 4


def test_a_log_object_that_cannot_be_read_raises_nothing(
    logger: Any, bus: Bus, caplog: pytest.LogCaptureFixture
) -> None:
    given: Any = {"response_obj": None, "start_time": None, "end_time": None}
    logs: list[Any] = [None, "text", {"startTime": "yesterday"}, {"metadata": 7}, {"hidden_params": []}]
    for log in logs:
        logger.callback.log_success_event(kwargs={"standard_logging_object": log}, **given)
    assert "the call itself goes on" in caplog.text
    assert all(record["usage_incomplete"] for record in published(bus))
