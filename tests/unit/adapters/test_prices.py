"""The price book: our own file over the library's data."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import chain
from typing import Any

import genai_prices
import pytest
from genai_prices.data import providers
from genai_prices.types import Usage
from hypothesis import given, settings
from hypothesis import strategies as st

from spendplane.adapters.library_prices import PROVIDERS, card_of
from spendplane.adapters.prices import LayeredPriceBook
from spendplane.application.metering.pricing import price, try_price
from spendplane.contract.prices_file import PricesFile
from spendplane.domain.rating import UnpricedError, rate
from tests.support.builders import NOW, SONNET, event, usage

BOOK = LayeredPriceBook(PricesFile(version=1))
ARN = "arn:aws:bedrock:us-east-1:123456789012"
CACHED = {"input_uncached": 350, "cache_read": 120_000, "output": 900}


def book(**content: Any) -> LayeredPriceBook:
    return LayeredPriceBook(PricesFile.model_validate({"version": 1, **content}))


def usd(of: LayeredPriceBook = BOOK, **fields: Any) -> Decimal | None:
    return try_price(event(**{"usage": CACHED, **fields}), of)[0]


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (f"global.{SONNET}", "0.05055"),
        (SONNET, "0.055605"),
        (f"us.{SONNET}", "0.055605"),
        (f"eu.{SONNET}", "0.055605"),
        (f"{ARN}:inference-profile/us.{SONNET}", "0.055605"),
        (f"arn:aws:bedrock:us-east-1::foundation-model/{SONNET}", "0.055605"),
    ],
)
def test_global_and_regional_profiles(model: str, expected: str) -> None:
    assert usd(model=model) == Decimal(expected)


def test_cache_writes_cost_1_25_and_2_times_the_input() -> None:
    fresh = usd(model=f"global.{SONNET}", usage={"input_uncached": 10_000})
    short = usd(model=f"global.{SONNET}", usage={"cache_write_5m": 10_000})
    long = usd(model=f"global.{SONNET}", usage={"cache_write_1h": 10_000})
    assert (fresh, short, long) == (Decimal("0.03"), Decimal("0.0375"), Decimal("0.06"))


@pytest.mark.parametrize(
    "model",
    [
        f"{ARN}:custom-model/{SONNET}/abcdef123456",
        f"{ARN}:imported-model/abcdef123456",
        f"{ARN}:provisioned-model/abcdef123456",
        f"{ARN}:custom-model-deployment/abcdef123456",
        f"{ARN}:application-inference-profile/abcdef123456",
        "arn:",
        "arn:aws:bedrock",
        f"arn:aws:sagemaker:us-east-1:123456789012:endpoint/{SONNET}",
    ],
)
def test_a_custom_model_is_not_the_base_model_in_its_name(model: str) -> None:
    assert usd(model=model) is None


@pytest.mark.parametrize("model", ["acme-frontier-9", "", "no such model", "ANTHROPIC"])
def test_an_unknown_model_is_never_free_and_never_a_guess(model: str) -> None:
    if model:
        assert usd(model=model) is None
    with pytest.raises(UnpricedError, match="no prices for provider"):
        BOOK.card(event(provider="acme.cloud"))


@pytest.mark.parametrize(
    ("model", "usd_per_million"),
    [("open-mistral-nemo", "0.015"), ("mistral-tiny", "0.025"), ("mistral-large-2512", "0.05")],
)
def test_mistral_bills_cached_tokens_at_a_tenth_also_where_the_library_does_not_say(
    model: str, usd_per_million: str
) -> None:
    card = BOOK.card(event(provider="mistral_ai", model=model))
    assert card.cache_read is not None
    assert card.cache_read.usd_per_million == Decimal(usd_per_million)
    assert card.input_uncached == card.cache_read.times(Decimal(10))


class Profiles:
    """A resolver that knows one application inference profile."""

    asked = 0

    def model_of(self, profile_arn: str) -> str | None:
        self.asked += 1
        return SONNET if profile_arn.endswith("/known") else None


def test_an_application_inference_profile_is_resolved_and_remembered() -> None:
    profiles = Profiles()
    resolving = LayeredPriceBook(PricesFile(version=1), profiles)
    for _ in range(5):
        assert usd(resolving, model=f"{ARN}:application-inference-profile/known") == Decimal("0.055605")
    assert profiles.asked == 1
    for _ in range(2):
        assert usd(resolving, model=f"{ARN}:application-inference-profile/other") is None
    assert profiles.asked == 3, "one that could not be read is asked for again"


def test_a_price_that_begins_on_the_half_hour_does_not_hold_before() -> None:
    """DeepSeek's off-peak hours begin at 00:30 UTC: both sides of it are asked for within one hour."""
    warm = LayeredPriceBook(PricesFile(version=1))
    model = next(p for p in providers if p.id == "deepseek").find_model("deepseek-chat")
    assert model is not None
    for minute in (5, 55, 5):
        at = datetime(2025, 6, 1, 0, minute, tzinfo=UTC)
        call = event(provider="deepseek", model="deepseek-chat", time=at.isoformat(), usage={"input_uncached": 10**6})
        assert warm.card(call).input_uncached == card_of(model.get_prices(at), "").input_uncached


