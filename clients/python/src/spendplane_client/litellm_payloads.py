"""LiteLLM's `standard_logging_object`, read: https://docs.litellm.ai/docs/proxy/logging_spec."""

import json
import time
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from spendplane_client import inclusive
from spendplane_client.calls import Call
from spendplane_client.tagging import ENVIRONMENTS, NAMES, Tags, clean

PROVIDERS: Mapping[str, str] = {
    "azure": "azure.ai.openai",
    "azure_ai": "azure.ai.inference",
    "azure_text": "azure.ai.openai",
    "bedrock": "aws.bedrock",
    "bedrock_converse": "aws.bedrock",
    "cohere_chat": "cohere",
    "custom_openai": "openai",
    "gemini": "gcp.gemini",
    "mistral": "mistral_ai",
    "sagemaker": "aws.sagemaker",
    "sagemaker_chat": "aws.sagemaker",
    "text-completion-openai": "openai",
    "vertex_ai": "gcp.vertex_ai",
    "vertex_ai_beta": "gcp.vertex_ai",
    "watsonx": "ibm.watsonx.ai",
    "xai": "x_ai",
}
"""LiteLLM's name → OpenTelemetry's, where they differ."""
_TELLS_UNASKED = frozenset({"anthropic", "aws.bedrock", "gcp.gemini", "gcp.vertex_ai", "cohere", "mistral_ai"})
_IDS = {"aws.bedrock": "x-amzn-requestid", "anthropic": "request-id"}
_KEPT_ID = frozenset({"openai", "azure.ai.openai"})
"""Providers whose own id of an answer LiteLLM keeps; for others it makes one up."""
Log = Mapping[str, Any]


def call_of(log: Log, kwargs: Log, tags: Tags) -> Call:
    """The call that a log object tells of. `tags` are what is known without it, and stand behind what it says."""
    name = str(log.get("custom_llm_provider") or "unknown")
    provider = PROVIDERS.get(name, name)
    usage = _usage(log)
    failed = log.get("status") == "failure"
    return Call(
        api="anthropic.messages",
        provider=provider,
        model=_model(log, name, provider),
        tags={**tags, **_people(log, kwargs)},
        began=float(log.get("startTime") or time.time()),
        payload=_payload(usage) if usage else None,
        complete=bool(usage) or failed,
        outcome="error" if failed else "success",
        request_id=None if log.get("cache_hit") else _request_id(log, kwargs, provider),
        names_model=False,
        latency_ms=float(log.get("response_time") or 0.0) * 1000,
        fields=_fields(log, kwargs, provider),
    )


def _usage(log: Log) -> Log:
    """What LiteLLM kept of the provider's usage; its two sums where it kept nothing."""
    answer = log.get("response")
    for place in (log.get("metadata"), log.get("hidden_params")):
        found = place.get("usage_object") if isinstance(place, Mapping) else None
        if found:
            return dict(found)
    if isinstance(answer, Mapping) and answer.get("usage"):
        return dict(answer["usage"])
    sums = {name: log.get(name) for name in ("prompt_tokens", "completion_tokens")}
    return sums if any(sums.values()) else {}


def _payload(usage: Log) -> dict[str, Any]:
    """The provider's own counts where LiteLLM passes them on (Anthropic, Bedrock), else those that it made of them."""
    prompt = usage.get("prompt_tokens_details") or {}
    written = prompt.get("cache_creation_token_details") or usage.get("cache_creation") or {}
    return inclusive.payload(
        prompt=inclusive.first(usage.get("prompt_tokens")),
        output=inclusive.first(usage.get("completion_tokens")),
        read=inclusive.first(usage.get("cache_read_input_tokens"), prompt.get("cached_tokens")),
        written=inclusive.first(
            *(usage.get("cache_creation_input_tokens"), prompt.get("cache_write_tokens")),
            prompt.get("cache_creation_tokens"),
        ),
        written_1h=inclusive.first(written.get("ephemeral_1h_input_tokens")),
        reasoning=inclusive.first((usage.get("completion_tokens_details") or {}).get("reasoning_tokens")),
        tier=usage.get("service_tier"),
    )


def _model(log: Log, name: str, provider: str) -> str:
    """As the provider names it, not as a router's group does."""
    hidden, answer = log.get("hidden_params") or {}, log.get("response")
    said = answer.get("model") if isinstance(answer, Mapping) else None
    if provider in _KEPT_ID and isinstance(said, str) and said and said != log.get("model_group"):
        return said
    model = str(hidden.get("litellm_model_name") or log.get("model") or "unknown").removeprefix(f"{name}/")
    if provider == "aws.bedrock":
        return model.removeprefix("converse/").removeprefix("invoke/")
    return model


def _request_id(log: Log, kwargs: Log, provider: str) -> str | None:
    """The id under which others see the call. See docs/litellm.md for the pairs that agree."""
    if provider == "anthropic" and (own := _anthropic_id(kwargs.get("original_response"))):
        return own
    headers = _headers(log)
    if provider in _IDS and (found := headers.get(_IDS[provider])):
        return found
    if provider in _KEPT_ID and "embedding" in str(log.get("call_type")):
        return headers.get("x-request-id")
    information = log.get("error_information") or {}
    return information.get("error_provider_request_id") or clean(log.get("id"))


def _anthropic_id(original: Any) -> str | None:
    """From the answer as it came, which LiteLLM keeps where it was no stream."""
    if not isinstance(original, str) or not original.startswith("{"):
        return None
    try:
        found = json.loads(original).get("id")
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, str) else None


def _headers(log: Log) -> dict[str, str]:
    hidden = log.get("hidden_params") or {}
    given = hidden.get("additional_headers") or {}
    return {str(name).lower().removeprefix("llm_provider-"): str(value) for name, value in given.items()}


def _people(log: Log, kwargs: Log) -> dict[str, str]:
    """From the key that was used, the end user, and the metadata of the request: the later ones know better."""
    metadata = log.get("metadata") or {}
    asked = (log.get("model_parameters") or {}).get("user")
    found = {
        "user_id": log.get("end_user") or asked or metadata.get("user_api_key_user_id"),
        "team": metadata.get("user_api_key_team_alias") or metadata.get("user_api_key_team_id"),
        "session_id": log.get("session_id"),
        "workload_type": "embedding" if "embedding" in str(log.get("call_type")) else None,
    }
    own = (kwargs.get("litellm_params") or {}).get("metadata")
    for given in (metadata.get("requester_metadata"), own):
        if isinstance(given, Mapping):
            found |= {name: given[name] for name in NAMES if isinstance(given.get(name), str)}
    if found.get("environment") not in ENVIRONMENTS:
        found.pop("environment", None)
    return {name: text for name, value in found.items() if (text := clean(value))}


def _fields(log: Log, kwargs: Log, provider: str) -> dict[str, Any]:
    asked = (kwargs.get("optional_params") or {}).get("stream_options") or {}
    guessed = log.get("stream") and provider not in _TELLS_UNASKED and not asked.get("include_usage")
    error = (log.get("error_information") or {}).get("error_class")
    return {
        "reported_cost_usd": _money(log.get("response_cost")),
        "cache_hit": True if log.get("cache_hit") else None,
        "usage_estimated": True if guessed else None,
        "error_code": clean(error) if log.get("status") == "failure" else None,
    }


def _money(value: Any) -> str | None:
    """LiteLLM's own price, to compare with: it is never `cost_usd`."""
    try:
        cost = Decimal(str(value))
    except InvalidOperation:
        return None
    return f"{cost:f}" if cost.is_finite() else None
