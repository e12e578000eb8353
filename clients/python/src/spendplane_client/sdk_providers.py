"""Which provider a client of an SDK talks to, and what its calls mean."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from spendplane_client.sdk_streams import ChatChunks, MessageEvents, ResponseEvents
from spendplane_client.watching import Rules

CLASSES: Mapping[str, str] = {
    "AzureOpenAI": "azure.ai.openai",
    "AsyncAzureOpenAI": "azure.ai.openai",
    "AnthropicBedrock": "aws.bedrock",
    "AsyncAnthropicBedrock": "aws.bedrock",
    "AnthropicVertex": "gcp.vertex_ai",
    "AsyncAnthropicVertex": "gcp.vertex_ai",
    "AnthropicFoundry": "azure.ai.inference",
    "AsyncAnthropicFoundry": "azure.ai.inference",
}
HOSTS: Mapping[str, str] = {
    "openai.azure.com": "azure.ai.openai",
    "amazonaws.com": "aws.bedrock",
    "api.aws": "aws.bedrock",
    "api.x.ai": "x_ai",
    "api.groq.com": "groq",
    "api.deepseek.com": "deepseek",
    "api.mistral.ai": "mistral_ai",
    "api.perplexity.ai": "perplexity",
    "generativelanguage.googleapis.com": "gcp.gemini",
    "aiplatform.googleapis.com": "gcp.vertex_ai",
}
"""The end of an address → `gen_ai.provider.name`: https://opentelemetry.io/docs/specs/semconv/registry/attributes/gen-ai/."""


def provider_of(client: Any) -> str:
    """By its class, else by its address, else the SDK's own company."""
    names = [base.__name__ for base in type(client).__mro__]
    if found := [CLASSES[name] for name in names if name in CLASSES]:
        return found[0]
    host = urlsplit(str(client.base_url)).hostname or ""
    if found := [provider for end, provider in HOSTS.items() if host == end or host.endswith("." + end)]:
        return found[0]
    return "anthropic" if any(base.__module__.startswith("anthropic") for base in type(client).__mro__) else "openai"


@dataclass(frozen=True, slots=True)
class Route:
    """One kind of call."""

    api: str
    rules: Callable[[bool], Rules]
    """For its stream; told whether the piece that tells the use is to be hidden."""
    raw_mode: str = "true"
    needs_stream_options: bool = False
    embeds: bool = False

    def api_of(self, provider: str) -> str:
        """Azure answers in a shape of its own name."""
        azure = provider == "azure.ai.openai" and self.api == "openai.chat_completions"
        return "azure_openai.chat_completions" if azure else self.api


ROUTES: Mapping[str, Route] = {
    "/chat/completions": Route("openai.chat_completions", ChatChunks, needs_stream_options=True),
    "/completions": Route("openai.chat_completions", ChatChunks, needs_stream_options=True),
    "/responses": Route("openai.responses", ResponseEvents),
    "/embeddings": Route("openai.embeddings", ChatChunks, embeds=True),
    "/v1/messages": Route("anthropic.messages", MessageEvents, raw_mode="raw"),
}


def route(method: str, url: str) -> Route | None:
    """None for a call that uses no model."""
    return ROUTES.get(url.partition("?")[0]) if method.lower() == "post" else None