CONTRACT = {"provider": "aws.bedrock", "model": "acme.*", "input": 1.20, "output": 4.80, "source": "contract 2026-04"}


def test_our_own_prices_come_first_and_only_for_what_they_name() -> None:
    ours = book(entries=[{**CONTRACT, "project_id": "marketing-gen-v1", "region": "us-east-1"}])
    plain = {"input_uncached": 1_000_000, "output": 1_000_000}
    assert usd(ours, model="acme.tuned-1", region="us-east-1", usage=plain) == 6
    for other in ({"region": "eu-west-1"}, {"project_id": "other"}, {"provider": "openai"}, {"model": "acme"}):
        assert usd(ours, **{"model": "acme.tuned-1", "region": "us-east-1", "usage": plain, **other}) is None
    assert usd(ours, model="acme.tuned-1", region="us-east-1") is None, "it has no rate for cached tokens"
    _, source = price(event(model="acme.tuned-1", region="us-east-1", usage=plain), ours)
    assert source == "prices.yaml: contract 2026-04"


def test_a_price_holds_from_its_first_day_until_the_day_before_its_end_in_utc() -> None:
    old = {**CONTRACT, "until": "2026-11-01"}
    new = {**CONTRACT, "input": 2.40, "from": "2026-11-01"}
    both = book(entries=[old, new])
    plain = {"input_uncached": 1_000_000}
    prices = {
        time: usd(both, model="acme.x", time=time, usage=plain)
        for time in ("2026-10-31T23:59:59Z", "2026-11-01T00:00:00Z", "2026-11-01T00:30:00+01:00")
    }
    assert list(prices.values()) == [Decimal("1.2"), Decimal("2.4"), Decimal("1.2")]
    assert usd(book(entries=[{**CONTRACT, "from": "2026-11-22"}]), model="acme.x", time="2026-11-21T23:00:00Z") is None


def test_discounts_multiply_over_whatever_the_price_is() -> None:
    factors = [
        {"provider": "aws.bedrock", "model": "*claude*", "factor": 0.9, "source": "private pricing"},
        {"provider": "aws.bedrock", "factor": 0.5, "source": "credits"},
    ]
    assert usd(book(factors=factors)) == Decimal("0.055605") * Decimal("0.45")
    assert usd(book(factors=factors), provider="anthropic", model="claude-sonnet-4-5") == Decimal("0.05055")
    assert usd(book(entries=[CONTRACT], factors=factors[1:]), model="acme.x", usage={"output": 10**6}) == Decimal("2.4")
    _, source = price(event(usage=CACHED), book(factors=factors))
    assert source.endswith("× 0.9 (private pricing) × 0.5 (credits)")


