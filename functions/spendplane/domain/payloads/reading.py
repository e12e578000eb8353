"""An API's name → the function that reads its payloads, and who the provider is."""

from collections.abc import Callable, Mapping
from typing import Any

from . import anthropic, bedrock, cohere, converse, gemini, openai
from .parts import MAX_COUNT
from .reported import PayloadError, Reported

APIS: Mapping[str, Callable[[Any], Reported]] = {
    "anthropic.messages": anthropic.messages,
    "azure_openai.chat_completions": openai.chat_completions,
    "bedrock.converse": converse.converse,
    "bedrock.converse_stream": converse.converse,
    "bedrock.invocation_log": bedrock.invocation_log,
    "bedrock.invoke_model": bedrock.invoke_model,
    "cohere.chat": cohere.chat,
    "cohere.embed": cohere.embed,
    "gemini.generate_content": gemini.generate_content,
    "mistral.chat": openai.chat_completions,
    "openai.chat_completions": openai.chat_completions,
    "openai.embeddings": openai.embeddings,
    "openai.images": openai.images,
    "openai.responses": openai.responses,
}
"""By the names that people and records use, such as `bedrock.converse`. Mistral answers as OpenAI's chat does."""

_PROVIDERS = {
    "anthropic": "anthropic",
    "azure_openai": "azure.ai.openai",
    "bedrock": "aws.bedrock",
    "cohere": "cohere",
    "gemini": "gcp.gemini",
    "mistral": "mistral_ai",
    "openai": "openai",
}


def read(api: str, payload: Any) -> Reported:
    """What a payload says. Raises PayloadError, also for an unknown API."""
    reader = APIS.get(api)
    if reader is None:
        raise PayloadError(f"unknown API {api!r}; known: {', '.join(sorted(APIS))}")
    found = reader(payload)
    if max(found.tokens, found.images) > MAX_COUNT:
        raise PayloadError(f"the payload: its counts add up to more than {MAX_COUNT:.0e}")
    return found


def provider_of(api: str) -> str | None:
    """Whose API it is, as OpenTelemetry's `gen_ai.provider.name` says it."""
    return _PROVIDERS.get(api.partition(".")[0]) if api in APIS else None
