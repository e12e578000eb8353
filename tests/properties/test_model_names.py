"""A name that contains a model's name is not that model, whatever stands around it."""

import re
from datetime import UTC, datetime

import pytest
from genai_prices.data import providers
from hypothesis import assume, given
from hypothesis import strategies as st

from spendplane.adapters.library_prices import PROVIDERS, library_card
from spendplane.adapters.prices import LayeredPriceBook, shipped
from spendplane.contract.prices_file import PricesFile
from spendplane.domain.model_names import GEOGRAPHIES, GLOBAL
from spendplane.domain.rating import UnpricedError
from tests.support.builders import event

NOW = datetime(2026, 11, 22, tzinfo=UTC)
BOOK = LayeredPriceBook(PricesFile(version=1))
OURS = {there: ours for ours, there in PROVIDERS.items()}
LIBRARY = [
    (OURS.get(provider.id, provider.id), re.sub(r"^(regional|global)\.", "", model.id))
    for provider in providers
    for model in provider.models
    if provider.id in {"aws", "openai", "anthropic", "google", "azure", "cohere", "mistral", "deepseek", "x-ai"}
]
NAMES = sorted({*LIBRARY, *((line.provider, line.model) for line in shipped().prices)})
LISTED = {name for _, name in NAMES}
words = st.from_regex(r"[a-z][a-z0-9]{1,7}", fullmatch=True).filter(
    lambda word: word not in {GLOBAL, *GEOGRAPHIES, "latest", "default", "models"} and not re.fullmatch(r"v\d+", word)
)
joints = st.sampled_from(["-", ".", "_", ":", "/", "--", "@", " "])


def priced(provider: str, model: str) -> bool:
    try:
        BOOK.card(event(provider=provider, model=model, region="us-east-1"))
    except UnpricedError:
        return False
    return True


@given(named=st.sampled_from(NAMES), word=words, joint=joints, before=st.booleans())
def test_a_decorated_name_has_no_price(named: tuple[str, str], word: str, joint: str, before: bool) -> None:
    """Unless that name is itself a listed one, such as `gpt-4o` with `-mini`."""
    provider, model = named
    decorated = f"{word}{joint}{model}" if before else f"{model}{joint}{word}"
    assume(not any(decorated.lower().startswith(name) and len(name) > len(model) for name in LISTED))
    assume(not (model.startswith("ft:") and joint == ":" and not before))  # that is a fine-tuned model's own id
    assert not priced(provider, decorated)


@given(named=st.sampled_from(NAMES), word=words)
def test_a_name_inside_an_arn_of_something_else_has_no_price(named: tuple[str, str], word: str) -> None:
    for kind in ("custom-model", "imported-model", "provisioned-model", "prompt-router", "custom-model-deployment"):
        arn = f"arn:aws:bedrock:us-east-1:123456789012:{kind}/{named[1]}/{word}"
        assert not priced("aws.bedrock", arn)


@pytest.mark.parametrize("prefix", ["", *(f"{item}." for item in (GLOBAL, *GEOGRAPHIES))])
def test_every_endpoint_of_a_claude_model_has_a_price_in_its_geography(prefix: str) -> None:
    region = "us-gov-west-1" if prefix == "us-gov." else "eu-west-1"
    call = event(model=f"{prefix}anthropic.claude-sonnet-4-5-20250929-v1:0", region=region)
    assert BOOK.card(call).input_uncached


def test_taking_names_whole_loses_no_model_of_the_library_under_its_own_id() -> None:
    """Ids that the library's own rule does not match, and models without a price per token, aside."""
    lost = []
    for provider in providers:
        for model in provider.models:
            if provider.find_model(model.id, all_providers=providers) is not model or provider.id == "aws":
                continue
            try:
                library_card(OURS.get(provider.id, provider.id), model.id, "standard", NOW)
            except UnpricedError as error:
                if "not priced per token" not in str(error):
                    lost.append((provider.id, model.id))
    assert lost == []
