"""The list prices that ship: each with a source, none twice, and a price that changed is a line of its own."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from spendplane.adapters.prices import SHIPPED
from spendplane.contract.model_prices_file import ModelPricesFile, load
from spendplane.contract.yaml_file import FileError
from tests.support.builders import event

SOURCE = {"url": "https://x", "date": "2026-11", "says": "s"}
LINE = {"provider": "aws.bedrock", "model": "m", "input": "1", "source": "a: row 1"}


def file(*prices: dict[str, Any], **more: Any) -> ModelPricesFile:
    return ModelPricesFile.model_validate(
        {"version": 1, "about": "x", "sources": {"a": SOURCE}, "prices": list(prices), **more}
    )


def test_every_shipped_price_has_a_source_with_an_address_and_a_day() -> None:
    shipped = load(SHIPPED)
    assert len(shipped.prices) > 400
    assert all(source.url.startswith("https://") and source.date for source in shipped.sources.values())
    used = {line.source.split(":")[0] for line in (*shipped.prices, *shipped.factors)}
    assert used | {"models-dev", "bedrock-page"} == set(shipped.sources), "the two stand behind others"
    assert not [line for line in shipped.prices if "*" in line.model]
    assert all(line.service_tier for line in shipped.factors)


def test_no_shipped_price_is_out_of_proportion() -> None:
    """Output costs at least as much as input, reading a cache no more, and the 1-hour write more than the other."""
    for line in load(SHIPPED).prices:
        assert line.input is not None or line.per_request or line.per_image, line
        if line.input is not None:
            assert Decimal("0.005") <= line.input <= 100, line
            assert line.output is None or line.output >= line.input, line
            assert line.cache_read is None or line.cache_read <= line.input, line
        if line.input is not None and line.input_audio is not None:
            assert line.input_audio >= line.input, line
        if line.cache_write_1h is not None and line.cache_write_5m is not None:
            assert line.cache_write_1h > line.cache_write_5m, line


def test_of_prices_that_changed_the_youngest_that_had_begun_holds() -> None:
    prices = file(LINE, {**LINE, "input": "2", "from": "2026-11-10"}, {**LINE, "input": "3", "from": "2026-11-20"})
    found = [
        entry.input
        for day in ("09", "10", "19", "20")
        if (entry := prices.entry(event(time=f"2026-11-{day}T12:00:00Z"), ("m",), None, "standard"))
    ]
    assert found == [1, 2, 2, 3]


def test_a_price_is_of_its_name_its_region_and_its_tier() -> None:
    prices = file(LINE, {**LINE, "region": "eu-west-1", "input": "2"}, {**LINE, "service_tier": "flex", "input": "3"})
    call = event()
    for names, region, tier, usd in (
        (("x", "m"), None, "standard", 1),
        (("m",), "eu-west-1", "default", 2),
        (("m",), None, "flex", 3),
        (("m",), "eu-west-1", "flex", None),
        (("M",), None, "standard", None),
        (("mm",), None, "standard", None),
    ):
        entry = prices.entry(call, names, region, tier)
        assert (entry.input if entry else None) == usd


def test_a_lines_source_is_told_with_its_day() -> None:
    assert file(LINE).dated("a: row 1") == "a 2026-11: row 1"
    assert file(LINE).dated("a") == "a 2026-11"


@pytest.mark.parametrize(
    ("prices", "what"),
    [
        ([{**LINE, "source": "b: row 1"}], "its source 'b: row 1' is not among the sources"),
        ([LINE, {**LINE, "input": "2"}], "has two prices"),
        ([{**LINE, "input": "-1"}], "prices.0.input"),
        ([{**LINE, "inputs": "1"}], "prices.0.inputs"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, prices: list[dict[str, Any]], what: str) -> None:
    path = tmp_path / "model_prices.json"
    path.write_text(json.dumps({"version": 1, "about": "x", "sources": {"a": SOURCE}, "prices": prices}))
    with pytest.raises(FileError) as caught:
        load(path)
    assert what in str(caught.value)
    with pytest.raises(FileError, match="cannot be read"):
        load(tmp_path / "missing.json")
