"""`prices.yaml`, from the file to the price of a call."""

from collections.abc import Iterator

from proof.fuzz import ends
from proof.fuzz.files import on_disk, told
from proof.fuzz.target import Target
from spendplane.adapters.prices import LayeredPriceBook
from spendplane.application.metering.pricing import try_price
from spendplane.contract.prices_file import load
from spendplane.contract.yaml_file import FileError
from tests.support.builders import event

_MORE = b"""version: 1
entries:
  - {provider: openai, model: gpt-*, region: us-east-1, project_id: p, from: 2026-01-01, until: 2027-01-01,
     source: contract, input: 1.5, output: "2", cache_read: 0.1, input_audio: 3, per_request: 0.01}
  - {provider: openai, model: dall-e-*, service_tier: standard, per_image: {1024x1024/hd: 0.08, "*": 0.04}, source: x}
factors:
  - {provider: openai, service_tier: batch, factor: 0.5, source: page}
  - {provider: aws.bedrock, factor: 0.9, source: contract}
"""
_CALLS = (
    event(usage={"input_uncached": 10, "cache_read": 5, "output": 3, "reasoning": 1}),
    event(provider="openai", model="gpt-4o", region="us-east-1", project_id="p", service_tier="batch"),
    event(provider="openai", model="dall-e-3", usage={"images": 2, "image_size": "1024x1024", "image_quality": "hd"}),
    event(provider="openai", model="gpt-4o-audio", usage={"input_uncached": 10, "input_audio": 10, "output": 1}),
)


def check(data: bytes) -> None:
    """Whatever a file says that is taken, a call has a price of 0 or more, or none."""
    with on_disk(data) as path:
        try:
            parsed = load(path)
        except FileError as error:
            told(error, path)
            return
    book = LayeredPriceBook(parsed)
    for call in _CALLS:
        usd, source = try_price(call, book)
        assert source.strip()
        assert usd is None or (usd.is_finite() and usd >= 0)


def seeds() -> Iterator[bytes]:
    """The project's, and one with every key."""
    yield _MORE
    yield (ends.ROOT / "prices.yaml").read_bytes()


TARGET = Target(
    reads="prices.yaml, and four calls priced by it",
    holds="prices of 0 or more or none; or an error with file and line",
    check=check,
    seeds=seeds,
    syntax="yaml",
)
