"""What a model's name says."""

import pytest

from spendplane.domain.model_names import GEOGRAPHIES, GLOBAL, bedrock_name, fine_tuned, plain_name, same_model

SONNET = "anthropic.claude-sonnet-4-5-20250929-v1:0"


@pytest.mark.parametrize("prefix", [GLOBAL, *GEOGRAPHIES])
def test_a_profiles_prefix_is_the_endpoint(prefix: str) -> None:
    name = bedrock_name(f"{prefix}.{SONNET}", None)
    assert (name.endpoint, name.base, name.full) == (prefix, SONNET, f"{prefix}.{SONNET}")


@pytest.mark.parametrize("model", [SONNET, "usa.anthropic.x", "eu-anthropic.x", "global", "us.", "jpanthropic.claude"])
def test_what_only_looks_like_a_prefix_belongs_to_the_name(model: str) -> None:
    name = bedrock_name(model, "us-east-1")
    assert (name.endpoint, name.base) == ("", model)


@pytest.mark.parametrize(
    ("model", "region", "at_us_price", "same_everywhere"),
    [
        ("amazon.nova-pro-v1:0", "us-east-1", True, False),
        ("amazon.nova-pro-v1:0", "us-west-2", True, False),
        ("amazon.nova-pro-v1:0", "us-west-1", False, False),
        ("amazon.nova-pro-v1:0", None, False, False),
        ("us.amazon.nova-pro-v1:0", None, True, False),
        ("us.amazon.nova-pro-v1:0", "ca-central-1", False, False),
        ("global.amazon.nova-2-lite-v1:0", None, False, False),
        (SONNET, None, False, True),
        (SONNET, "eu-west-1", False, True),
        (SONNET, "us-gov-west-1", False, False),
        (f"us-gov.{SONNET}", None, False, False),
    ],
)
def test_whose_price_list_holds(model: str, region: str | None, at_us_price: bool, same_everywhere: bool) -> None:
    name = bedrock_name(model, region)
    assert (name.at_us_list_price, name.same_price_everywhere) == (at_us_price, same_everywhere)


@pytest.mark.parametrize(
    ("name", "listed"),
    [
        ("gpt-4o", "gpt-4o"),
        ("GPT-4o-2024-11-20", "gpt-4o"),
        ("claude-opus-4-5-20251101", "claude-opus-4-5"),
        ("claude-opus-4-5@20251101", "claude-opus-4-5"),
        ("claude-opus-5@default", "claude-opus-5"),
        ("claude-3-7-sonnet-latest", "claude-3-7-sonnet"),
        ("anthropic.claude-opus-4-5-20251101-v1:0", "anthropic.claude-opus-4-5-v1:0".removesuffix("-v1:0")),
        ("gemini-2.0-flash-001", "gemini-2.0-flash"),
        ("meta.llama3-8b-instruct-v1:0", "meta.llama3-8b-instruct"),
        ("amazon.titan-embed-text-v2:0", "amazon.titan-embed-text-v2"),
    ],
)
def test_a_version_a_date_and_latest_are_the_same_model(name: str, listed: str) -> None:
    assert same_model(name, listed)


@pytest.mark.parametrize(
    ("name", "listed"),
    [
        ("gpt-4o-mini", "gpt-4o"),
        ("gpt-4o-acme", "gpt-4o"),
        ("my-gpt-4o", "gpt-4o"),
        ("claude-opus-5-5", "claude-opus-5"),
        ("claude-opus-5-20261399-x", "claude-opus-5"),
        ("amazon.titan-embed-text-v2:0", "amazon.titan-embed-text-v1"),
        ("amazon.titan-embed-text-v1-acme", "amazon.titan-embed-text-v1"),
        ("ft:gpt-4o-2024-08-06:acme::8x", "gpt-4o-2024-08-06"),
        ("gpt-5-nano-acme", "gpt-5-nano-"),
        ("", "gpt-4o"),
    ],
)
def test_anything_else_is_another_model(name: str, listed: str) -> None:
    assert not same_model(name, listed)


def test_a_fine_tuned_model_is_listed_under_its_base() -> None:
    assert fine_tuned("ft:gpt-4o-2024-08-06:acme::8xyz") == "ft:gpt-4o-2024-08-06"
    assert fine_tuned("ft:gpt-4o-2024-08-06:acme:my-suffix:8xyz") == "ft:gpt-4o-2024-08-06"
    assert fine_tuned("gpt-4o") is None
    assert fine_tuned("ft:a:b:c:d:e") is None


@pytest.mark.parametrize(
    "path", ["models/", "publishers/google/models/", "projects/p-1/locations/europe-west4/publishers/google/models/"]
)
def test_googles_paths_of_catalogue_models_are_taken_off_and_no_others(path: str) -> None:
    assert plain_name(f"{path}Gemini-2.5-Flash") == "gemini-2.5-flash"
    for other in ("tunedModels/gemini-2.5-flash-x", "projects/p/locations/l/endpoints/123", "models/a/b"):
        assert plain_name(other) == other.lower()
