"""Calls whose price a person asks for: lines of `prices calc`, with usage or with a provider's own answer."""

import json
from collections.abc import Iterator

from cli.calculation import Calculation, CalculationError, calculate
from cli.errors import Failure
from cli.records import read
from proof.fuzz import ends
from proof.fuzz.files import on_disk
from proof.fuzz.target import Target
from tests.support.payloads import VECTORS

_CALL = {"provider": "openai", "model": "gpt-4o-mini", "usage": {"input_uncached": 350, "output": 900}}


def check(data: bytes) -> None:
    """Each has a price, is unpriced, or is refused in words."""
    with on_disk(data) as path:
        try:
            found = read(path)
        except Failure:
            return
    for item in found:
        try:
            made = calculate(item.value, ends.BOOK, ends.NOW)
        except CalculationError:
            continue
        _sound(made)


def _sound(made: Calculation) -> None:
    for one in (made, *made.others):
        assert one.usd is None or (one.usd.is_finite() and one.usd >= 0)
        assert one.price.strip()


def seeds() -> Iterator[bytes]:
    """One call by its usage, in both forms, and one for each vector."""
    yield json.dumps({**_CALL, "time": "2026-11-01T00:00:00Z", "service_tier": "batch", "region": "eu-west-1"}).encode()
    yield json.dumps({"provider": "openai", "model": "gpt-4o", "output": 5, "cost_usd": "0.1"}).encode()
    for vector in VECTORS:
        if not isinstance(vector.payload, str | bytes):
            call = {"api": vector.api, "raw": vector.payload, "model": "gpt-4o-mini"}
            yield json.dumps(call, default=lambda item: item.decode("utf-8", "replace")).encode()


TARGET = Target(
    reads="calls, as `spendplane prices calc` reads them: by their usage, or by the provider's answer",
    holds="dollars of 0 or more, no price, or a refusal in words",
    check=check,
    seeds=seeds,
    syntax="lines",
)
