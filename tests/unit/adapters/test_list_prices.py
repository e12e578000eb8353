"""List prices as the bill has them: Regions, endpoints, service tiers, fine-tuned models, long prompts."""

from decimal import Decimal
from typing import Any

import pytest

from spendplane.adapters.prices import LayeredPriceBook
from spendplane.application.metering.pricing import try_price
from spendplane.contract.prices_file import PricesFile
from tests.support.builders import SONNET, event

BOOK = LayeredPriceBook(PricesFile(version=1))
NOVA = "amazon.nova-pro-v1:0"
MILLION = {"input_uncached": 1_000_000}
CACHED = {"input_uncached": 350, "cache_read": 120_000, "output": 900}


def usd(model: str, region: str | None = None, of: LayeredPriceBook = BOOK, **fields: Any) -> Decimal | None:
    place = {"region": region} if region else {}
    return try_price(event(model=model, **{"usage": MILLION, **place, **fields}), of)[0]


def why(model: str, region: str | None = None, **fields: Any) -> str:
    place = {"region": region} if region else {}
    return try_price(event(model=model, **{"usage": MILLION, **place, **fields}), BOOK)[1]


@pytest.mark.parametrize(
    ("model", "region", "expected"),
    [
        (NOVA, "us-east-1", "0.8"),
        (NOVA, "us-east-2", "0.8"),
        (NOVA, "us-west-2", "0.8"),
        (f"us.{NOVA}", "us-west-2", "0.8"),
        (f"us.{NOVA}", None, "0.8"),
        (NOVA, "eu-central-1", "1.05"),  # 31 % more
        (f"eu.{NOVA}", "eu-central-1", "1.05"),
        (f"eu.{NOVA}", "eu-west-1", "0.92"),  # by the Region of the caller, not by the profile
        (f"apac.{NOVA}", "ap-southeast-2", "0.84"),
        (f"us-gov.{NOVA}", "us-gov-west-1", "0.96"),
        (f"arn:aws:bedrock:eu-west-3:123456789012:inference-profile/eu.{NOVA}", None, "1.18"),
        (f"arn:aws:bedrock:eu-west-3::foundation-model/{NOVA}", "eu-north-1", "0.87"),
        ("openai.gpt-oss-120b-1:0", "eu-west-2", "0.23"),
        ("meta.llama3-8b-instruct-v1:0", "eu-west-1", "0.32"),
    ],
)
def test_a_region_has_its_own_price(model: str, region: str | None, expected: str) -> None:
    assert usd(model, region) == Decimal(expected)


@pytest.mark.parametrize(
    ("model", "region"),
    [
        (NOVA, "eu-south-1"),
        (f"eu.{NOVA}", "eu-south-1"),
        (f"us.{NOVA}", "ca-central-1"),
        ("meta.llama3-3-70b-instruct-v1:0", "eu-central-1"),
        ("mistral.mistral-large-2402-v1:0", "ap-south-1"),
        ("amazon.titan-embed-text-v2:0", "eu-central-1"),
        ("global.amazon.nova-2-lite-v1:0", "eu-central-1"),
    ],
)
def test_a_region_whose_price_nobody_lists_has_none_and_the_reason_names_it(model: str, region: str) -> None:
    assert usd(model, region) is None
    assert f"in {region}: add an entry with this region to prices.yaml" in why(model, region)


def test_without_a_region_a_price_that_depends_on_it_is_unknown_until_prices_yaml_says_where() -> None:
    assert usd(NOVA) is None
    assert "send `region`, or set `bedrock_region` in prices.yaml" in why(NOVA)
    assert why("amazon.acme-v1:0") == "unpriced: no price for model 'amazon.acme-v1:0' of aws.bedrock"
    home = LayeredPriceBook(PricesFile(version=1, bedrock_region="eu-central-1"))
    assert usd(NOVA, of=home) == Decimal("1.05")
    assert usd(NOVA, "eu-west-1", of=home) == Decimal("0.92"), "what the record says goes first"


@pytest.mark.parametrize("region", [None, "us-east-1", "eu-central-1", "ap-southeast-2", "sa-east-1"])
def test_claude_costs_the_same_in_every_commercial_region(region: str | None) -> None:
    assert usd(f"global.{SONNET}", region, usage=CACHED) == Decimal("0.05055")
    for endpoint in ("", "us.", "eu.", "apac.", "au.", "ca.", "jp."):
        assert usd(f"{endpoint}{SONNET}", region, usage=CACHED) == Decimal("0.055605"), endpoint


