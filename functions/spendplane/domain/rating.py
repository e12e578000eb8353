"""Tokens times rates. Formula and buckets: one rate per disjoint bucket, dollars per million tokens.

A long-context tier holds for ALL tokens of the call once the whole prompt (uncached, read and written) EXCEEDS its
threshold; at the threshold itself the base rate still applies (Anthropic, Google, OpenAI price pages).
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from spendplane.domain.money import EXACT, to_usd
from spendplane.domain.usage import TokenUsage

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
    """Only for models that price reasoning apart from the rest of the output."""
    usd_per_request: Decimal = Decimal(0)
    price: str = ""
    """Source and version, kept in the ledger."""

    def times(self, factor: Decimal, why: str) -> "RateCard":
        """The card with a service-tier factor or a discount, and its reason added to the source."""
        rates = {name: rate.times(factor) for name in (*BUCKETS, "reasoning") if (rate := getattr(self, name))}
        return replace(self, **rates, usd_per_request=self.usd_per_request * factor, price=f"{self.price} × {why}")


class UnpricedError(LookupError):
    """No price is known. The message says what is missing; it is never $0 and never a guess."""


class Line(NamedTuple):
    """One bucket's part of a price. `usd_per_million` None: a fee per request, `units` requests."""

    bucket: str
    units: int
    usd_per_million: Decimal | None
    usd: Decimal


def lines(usage: TokenUsage, card: RateCard) -> tuple[Line, ...]:
    """The price bucket by bucket. Raises UnpricedError when a bucket holds tokens for which the card has no rate."""
    found = [
        Line(bucket, tokens, usd, EXACT.divide(EXACT.multiply(usd, Decimal(tokens)), _MILLION))
        for bucket, tokens, usd in _charges(usage, card)
    ]
    if card.usd_per_request:
        found.append(Line("request", 1, None, card.usd_per_request))
    return tuple(found)


def rate(usage: TokenUsage, card: RateCard) -> Decimal:
    """The call's cost in dollars, at 18 decimal places: the sum of its lines. Raises UnpricedError as `lines`."""
    total = Decimal(0)
    for _, tokens, usd in _charges(usage, card):
        total = EXACT.fma(usd, tokens, total)
    return to_usd(EXACT.add(EXACT.divide(total, _MILLION), card.usd_per_request))


def _charges(usage: TokenUsage, card: RateCard) -> list[tuple[str, int, Decimal]]:
    """Each used bucket with its tokens and its dollars per million."""
    prompt = usage.input_total
    charges = []
    for bucket in BUCKETS:
        tokens: int = getattr(usage, bucket)
        if bucket == "output" and card.reasoning is not None:
            tokens -= usage.reasoning
        if tokens:
            charges.append((bucket, tokens, _rate_of(card, bucket, tokens).at(prompt)))
    if usage.reasoning and card.reasoning is not None:
        charges.append(("reasoning", usage.reasoning, card.reasoning.at(prompt)))
    return charges


def _rate_of(card: RateCard, bucket: str, tokens: int) -> Rate:
    found: Rate | None = getattr(card, bucket)
    if found is None:
        raise UnpricedError(f"{card.price}: no rate for {bucket} tokens ({tokens} used)")
    return found