def test_service_tiers_have_a_factor_or_no_price() -> None:
    batch = book(factors=[{"provider": "aws.bedrock", "service_tier": "batch", "factor": 0.5, "source": "page"}])
    assert usd(batch, service_tier="batch") == Decimal("0.055605") / 2
    assert usd(batch, service_tier="standard") == usd(batch, service_tier="default") == Decimal("0.055605")
    assert usd(batch, service_tier="flex") is None
    own = book(entries=[{**CONTRACT, "service_tier": "flex"}])
    assert usd(own, model="acme.x", service_tier="flex", usage={"output": 10**6}) == Decimal("4.8")
    assert usd(own, model="acme.x", usage={"output": 10**6}) is None


def test_the_order_is_producer_then_calls_that_cost_nothing_then_the_book() -> None:
    assert price(event(cost_usd="0.07", cache_hit=True, model="acme-9"), BOOK) == (Decimal("0.07"), "producer")
    assert price(event(cache_hit=True, model="acme-9"), BOOK) == (Decimal(0), "cache hit")
    assert price(event(outcome="blocked", model="acme-9"), BOOK) == (Decimal(0), "blocked")
    assert price(event(outcome="error", usage=CACHED), BOOK)[0] == Decimal("0.055605"), "the provider bills it"
    assert price(event(cost_usd="0"), BOOK) == (Decimal(0), "producer")
    none, why = try_price(event(model="acme-9"), BOOK)
    assert none is None
    assert why == "unpriced: no price for model 'acme-9' of aws.bedrock"


def _models() -> list[tuple[Any, Any]]:
    """Every model of the library that is priced per token."""
    found = []
    for provider in providers:
        for model in provider.models:
            try:
                card_of(model.get_prices(NOW), "x")
            except UnpricedError:
                continue
            found.append((provider, model))
    return found


MODELS = _models()
sizes = st.one_of(st.just(0), st.integers(0, 5_000), st.integers(100_000, 400_000))


def test_the_library_knows_what_we_rely_on() -> None:
    assert len(MODELS) > 500
    assert set(PROVIDERS.values()) <= {provider.id for provider in providers}


@pytest.mark.parametrize("part", range(4))
@settings(max_examples=12)
@given(fresh=sizes, read=sizes, short=sizes, long=sizes, output=sizes, data=st.data())
def test_our_rating_equals_the_librarys_for_every_model(
    part: int, fresh: int, read: int, short: int, long: int, output: int, data: st.DataObject
) -> None:
    """Random usages over every token-priced model, reasoning included where it is priced apart."""
    reasoning = data.draw(st.integers(0, output))
    used = usage(
        input_uncached=fresh,
        cache_read=read,
        cache_write_5m=short,
        cache_write_1h=long,
        output=output,
        reasoning=reasoning,
    )
    theirs = Usage(
        input_tokens=fresh + read + short + long,
        cache_read_tokens=read,
        cache_write_tokens=short + long,
        cache_write_1h_tokens=long,
        output_tokens=output,
        output_reasoning_tokens=reasoning,
    )
    for provider, model in MODELS[part::4]:
        prices = model.get_prices(NOW)
        expected = prices.calc_price(theirs)["total_price"]
        try:
            ours = rate(used, card_of(prices, "x"))
        except UnpricedError:  # an embedding model: for the library a bucket without a rate is free, not for us
            assert output
            assert prices.output_mtok is None
            continue
        assert abs(ours - expected) < Decimal("1e-15"), f"{provider.id} {model.id}"


def test_calc_price_of_the_library_agrees_end_to_end() -> None:
    theirs = genai_prices.calc_price(
        Usage(input_tokens=120_350, cache_read_tokens=120_000, output_tokens=900),
        model_ref=SONNET,
        provider_id="aws",
        genai_request_timestamp=datetime(2026, 11, 22, tzinfo=UTC),
    )
    assert theirs.total_price == usd() == Decimal("0.055605")


def test_the_library_covers_the_providers_of_our_contract() -> None:
    ids = set(chain(PROVIDERS.values(), ("openai", "anthropic", "cohere", "deepseek", "groq")))
    assert ids <= {provider.id for provider in providers}
