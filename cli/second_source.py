"""A second price list to compare with: `model_prices_and_context_window_backup.json` of the package litellm.

https://github.com/BerriAI/litellm/blob/main/model_prices_and_context_window.json (MIT). It is read while developing,
never where calls are priced.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from cli.errors import Failure

PROVIDERS = {
    "anthropic": "anthropic",
    "azure": "azure.ai.openai",
    "bedrock": "aws.bedrock",
    "bedrock_converse": "aws.bedrock",
    "cohere": "cohere",
    "cohere_chat": "cohere",
    "gemini": "gcp.gemini",
    "mistral": "mistral_ai",
    "openai": "openai",
    "vertex_ai-anthropic_models": "gcp.vertex_ai",
    "vertex_ai-language-models": "gcp.vertex_ai",
}
"""Its providers, as OpenTelemetry names them; the others are not compared."""
MODES = frozenset({"chat", "completion", "embedding", "responses"})
"""What is priced per token. Images, audio, video and rerankers have other units."""
REGIONS = {
    "": "us-east-1",
    "us": "us-east-1",
    "global": "us-east-1",
    "eu": "eu-central-1",
    "apac": "ap-southeast-2",
    "au": "ap-southeast-2",
    "jp": "ap-northeast-1",
    "ca": "ca-central-1",
    "in": "ap-south-1",
    "us-gov": "us-gov-west-1",
}
"""The Region whose price it carries for a profile (eu: https://github.com/BerriAI/litellm/pull/9056)."""
BUCKETS = {
    "input_cost_per_token": "input_uncached",
    "cache_read_input_token_cost": "cache_read",
    "cache_creation_input_token_cost": "cache_write_5m",
    "cache_creation_input_token_cost_above_1hr": "cache_write_1h",
    "output_cost_per_token": "output",
    "output_cost_per_reasoning_token": "reasoning",
}
TIERS = {"": "standard", "_batches": "batch", "_flex": "flex", "_priority": "priority"}
_REGIONAL = re.compile(r"^bedrock/([a-z]{2}(?:-[a-z]+)+-\d)/([^/]+)$")
_LONG = re.compile(r"_above_(\d+)k_tokens$")


@dataclass(frozen=True, slots=True)
class Listed:
    """What the second source says of one model in one tier: dollars per million tokens by (bucket, prompt tokens)."""

    key: str
    provider: str
    model: str
    region: str | None
    tier: str
    rates: dict[tuple[str, int], Decimal]


def read(path: Path) -> tuple[str, list[Listed]]:
    """Its version, or the file's name where it says none, and all that can be compared. Raises Failure."""
    try:
        content = json.loads(path.read_bytes(), parse_float=Decimal)
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}", "give the file by --second-source (docs/price-check.md)") from None
    except ValueError as error:
        raise Failure(f"{path}: not JSON: {error}", "give litellm's price list (docs/price-check.md)") from None
    if not isinstance(content, dict) or not all(isinstance(entry, dict) for entry in content.values()):
        raise Failure(f"{path}: not an object of models", "give litellm's price list (docs/price-check.md)")
    version = str(content.get("_snapshot", {}).get("version", path.name))
    return version, [found for key, entry in content.items() for found in _listed(key, entry)]


def _listed(key: str, entry: Mapping[str, Any]) -> Iterator[Listed]:
    provider = PROVIDERS.get(entry.get("litellm_provider", ""))
    if provider is None or entry.get("mode") not in MODES:
        return
    name = _name(key, provider)
    if name is None:
        return
    model, region = name
    for suffix, tier in TIERS.items():
        if rates := _rates(entry, suffix, tier):
            yield Listed(key, provider, model, region, tier, rates)


def _name(key: str, provider: str) -> tuple[str, str | None] | None:
    """Model and Region. None for its own constructs, such as a commitment or a deployment by size."""
    if provider != "aws.bedrock":
        of_a_data_zone = provider.startswith("azure") and key.count("/") > 1  # azure/eu/gpt-5: +10 %, and no such model
        return None if of_a_data_zone else (key.rpartition("/")[2], None)
    if found := _REGIONAL.match(key):
        return found[2], found[1]
    if "/" in key or key.startswith("claude"):
        return None
    prefix = key.partition(".")[0]
    return key, REGIONS.get(prefix, REGIONS[""])


def _rates(entry: Mapping[str, Any], suffix: str, tier: str) -> dict[tuple[str, int], Decimal]:
    found: dict[tuple[str, int], Decimal] = {}
    for field, value in entry.items():
        if not isinstance(value, int | Decimal) or isinstance(value, bool) or not field.endswith(suffix):
            continue
        plain = field.removesuffix(suffix)
        long = _LONG.search(plain)
        bucket = BUCKETS.get(_LONG.sub("", plain))
        if bucket and value:
            found[bucket, int(long[1]) * 1000 if long else 0] = Decimal(value) * 1_000_000
    return found if tier == "standard" or ("input_uncached", 0) in found else {}
