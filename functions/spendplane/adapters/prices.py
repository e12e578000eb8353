"""The price book: `prices.yaml` over the data of the `genai-prices` library.

The library's import takes about 200 ms, so it waits for the first call that needs it. Rate cards are cached: looking a
model up takes 0.1 ms, rating a call with its card a few microseconds.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from importlib.metadata import version
from typing import TYPE_CHECKING, Protocol

from spendplane.contract.prices_file import PricesFile
from spendplane.domain.rating import Rate, RateCard, UnpricedError
from spendplane.domain.usage import UsageEvent

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, ModelPrice, Provider

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

SAGEMAKER = "aws.sagemaker"
STANDARD_TIERS = frozenset({"standard", "default", "on_demand"})
MAX_CARDS = 4096
SLICE_SECONDS = 900
"""Prices by the time of day begin and end on the half hour at the finest, in the library's data."""


class ProfileUnknownError(UnpricedError):
    """An application inference profile that could not be read now."""


class ModelResolver(Protocol):
    """Finds the model behind an application inference profile."""

    def model_of(self, profile_arn: str) -> str | None:
        """The model's id; None when it cannot be known."""


@dataclass(slots=True)
class LayeredPriceBook:
    """See `application.ports.PriceBook`."""

    overrides: PricesFile
    resolver: ModelResolver | None = None
    hours: Callable[[UsageEvent], RateCard | None] = lambda _: None
    """The card of a record of instance hours, each of which has one of its own; None for other records."""
    _cards: OrderedDict[tuple[object, ...], RateCard | UnpricedError] = field(default_factory=OrderedDict)

    def card(self, event: UsageEvent) -> RateCard:
        """Cached per model, region, tier, project and slice of time; a profile that cannot be read is asked again."""
        if event.provider == SAGEMAKER and (card := self.hours(event)) is not None:
            return card
        part = int(event.time.timestamp()) // SLICE_SECONDS
        key = (event.provider, event.model, event.region, event.service_tier, event.attributes.get("project_id"), part)
        found = self._cards.get(key)
        if found is None:
            try:
                found = self._find(event)
            except ProfileUnknownError:
                raise
            except UnpricedError as error:
                found = error
            if len(self._cards) >= MAX_CARDS:
                self._cards.popitem(last=False)
            self._cards[key] = found
        if isinstance(found, UnpricedError):
            raise UnpricedError(*found.args)
        return found

    def _find(self, event: UsageEvent) -> RateCard:
        entry = self.overrides.entry(event)
        card = entry.card if entry else self._library(event)
        for discount in self.overrides.discounts(event):
            card = card.times(discount.factor, f"{discount.factor:f} ({discount.source})")
        return card

    def _library(self, event: UsageEvent) -> RateCard:
        provider, model = self._model(event)
        standard = model.get_prices(event.time)
        source = f"genai-prices {version('genai-prices')}: {provider.id}/{model.id}"
        if event.service_tier in STANDARD_TIERS:
            return card_of(standard, source)
        context = {"processing": "batch"} if event.service_tier == "batch" else {"service_tier": event.service_tier}
        tiered = model.get_prices(event.time, context)
        if tiered != standard or _names_tier(model, context, event.time):
            return card_of(tiered, f"{source} ({event.service_tier})")
        factor = self.overrides.tier_factor(event)
        if factor is None:
            raise UnpricedError(f"no price for service tier {event.service_tier!r} of {event.provider} {event.model}")
        return card_of(standard, source).times(factor.factor, f"{factor.factor:f} ({factor.source})")

    def _model(self, event: UsageEvent) -> "tuple[Provider, ModelInfo]":
        from genai_prices.data import providers

        wanted = PROVIDERS.get(event.provider, event.provider)
        provider = next((item for item in providers if item.id == wanted), None)
        if provider is None:
            raise UnpricedError(f"no prices for provider {event.provider!r}")
        name = self._name(event.model)
        model = provider.find_model(name, all_providers=providers)
        if model is None:
            raise UnpricedError(f"no price for model {event.model!r} of {event.provider}")
        return provider, model

    def _name(self, model: str) -> str:
        """The model behind an ARN. A custom, imported or provisioned model is NOT the base model in its name."""
        if not model.startswith("arn:"):
            return model
        kind, _, name = model.split(":", 5)[-1].partition("/")
        if kind in {"foundation-model", "inference-profile"}:
            return name
        if kind == "application-inference-profile" and self.resolver is not None:
            found = self.resolver.model_of(model)
            if found:
                return found
            raise ProfileUnknownError(f"Bedrock does not tell the model behind {model!r}: may the meter read it?")
        raise UnpricedError(f"no price for {model!r}: add it to prices.yaml")


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
