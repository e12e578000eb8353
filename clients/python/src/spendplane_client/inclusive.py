"""Counts whose input holds the cached tokens, as OpenTelemetry and LiteLLM have them, put where they stand apart."""

from typing import Any


def payload(
    *,
    prompt: Any,
    output: Any,
    read: Any = None,
    written: Any = None,
    written_1h: Any = None,
    reasoning: Any = None,
    tier: Any = None,
) -> dict[str, Any]:
    """As `anthropic.messages` has it. `written_1h` is a part of `written`. What is no count is left for its reader to
    refuse, None is one that nobody told.

    https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/ has the cached tokens inside the input. Reporters
    that pass on what Anthropic says leave them out: then they cannot be inside, where they are more than it.
    """
    inside = (read if _counts(read) else 0) + (written if _counts(written) else 0)
    return {
        "usage": {
            "input_tokens": prompt - inside if _counts(prompt) and prompt >= inside else prompt,
            "cache_read_input_tokens": read,
            "cache_creation_input_tokens": written,
            "cache_creation": {"ephemeral_1h_input_tokens": written_1h if written else None},
            "output_tokens": output,
            "output_tokens_details": {"thinking_tokens": reasoning},
            "service_tier": tier if isinstance(tier, str) else None,
        }
    }


def first(*candidates: Any) -> Any:
    """The first that was told; a zero stands behind any other."""
    told = [value for value in candidates if value is not None]
    return next((value for value in told if value != 0), told[0] if told else None)


def _counts(value: Any) -> bool:
    return isinstance(value, int) and value is not True and value is not False
