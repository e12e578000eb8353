"""The price book: `prices.yaml`, then the list prices that ship with Spendplane, then the `genai-prices` library.

Rate cards are cached: looking a model up takes 0.1 ms, rating a call with its card a few microseconds.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Protocol

from spendplane.adapters.library_prices import library_card
from spendplane.contract import model_prices_file
from spendplane.contract.model_prices_file import ModelPricesFile
from spendplane.contract.prices_file import PriceEntry, PricesFile
from spendplane.domain.model_names import GLOBAL, BedrockName, bedrock_name, fine_tuned, plain_name, regional_claude
from spendplane.domain.rating import RateCard, UnpricedError
from spendplane.domain.usage import UsageEvent

BEDROCK = "aws.bedrock"
SAGEMAKER = "aws.sagemaker"
VERTEX = "gcp.vertex_ai"
REGIONAL_CLAUDE = Decimal("1.1")
SHIPPED = Path(__file__).parents[1] / "data" / "model_prices.json"
MAX_CARDS = 4096
SLICE_SECONDS = 900
"""Prices by the time of day begin and end on the half hour at the finest, in the library's data."""


class ProfileUnknownError(UnpricedError):
    """An application inference profile that could not be read now."""


class ModelResolver(Protocol):
    """Finds the model behind an application inference profile."""

    def model_of(self, profile_arn: str) -> str | None:
        """The model's id; None when it cannot be known."""


@cache
def shipped() -> ModelPricesFile:
    """The list prices beside the code; read when the first call needs them."""
    return model_prices_file.load(SHIPPED)


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
        card = entry.card if entry else self._list_price(event)
        for discount in self.overrides.discounts(event):
            card = card.times(discount.factor, f"{discount.factor:f} ({discount.source})")
        return card

    def _list_price(self, event: UsageEvent) -> RateCard:
        """Of this tier, where somebody lists it; else the standard price times the tier's factor."""
        name = self._bedrock(event) if event.provider == BEDROCK else event.model
        card, is_of_tier = _listed(event, name)
        if event.provider == VERTEX and regional_claude(plain_name(event.model), event.region):
            card = card.times(REGIONAL_CLAUDE, f"{REGIONAL_CLAUDE:f} (regional endpoint)")
        if is_of_tier:
            return card
        base = name.base if isinstance(name, BedrockName) else plain_name(name)
        if own := self.overrides.tier_factor(event):
            return card.times(own.factor, f"{own.factor:f} ({own.source})")
        if factor := shipped().factor(event, base):
            return card.times(factor.factor, f"{factor.factor:f} ({shipped().dated(factor.source)})")
        raise UnpricedError(f"no price for service tier {event.service_tier!r} of {event.provider} {event.model}")

    def _bedrock(self, event: UsageEvent) -> BedrockName:
        """The model behind an ARN. A custom, imported or provisioned model is NOT the base model in its name."""
        region = event.region or self.overrides.bedrock_region
        model = event.model
        if not model.startswith("arn:"):
            return bedrock_name(model, region)
        *head, resource = model.split(":", 5)
        kind, _, name = resource.partition("/")
        region = event.region or "".join(head[3:4]) or region  # arn:aws:bedrock:REGION:ACCOUNT:RESOURCE
        if kind in {"foundation-model", "inference-profile"}:
            return bedrock_name(name, region)
        if kind == "application-inference-profile" and self.resolver is not None:
            found = self.resolver.model_of(model)
            if found:
                return bedrock_name(found, region)
            raise ProfileUnknownError(f"Bedrock does not tell the model behind {model!r}: may the meter read it?")
        raise UnpricedError(f"no price for {model!r}: add it to prices.yaml")


def _listed(event: UsageEvent, name: str | BedrockName) -> tuple[RateCard, bool]:
    """A list price, and whether it is that of the call's service tier; else it is the standard one."""
    if not isinstance(name, BedrockName):
        plain = plain_name(name)
        found = _shipped(event, (fine_tuned(plain) or plain,), None)
        return found or library_card(event.provider, name, event.service_tier, event.time)
    names = (name.full,) if name.endpoint in {"", GLOBAL} else (name.full, name.base)
    if name.region and (found := _shipped(event, names, name.region)):
        return found
    found = _shipped(event, names, None) or library_card(event.provider, name, event.service_tier, event.time)
    if not name.same_price_everywhere and not name.at_us_list_price:
        raise UnpricedError(_elsewhere(name))
    return found


def _shipped(event: UsageEvent, names: tuple[str, ...], region: str | None) -> tuple[RateCard, bool] | None:
    for tier in dict.fromkeys((event.service_tier, "standard")):
        if entry := shipped().entry(event, names, region, tier):
            return _card(entry), entry.tells(event.service_tier)
    return None


def _card(entry: PriceEntry) -> RateCard:
    where = f" in {entry.region}" if entry.region else ""
    return replace(entry.card, price=f"list price{where} ({shipped().dated(entry.source)})")


def _elsewhere(name: BedrockName) -> str:
    if name.region is None:
        return (
            f"what {name.full!r} costs depends on the Region and the record names none: "
            "send `region`, or set `bedrock_region` in prices.yaml"
        )
    return f"no price for {name.full!r} in {name.region}: add an entry with this region to prices.yaml"
