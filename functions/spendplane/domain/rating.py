"""Tokens times rates. Formula and buckets: one rate per disjoint bucket, dollars per million tokens.

A long-context tier holds for ALL tokens of the call once the whole prompt (uncached, read and written) EXCEEDS its
threshold; at the threshold itself the base rate still applies (Anthropic, Google, OpenAI price pages).
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from spendplane.domain.money import EXACT, to_usd
from spendplane.domain.usage import PARTS, TokenUsage

_MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Rate:
    """Dollars per million tokens; `tiers` are (prompt tokens to exceed, dollars), ascending."""

    usd_per_million: Decimal
    tiers: tuple[tuple[int, Decimal], ...] = ()

    def at(self, prompt_tokens: int) -> Decimal:
        """The rate for a call with a prompt of this size."""
        usd = self.usd_per_million
        for threshold, tier in self.tiers:
            if prompt_tokens > threshold:
                usd = tier
        return usd

    def times(self, factor: Decimal) -> "Rate":
        """The rate with a discount or surcharge."""
        return Rate(self.usd_per_million * factor, tuple((start, usd * factor) for start, usd in self.tiers))


_APART = tuple(part for parts in PARTS.values() for part in parts)
BUCKETS = ("input_uncached", "cache_read", "cache_write_5m", "cache_write_1h", "output")


@dataclass(frozen=True, slots=True)
class RateCard:
    """The rates of one model at one time. None means: this bucket has no price."""

    input_uncached: Rate | None = None
    cache_read: Rate | None = None
    cache_write_5m: Rate | None = None
    cache_write_1h: Rate | None = None
    output: Rate | None = None
    reasoning: Rate | None = None
    """Only for models that price reasoning apart from the rest of the output; so are the other parts."""
    input_audio: Rate | None = None
    input_image: Rate | None = None
    output_audio: Rate | None = None
    output_image: Rate | None = None
    usd_per_request: Decimal = Decimal(0)
    usd_per_image: tuple[tuple[str, Decimal], ...] = ()
    """By `SIZE/QUALITY`, `SIZE`, `*/QUALITY` or `*`: the first of these that is there."""
    price: str = ""
    """Source and version, kept in the ledger."""

    def times(self, factor: Decimal, why: str) -> "RateCard":
        """The card with a service-tier factor or a discount, and its reason added to the source."""
        rates = {name: rate.times(factor) for name in (*BUCKETS, *_APART) if (rate := getattr(self, name))}
        images = tuple((kind, usd * factor) for kind, usd in self.usd_per_image)
        request, price = self.usd_per_request * factor, f"{self.price} × {why}"
        return replace(self, **rates, usd_per_request=request, usd_per_image=images, price=price)


class UnpricedError(LookupError):
    """No price is known. The message says what is missing; it is never $0 and never a guess."""


class Line(NamedTuple):
    """One bucket's part of a price. `usd_per_million` None: not of tokens, but `units` images or requests at
    `usd_each`.
    """

    bucket: str
    units: int
    usd_per_million: Decimal | None
    usd: Decimal
    usd_each: Decimal | None = None


def lines(usage: TokenUsage, card: RateCard) -> tuple[Line, ...]:
    """The price bucket by bucket. Raises UnpricedError when a bucket holds tokens for which the card has no rate."""
    found = [
        Line(bucket, tokens, usd, EXACT.divide(EXACT.multiply(usd, Decimal(tokens)), _MILLION))
        for bucket, tokens, usd in _charges(usage, card)
    ]
    if usage.images:
        each = _usd_per_image(usage, card)
        found.append(Line("images", usage.images, None, EXACT.multiply(each, Decimal(usage.images)), each))
    if card.usd_per_request:
        found.append(Line("request", 1, None, card.usd_per_request, card.usd_per_request))
    return tuple(found)


def rate(usage: TokenUsage, card: RateCard) -> Decimal:
    """The call's cost in dollars, at 18 decimal places: the sum of its lines. Raises UnpricedError as `lines`."""
    total = Decimal(0)
    for _, tokens, usd in _charges(usage, card):
        total = EXACT.fma(usd, tokens, total)
    flat = card.usd_per_request
    if usage.images:
        flat = EXACT.fma(_usd_per_image(usage, card), usage.images, flat)
    return to_usd(EXACT.add(EXACT.divide(total, _MILLION), flat))


def _charges(usage: TokenUsage, card: RateCard) -> list[tuple[str, int, Decimal]]:
    """Each used bucket with its tokens and its dollars per million."""
    prompt = usage.input_total
    charges = []
    for bucket in BUCKETS:
        tokens: int = getattr(usage, bucket)
        apart = []
        for part in PARTS.get(bucket, ()):
            inside, own = getattr(usage, part), getattr(card, part)
            if inside and own is not None:
                tokens -= inside
                apart.append((part, inside, own.at(prompt)))
        if tokens:
            charges.append((bucket, tokens, _rate_of(card, bucket, tokens).at(prompt)))
        charges += apart
    return charges


def _usd_per_image(usage: TokenUsage, card: RateCard) -> Decimal:
    size, quality = usage.image_size or "*", usage.image_quality or "*"
    kinds = (f"{size}/{quality}", size, f"*/{quality}", "*")
    prices = dict(card.usd_per_image)
    found = next((prices[kind] for kind in kinds if kind in prices), None)
    if found is None:
        raise UnpricedError(f"{card.price}: no price of an image {size}/{quality} ({usage.images} used)")
    return found


def _rate_of(card: RateCard, bucket: str, tokens: int) -> Rate:
    found: Rate | None = getattr(card, bucket)
    if found is None:
        raise UnpricedError(f"{card.price}: no rate for {bucket} tokens ({tokens} used)")
    return found
