"""Tokens times rates."""

from decimal import Decimal

import pytest

from spendplane.domain.rating import Rate, RateCard, UnpricedError, lines, rate
from tests.support.builders import usage

D = Decimal
CARD = RateCard(Rate(D(3)), Rate(D("0.3")), Rate(D("3.75")), Rate(D(6)), Rate(D(15)), price="test")


def test_every_bucket_has_its_own_rate() -> None:
    """Cache writes cost 1.25 times the input for five minutes, twice for an hour; reads a tenth."""
    used = usage(input_uncached=10**6, cache_read=10**6, cache_write_5m=10**6, cache_write_1h=10**6, output=10**6)
    assert rate(used, CARD) == D("28.05")
    assert [(line.bucket, line.usd) for line in lines(used, CARD)] == [
        ("input_uncached", D(3)),
        ("cache_read", D("0.3")),
        ("cache_write_5m", D("3.75")),
        ("cache_write_1h", D(6)),
        ("output", D(15)),
    ]


def test_nothing_used_costs_nothing() -> None:
    assert rate(usage(), CARD) == 0
    assert lines(usage(), CARD) == ()


def test_reasoning_is_a_part_of_output_unless_it_has_a_rate() -> None:
    used = usage(output=900, reasoning=400)
    assert rate(used, CARD) == D("0.0135")
    apart = RateCard(output=Rate(D(10)), reasoning=Rate(D(30)), price="test")
    assert rate(used, apart) == (D(500) * 10 + D(400) * 30) / 10**6


def test_audio_and_images_in_tokens_cost_apart_where_they_have_a_rate() -> None:
    used = usage(input_uncached=1000, input_audio=600, input_image=100, output=500, reasoning=50, output_image=400)
    assert rate(used, CARD) == D("0.0105"), "without a rate of their own they cost as the rest of the bucket does"
    card = RateCard(Rate(D(2)), output=Rate(D(10)), input_audio=Rate(D(40)), output_image=Rate(D(30)), price="test")
    assert [(line.bucket, line.units) for line in lines(used, card)] == [
        ("input_uncached", 400),
        ("input_audio", 600),
        ("output", 100),
        ("output_image", 400),
    ]
    assert rate(used, card) == sum(line.usd for line in lines(used, card)) == D("0.0378")


IMAGES = RateCard(usd_per_image=(("1024x1024/premium", D("0.06")), ("1024x1024", D("0.04")), ("*/low", D("0.01"))))


@pytest.mark.parametrize(
    ("size", "quality", "usd"),
    [
        ("1024x1024", "premium", "0.18"),
        ("1024x1024", "standard", "0.12"),
        ("1024x1024", None, "0.12"),
        ("512x512", "low", "0.03"),
        (None, "low", "0.03"),
    ],
)
def test_an_image_costs_by_size_and_quality(size: str | None, quality: str | None, usd: str) -> None:
    used = usage(images=3, image_size=size, image_quality=quality)
    assert rate(used, IMAGES) == lines(used, IMAGES)[0].usd == D(usd)
    assert rate(used, IMAGES.times(D("0.5"), "batch")) == D(usd) / 2


@pytest.mark.parametrize("card", [IMAGES, CARD])
def test_an_image_without_a_price_is_unpriced_never_free(card: RateCard) -> None:
    used = usage(input_uncached=5, images=1, image_size="2048x2048")
    for calculate in (rate, lines):
        with pytest.raises(UnpricedError, match=r"no (price of an image 2048x2048|rate for input)"):
            calculate(used, card)


TIERED = RateCard(
    Rate(D(3), ((200_000, D(6)),)), Rate(D("0.3"), ((200_000, D("0.6")),)), output=Rate(D(15), ((200_000, D("22.5")),)),
    cache_write_5m=Rate(D("3.75"), ((200_000, D("7.5")),)),
)  # fmt: skip


@pytest.mark.parametrize(
    ("prompt", "usd"),
    [
        ({"input_uncached": 200_000}, "0.615"),
        ({"input_uncached": 200_001}, "1.222506"),
        ({"input_uncached": 1, "cache_read": 199_999}, "0.0750027"),
        ({"input_uncached": 1, "cache_read": 200_000}, "0.142506"),
        ({"input_uncached": 1, "cache_read": 199_999, "cache_write_5m": 1}, "0.1425129"),
    ],
)
def test_a_long_context_tier_holds_for_the_whole_call_above_its_threshold(prompt: dict[str, int], usd: str) -> None:
    """At the threshold the base rates still apply; read and written tokens count towards it."""
    assert rate(usage(**prompt, output=1000), TIERED) == D(usd)


def test_of_several_tiers_the_highest_that_was_passed() -> None:
    card = RateCard(Rate(D(1), ((100, D(2)), (200, D(4)))))
    assert [rate(usage(input_uncached=n), card) * 10**6 / n for n in (100, 101, 200, 201)] == [1, 2, 2, 4]


def test_a_bucket_without_a_rate_is_unpriced_never_free() -> None:
    with pytest.raises(UnpricedError, match="no rate for cache_read tokens \\(7 used\\)"):
        rate(usage(cache_read=7), RateCard(Rate(D(1)), price="x"))
    assert rate(usage(input_uncached=7), RateCard(Rate(D(1)), price="x")) > 0


def test_a_fee_per_request() -> None:
    card = RateCard(Rate(D(1)), usd_per_request=D("0.005"))
    assert rate(usage(input_uncached=1000), card) == D("0.006")
    assert lines(usage(), card)[-1].usd_per_million is None


def test_a_factor_holds_for_everything_and_says_so() -> None:
    half = TIERED.times(D("0.5"), "0.5 (batch)")
    used = usage(input_uncached=300_000, output=10)
    assert rate(used, half) * 2 == rate(used, TIERED)
    assert half.price.endswith("× 0.5 (batch)")
    assert RateCard(usd_per_request=D(2)).times(D("0.25"), "x").usd_per_request == D("0.5")
