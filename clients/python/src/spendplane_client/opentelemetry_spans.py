"""Spans of calls to models: https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/, and what came before."""

import time
from collections.abc import Mapping
from typing import Any

from spendplane_client import inclusive
from spendplane_client.calls import Call
from spendplane_client.tagging import ENVIRONMENTS, NAMES, Tags, clean

OPERATIONS = frozenset({"chat", "text_completion", "generate_content", "embeddings", "completion", "embedding"})
"""Those that call a model. Spans of agents and workflows sum up calls that have spans of their own."""
SYSTEMS: Mapping[str, str] = {
    "aws": "aws.bedrock",
    "aws_bedrock": "aws.bedrock",
    "bedrock": "aws.bedrock",
    "az.ai.inference": "azure.ai.inference",
    "az.ai.openai": "azure.ai.openai",
    "azure": "azure.ai.openai",
    "gemini": "gcp.gemini",
    "google": "gcp.gemini",
    "mistralai": "mistral_ai",
    "vertex_ai": "gcp.vertex_ai",
    "vertexai": "gcp.vertex_ai",
    "xai": "x_ai",
}
"""Older values of `gen_ai.system` → those of `gen_ai.provider.name`."""
_USAGE = "gen_ai.usage."
Attributes = Mapping[str, Any]


def call_of(span: Any, tags: Tags) -> Call | None:
    """The call that a finished span tells of; None for every other span. `tags` stand behind what the span says."""
    attributes: Attributes = span.attributes or {}
    system = attributes.get("gen_ai.provider.name") or attributes.get("gen_ai.system")
    operation = attributes.get("gen_ai.operation.name")
    counts = _counts(attributes)
    if not system or (operation or "chat") not in OPERATIONS or (operation is None and counts is None):
        return None
    provider = SYSTEMS.get(str(system).lower(), str(system).lower())
    error = attributes.get("error.type")
    failed = bool(error) or getattr(span.status.status_code, "name", "") == "ERROR"
    embeds = {"workload_type": "embedding"} if operation in ("embeddings", "embedding") else {}
    return Call(
        api="anthropic.messages",
        provider=provider,
        model=_model(attributes, provider),
        tags={**tags, **embeds, **_people(span, attributes)},
        began=(span.start_time or time.time_ns()) / 1e9,
        payload=counts,
        complete=counts is not None,
        outcome="error" if failed else "success",
        request_id=_request_id(attributes, provider),
        names_model=False,
        region=clean(attributes.get("cloud.region") or attributes.get("aws.region")),
        latency_ms=((span.end_time or 0) - (span.start_time or 0)) / 1e6,
        fields={"error_code": clean(error)} if error else {},
    )


def _counts(attributes: Attributes) -> dict[str, Any] | None:
    """None where the span counts nothing."""
    given = {name.removeprefix(_USAGE): value for name, value in attributes.items() if name.startswith(_USAGE)}
    if not given.keys() & {"input_tokens", "output_tokens", "prompt_tokens", "completion_tokens"}:
        return None
    tier = attributes.get("openai.response.service_tier") or attributes.get("gen_ai.openai.response.service_tier")
    return inclusive.payload(
        prompt=inclusive.first(given.get("input_tokens"), given.get("prompt_tokens")),
        output=inclusive.first(given.get("output_tokens"), given.get("completion_tokens")),
        read=inclusive.first(given.get("cache_read.input_tokens"), given.get("cache_read_input_tokens")),
        written=inclusive.first(given.get("cache_creation.input_tokens"), given.get("cache_creation_input_tokens")),
        reasoning=inclusive.first(given.get("reasoning.output_tokens"), given.get("reasoning_tokens")),
        tier=tier,
    )


def _model(attributes: Attributes, provider: str) -> str:
    """As it answered; Bedrock's price hangs on the id that was asked for, with its region."""
    names = ["gen_ai.response.model", "gen_ai.request.model"]
    found = [attributes[name] for name in (names if provider != "aws.bedrock" else names[::-1]) if name in attributes]
    return str(found[0]) if found else "unknown"


def _request_id(attributes: Attributes, provider: str) -> str | None:
    """Bedrock's log knows AWS's id of the request, which botocore's instrumentation notes as `aws.request_id`."""
    amazon = attributes.get("aws.request_id") if provider == "aws.bedrock" else None
    return clean(amazon or attributes.get("gen_ai.response.id"))


def _people(span: Any, attributes: Attributes) -> dict[str, str]:
    resource = getattr(getattr(span, "resource", None), "attributes", None) or {}
    found = {
        "user_id": attributes.get("user.id") or attributes.get("enduser.id"),
        "session_id": attributes.get("gen_ai.conversation.id") or attributes.get("session.id"),
        "environment": resource.get("deployment.environment.name") or resource.get("deployment.environment"),
    }
    found |= {name: value for name in NAMES if (value := attributes.get(f"spendplane.{name}")) is not None}
    if found["environment"] not in ENVIRONMENTS:
        del found["environment"]
    return {name: text for name, value in found.items() if (text := clean(value))}
