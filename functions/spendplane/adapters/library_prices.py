"""The offline data of the `genai-prices` library as rate cards. Its names are taken whole, not as parts of others.

The library's import takes about 200 ms, so it waits for the first call that needs it.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from spendplane.contract.prices_file import STANDARD_TIERS
from spendplane.domain.model_names import GEOGRAPHIES, GLOBAL, BedrockName, plain_name, same_model
from spendplane.domain.rating import Rate, RateCard, UnpricedError

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, ModelPrice

PROVIDERS = {
    "aws.bedrock": "aws",
    "azure.ai.inference": "azure",
    "azure.ai.openai": "azure",
    "gcp.gemini": "google",
    "gcp.gen_ai": "google",
    "gcp.vertex_ai": "google",
    "mistral_ai": "mistral",
    "x_ai": "x-ai",
}
"""OpenTelemetry `gen_ai.provider.name` → the library's id, where they differ."""
MISTRAL = "mistral_ai"

_COMPACT_DATE = re.compile(r"-(20\d\d)(\d\d)(\d\d)$")
_ENDPOINT = re.compile(rf"^({'|'.join(('regional', GLOBAL, *GEOGRAPHIES))})\.(?=[a-z0-9-]+\.)")


def library_card(provider: str, name: str | BedrockName, tier: str, time: datetime) -> tuple[RateCard, bool]:
    """The card of a model at that time, and whether it is the card of this service tier; else it is the standard one.

    Raises UnpricedError where the library does not know the model, or does not price it per token.
    """
    model = _bedrock_model(name) if isinstance(name, BedrockName) else _model(provider, name)
    standard = model.get_prices(time)
    source = f"genai-prices {version('genai-prices')}: {PROVIDERS.get(provider, provider)}/{model.id}"
    if tier in STANDARD_TIERS:
        return _completed(card_of(standard, source), provider, model.id), True
    context = {"processing": "batch"} if tier == "batch" else {"service_tier": tier}
    tiered = model.get_prices(time, context)
    if tiered != standard or _names_tier(model, context, time):
        return _completed(card_of(tiered, f"{source} ({tier})"), provider, model.id), True
    return _completed(card_of(standard, source), provider, model.id), False


def _model(provider: str, name: str) -> "ModelInfo":
    plain = plain_name(name)
    dashed = _COMPACT_DATE.sub(r"-\1-\2-\3", plain)  # a date as proxies write it: gpt-5.2-20251211
    for written in dict.fromkeys((plain, dashed)):
        for model in _models(provider):
            if model.is_match(written) and any(same_model(written, listed) for listed in _names(model, written)):
                return model
    raise UnpricedError(f"no price for model {name!r} of {provider}")


def _bedrock_model(name: BedrockName) -> "ModelInfo":
    """Every endpoint but the global one has the regional price, whichever prefixes the library thought of."""
    base = name.base.lower()
    is_global = name.endpoint == GLOBAL
    tried = (f"{GLOBAL}.{base}",) if is_global else (base, f"us.{base}")
    for model in _models("aws.bedrock"):
        if (
            model.id.startswith(f"{GLOBAL}.") == is_global
            and any(model.is_match(written) for written in tried)
            and any(same_model(base, _ENDPOINT.sub("", listed)) for listed in _names(model, base))
        ):
            return model
    raise UnpricedError(f"no price for model {name.full!r} of aws.bedrock")


def _models(provider: str) -> "Iterator[ModelInfo]":
    """A provider's models, then those of others that it offers too."""
    from genai_prices.data import providers

    wanted = PROVIDERS.get(provider, provider)
    own = next((item for item in providers if item.id == wanted), None)
    if own is None:
        raise UnpricedError(f"no prices for provider {provider!r}")
    yield from own.models
    for other in own.fallback_model_providers or ():
        yield from next(item for item in providers if item.id == other).models


def _names(model: "ModelInfo", written: str) -> Iterator[str]:
    """The names under which the library lists a model. A pattern lists what it fits from end to end."""
    yield model.id
    clauses: list[Any] = [model.match]
    while clauses:
        clause = clauses.pop()
        for kind, value in vars(clause).items():
            if kind in {"or_", "and_"}:
                clauses.extend(value)
            elif kind != "regex":
                yield value
            elif value.startswith("^") and value.endswith("$") and re.fullmatch(value, written):
                yield written


def card_of(prices: "ModelPrice", source: str) -> RateCard:
    """The library's prices as a rate card.

    A cached bucket without a rate of its own is charged as the library does: a 1-hour write like a write, a write or a
    read like fresh input. Raises UnpricedError for a model that is not priced per token at all.
    """
    given = {name: value for name, value in vars(prices).items() if value is not None}
    rates = {name: _rate(value) for name, value in given.items() if name.endswith("_mtok")}
    if not rates and "requests_kcount" not in given:
        raise UnpricedError(f"{source}: not priced per token ({', '.join(sorted(given)) or 'no rates'})")
    fresh = rates.get("input_mtok")
    write = rates.get("cache_write_mtok", fresh)
    return RateCard(
        input_uncached=fresh,
        cache_read=rates.get("cache_read_mtok", fresh),
        cache_write_5m=rates.get("cache_write_5m_mtok", write),
        cache_write_1h=rates.get("cache_write_1h_mtok", write),
        output=rates.get("output_mtok"),
        reasoning=rates.get("output_reasoning_mtok"),
        input_audio=rates.get("input_audio_mtok"),
        input_image=rates.get("input_image_mtok"),
        output_audio=rates.get("output_audio_mtok"),
        output_image=rates.get("output_image_mtok"),
        usd_per_request=Decimal(given.get("requests_kcount", 0)) / 1000,
        price=source,
    )


def _completed(card: RateCard, provider: str, model: str) -> RateCard:
    """With what the provider says of every model of its own and the library does not list of each.

    Claude's 1-hour cache writes cost twice the input: https://platform.claude.com/docs/en/about-claude/pricing. Mistral
    bills cached tokens at a tenth of it: https://docs.mistral.ai/inference/conversations/advanced/prompt-caching.
    """
    fresh = card.input_uncached
    if "claude" in model and fresh and card.cache_write_1h == card.cache_write_5m:
        return replace(card, cache_write_1h=fresh.times(Decimal(2)))
    if provider == MISTRAL and fresh and card.cache_read == fresh:
        return replace(card, cache_read=fresh.times(Decimal("0.1")))
    return card


def _rate(value: object) -> Rate:
    if isinstance(value, Decimal):
        return Rate(value)
    return Rate(value.base, tuple((tier.start, tier.price) for tier in value.tiers))  # type: ignore[attr-defined]


def _names_tier(model: "ModelInfo", context: dict[str, str], time: datetime) -> bool:
    """True when the library says that this tier costs the same, rather than nothing about it."""
    return any(
        variant.when == context and (variant.constraint is None or variant.constraint.active(time))
        for variant in model.price_variants or ()
    )