@pytest.mark.parametrize(
    ("model", "globally", "regionally"),
    [
        ("anthropic.claude-haiku-4-5-20251001-v1:0", "1", "1.1"),
        ("anthropic.claude-opus-4-5-20251101-v1:0", "5", "5.5"),
        ("anthropic.claude-sonnet-4-6", "3", "3.3"),
        ("anthropic.claude-opus-5-5", "4", "4.4"),
        ("anthropic.claude-fable-5-1", "10", "11"),
        ("anthropic.claude-sonnet-4-20250514-v1:0", "3", "3"),  # before 4.5 there was one price
    ],
)
def test_from_4_5_on_an_endpoint_that_is_not_global_costs_a_tenth_more(
    model: str, globally: str, regionally: str
) -> None:
    used = {"input_uncached": 100_000}
    assert usd(f"global.{model}", usage=used) == Decimal(globally) / 10
    for endpoint in ("", "us.", "eu.", "jp.", "au."):
        assert usd(f"{endpoint}{model}", "eu-west-1", usage=used) == Decimal(regionally) / 10, endpoint


@pytest.mark.parametrize(
    ("model", "region", "expected"),
    [
        ("claude-opus-5@default", None, "0.5"),
        ("claude-opus-5@default", "global", "0.5"),
        ("claude-opus-5@default", "europe-west1", "0.55"),
        ("publishers/anthropic/models/claude-sonnet-4-5@20250929", "us-east5", "0.33"),
        ("claude-sonnet-4@20250514", "us-east5", "0.3"),  # before 4.5 there was one price
        ("gemini-2.5-pro", "europe-west1", "0.125"),
    ],
)
def test_claude_on_vertex_costs_a_tenth_more_in_a_region(model: str, region: str | None, expected: str) -> None:
    found = usd(model, region, provider="gcp.vertex_ai", usage={"input_uncached": 100_000})
    assert found == Decimal(expected)


def test_government_regions_have_a_price_list_of_their_own() -> None:
    assert usd(f"us-gov.{SONNET}", "us-gov-west-1", usage={"input_uncached": 100_000}) == Decimal("0.36")
    assert usd(SONNET, "us-gov-east-1", usage={"input_uncached": 100_000}) == Decimal("0.36")
    assert usd("anthropic.claude-opus-4-1-20250805-v1:0", "us-gov-west-1") is None
    assert usd("meta.llama3-8b-instruct-v1:0", "us-gov-west-1") is None


@pytest.mark.parametrize(
    ("provider", "model", "tier", "expected"),
    [
        ("aws.bedrock", SONNET, "batch", "0.165"),
        ("aws.bedrock", NOVA, "batch", "0.04"),
        ("aws.bedrock", NOVA, "flex", "0.04"),
        ("aws.bedrock", NOVA, "priority", "0.14"),
        ("aws.bedrock", "google.gemma-3-12b-it", "flex", "0.005"),  # listed: $0.05, not half of $0.09
        ("aws.bedrock", SONNET, "flex", None),  # Claude has no flex tier on Bedrock
        ("aws.bedrock", SONNET, "priority", None),
        ("aws.bedrock", "meta.llama3-1-8b-instruct-v1:0", "priority", None),
        ("aws.bedrock", NOVA, "reserved", None),
        ("anthropic", "claude-sonnet-4-5", "batch", "0.15"),
        ("anthropic", "claude-opus-4-1", "batch", "0.75"),  # the library lists no batch price for it
        ("openai", "gpt-4o", "batch", "0.125"),
        ("openai", "gpt-4o", "priority", "0.425"),
        ("openai", "gpt-5", "flex", "0.0625"),
        ("openai", "text-embedding-3-small", "batch", "0.001"),
        ("openai", "gpt-4o", "scale", None),
        ("gcp.gemini", "gemini-2.5-flash", "batch", "0.015"),
        ("gcp.gemini", "gemini-2.5-flash", "flex", "0.015"),
        ("gcp.gemini", "gemini-2.5-flash", "priority", "0.054"),
    ],
)
def test_service_tiers(provider: str, model: str, tier: str, expected: str | None) -> None:
    found = usd(model, "us-east-1", provider=provider, service_tier=tier, usage={"input_uncached": 100_000})
    assert found == (Decimal(expected) if expected else None)


def test_batch_and_the_cache_multiply() -> None:
    """Anthropic: the multipliers of prompt caching stack with the Batch API's discount."""
    for model in ("claude-sonnet-4-5", "claude-opus-4-1"):
        fresh = usd(model, provider="anthropic", usage={"input_uncached": 10_000})
        assert fresh is not None
        for bucket, multiple in (("cache_read", "0.1"), ("cache_write_5m", "1.25"), ("cache_write_1h", "2")):
            found = usd(model, provider="anthropic", service_tier="batch", usage={bucket: 10_000})
            assert found == fresh * Decimal(multiple) / 2, (model, bucket)


def test_a_fine_tuned_model_costs_what_openai_lists_for_it_and_not_what_its_base_costs() -> None:
    fine_tuned = "ft:gpt-4o-2024-08-06:acme::8xyz"
    assert usd("gpt-4o-2024-08-06", provider="openai") == Decimal("2.5")
    assert usd(fine_tuned, provider="openai") == Decimal("3.75")
    assert usd(fine_tuned, provider="openai", usage={"output": 1_000_000}) == 15
    assert usd("ft:gpt-5-2025-08-07:acme::8xyz", provider="openai") is None
    assert usd("my-gpt-4o", provider="azure.ai.openai") is None, "a deployment's name is not a model's"
    assert usd("gpt-4o", provider="azure.ai.openai") == Decimal("2.5")


def test_a_long_prompt_costs_more_from_the_token_after_the_threshold_and_the_whole_call_does() -> None:
    for model, base, long in ((f"global.{SONNET}", 3, 6), (SONNET, Decimal("3.3"), Decimal("6.6"))):
        at = usd(model, usage={"cache_read": 150_000, "input_uncached": 50_000})
        above = usd(model, usage={"cache_read": 150_000, "input_uncached": 50_001})
        assert at == (Decimal(15_000) + 50_000) * base / 10**6
        assert above == (Decimal(15_000) + 50_001) * long / 10**6


def test_a_reranker_costs_by_the_query() -> None:
    assert usd("cohere.rerank-v3-5:0", "us-east-1", usage={}) == Decimal("0.002")
    assert usd("amazon.rerank-v1:0", "us-east-1", usage={}) == Decimal("0.001")


def test_an_image_model_with_one_price_costs_by_the_image() -> None:
    assert usd("stability.sd3-5-large-v1:0", "us-west-2", usage={"images": 3}) == Decimal("0.24")
    assert usd("amazon.nova-canvas-v1:0", "us-east-1", usage={"images": 1}) is None, "its price depends on the size"


def test_audio_in_a_tier_costs_what_the_tier_lists_for_audio() -> None:
    heard = {"input_uncached": 100_000, "input_audio": 100_000}
    assert usd("gemini-2.5-flash", provider="gcp.gemini", service_tier="flex", usage=heard) == Decimal("0.05")


def test_the_price_says_where_and_of_which_day_it_is() -> None:
    assert why(NOVA, "eu-west-1") == (
        "list price in eu-west-1 (truefoundry 2026-11-28: amazon.nova-pro-v1:0; cache writes: models-dev)"
    )
    assert why(NOVA, "us-east-1", service_tier="flex").endswith("× 0.5 (aws-tiers 2025-11-18)")


class TestBugsOfOthers:
    """What users of similar tools have reported, each with a call that it would price wrongly."""

    @pytest.mark.parametrize("provider", ["aws.bedrock", "openai", "anthropic", "gcp.gemini"])
    def test_an_unknown_model_is_not_free_and_not_priced_like_sonnet(self, provider: str) -> None:
        """$0, so that no budget holds (BerriAI/litellm#25874); or Sonnet's price, 3 to 12 times wrong."""
        assert usd("acme-frontier-9", "us-east-1", provider=provider) is None

    @pytest.mark.parametrize("prefix", ["global.", "apac.", "au.", "ca.", "jp."])
    def test_no_prefix_is_missed(self, prefix: str) -> None:
        assert usd(f"{prefix}{SONNET}", "ap-northeast-1") is not None

    @pytest.mark.parametrize(
        ("bucket", "multiple"), [("cache_read", "0.1"), ("cache_write_5m", "1.25"), ("cache_write_1h", "2")]
    )
    @pytest.mark.parametrize(
        "model",
        [SONNET, "anthropic.claude-sonnet-4-20250514-v1:0", "anthropic.claude-opus-4-1-20250805-v1:0"],
    )
    def test_cache_writes_do_not_cost_like_fresh_input(self, model: str, bucket: str, multiple: str) -> None:
        fresh = usd(model, usage={"input_uncached": 10_000})
        assert fresh is not None
        assert usd(model, usage={bucket: 10_000}) == fresh * Decimal(multiple)

    def test_the_batch_discount_is_not_ignored(self) -> None:
        for model in (SONNET, f"global.{SONNET}", NOVA, "meta.llama3-1-8b-instruct-v1:0"):
            full = usd(model, "us-east-1", usage={"input_uncached": 1000, "output": 1000})
            half = usd(model, "us-east-1", usage={"input_uncached": 1000, "output": 1000}, service_tier="batch")
            assert full is not None
            assert half == full / 2

    @pytest.mark.parametrize("model", [NOVA, "amazon.nova-lite-v1:0", "amazon.nova-micro-v1:0"])
    @pytest.mark.parametrize("region", ["us-east-1", "eu-central-1", "us-gov-west-1"])
    def test_novas_cache_writes_are_free_and_its_reads_cost_a_quarter(self, model: str, region: str) -> None:
        fresh = usd(model, region, usage={"input_uncached": 10_000})
        assert fresh is not None
        assert usd(model, region, usage={"cache_write_5m": 10_000}) == 0
        assert usd(model, region, usage={"cache_read": 10_000}) == fresh / 4
