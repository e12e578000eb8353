"""What an instance costs an hour: the shipped list, a file before it, and AWS's Price List API."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from spendplane.adapters.instance_prices import SHIPPED, InstancePriceList, instance_prices
from spendplane.adapters.price_list_api import fetch
from spendplane.contract.instance_prices_file import InstancePricesFile, Use, dump, load
from spendplane.contract.yaml_file import FileError

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
LINE = {"region": "eu-west-1", "use": "hosting", "instance_type": "ml.g5.xlarge", "usd_per_hour": "1.57", "source": "a"}
FILE = {"version": 1, "about": "x", "sources": {"a": {"url": "u", "date": "2026", "says": "s"}}, "prices": [LINE]}


def test_every_shipped_price_has_a_source_with_an_address() -> None:
    shipped = load(SHIPPED)
    assert len(shipped.prices) >= 20
    assert all(source.url.startswith("https://") for source in shipped.sources.values())
    assert {price.source for price in shipped.prices} == set(shipped.sources)


def test_a_price_is_that_of_its_region_and_its_use_and_nothing_is_guessed() -> None:
    prices = instance_prices()
    assert prices.usd_per_hour("eu-west-1", Use.HOSTING, "ml.g4dn.xlarge") == Decimal("0.821")
    assert prices.usd_per_hour("eu-west-1", Use.TRAINING, "ml.g4dn.xlarge") == Decimal("0.822")
    assert prices.usd_per_hour("eu-west-1", Use.NOTEBOOK, "ml.g4dn.xlarge") is None
    assert prices.usd_per_hour("eu-north-1", Use.HOSTING, "ml.g4dn.xlarge") is None


def test_a_file_goes_before_the_shipped_prices_and_adds_to_them(tmp_path: Path) -> None:
    override = tmp_path / "instance_prices.json"
    assert instance_prices(override).usd_per_hour("eu-west-1", Use.HOSTING, "ml.g5.xlarge") is None
    override.write_text(json.dumps({**FILE, "prices": [LINE, {**LINE, "instance_type": "ml.m5.xlarge"}]}))
    prices = instance_prices(override)
    assert prices.usd_per_hour("eu-west-1", Use.HOSTING, "ml.g5.xlarge") == Decimal("1.57")
    assert prices.usd_per_hour("eu-west-1", Use.HOSTING, "ml.m5.xlarge") == Decimal("1.57")
    assert prices.usd_per_hour("eu-west-1", Use.HOSTING, "ml.g4dn.xlarge") == Decimal("0.821")


@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        ({"usd_per_hour": "0"}, "prices.0.usd_per_hour"),
        ({"usd_per_hour": "NaN"}, "prices.0.usd_per_hour"),
        ({"use": "hostng"}, "prices.0.use"),
        ({"instance_type": "g5.xlarge"}, "prices.0.instance_type"),
        ({"source": "b"}, "its source 'b' is not among the sources"),
        ({"discount": "0.5"}, "prices.0.discount"),
    ],
)
def test_a_file_with_a_mistake_is_refused_with_its_place(tmp_path: Path, changes: dict[str, str], finding: str) -> None:
    path = tmp_path / "p.json"
    path.write_text(json.dumps({**FILE, "prices": [{**LINE, **changes}]}))
    with pytest.raises(FileError, match=finding):
        load(path)


def test_a_price_that_stands_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    path.write_text(json.dumps({**FILE, "prices": [LINE, {**LINE, "usd_per_hour": "2"}]}))
    with pytest.raises(FileError, match="has two prices"):
        load(path)


def product(usage: str, *usd: str, unit: str = "Hrs") -> str:
    """As `GetProducts` gives one: JSON in a string, prices by keys that say nothing."""
    dimensions = {
        f"SKU.JRTCKXETXF.{n}": {"unit": unit, "pricePerUnit": {"USD": amount}, "beginRange": "0", "endRange": "Inf"}
        for n, amount in enumerate(usd)
    }
    attributes = {"usagetype": usage, "regionCode": "eu-west-1", "instanceName": usage.rpartition(":")[2]}
    return json.dumps(
        {
            "product": {"productFamily": "ML Instance", "attributes": attributes, "sku": "SKU"},
            "serviceCode": "AmazonSageMaker",
            "terms": {"OnDemand": {"SKU.JRTCKXETXF": {"priceDimensions": dimensions, "effectiveDate": "2026-11-01"}}},
        }
    )


def fetched(*pages: list[str]) -> InstancePricesFile:
    """What is made of these pages."""
    client: Any = boto3.client("pricing", "us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    filters = [{"Type": "TERM_MATCH", "Field": "regionCode", "Value": "eu-west-1"}]
    with Stubber(client) as stub:
        for number, page in enumerate(pages):
            asked: dict[str, Any] = {"ServiceCode": "AmazonSageMaker", "Filters": filters}
            answer: dict[str, Any] = {"FormatVersion": "aws_v1", "PriceList": page}
            if number:
                asked["NextToken"] = f"t{number}"
            if number + 1 < len(pages):
                answer["NextToken"] = f"t{number + 1}"
            stub.add_response("get_products", answer, asked)
        file = fetch(client, ["eu-west-1"], NOW)
        stub.assert_no_pending_responses()
    return file


def test_awss_list_is_read_to_its_last_page_and_by_use() -> None:
    file = fetched(
        [product("EU-Host:ml.g5.xlarge", "1.5700000000"), product("EU-Train:ml.g5.xlarge", "1.58")],
        [product("EU-Notebk:ml.t3.medium", "0.055"), product("EU-Studio:KernelGateway-ml.t3.medium", "0.055")],
    )
    found = {price.key: price.usd_per_hour for price in file.prices}
    assert found == {
        ("eu-west-1", Use.HOSTING, "ml.g5.xlarge"): Decimal("1.57"),
        ("eu-west-1", Use.TRAINING, "ml.g5.xlarge"): Decimal("1.58"),
        ("eu-west-1", Use.NOTEBOOK, "ml.t3.medium"): Decimal("0.055"),
    }
    assert file.sources["price-list-api"].date == "2026-11-22"


def test_free_hours_other_units_and_contradictions_are_no_prices() -> None:
    file = fetched(
        [
            product("EU-Host:ml.m5.xlarge", "0.0000000000", "0.257"),
            product("EU-Host:ml.m5.large", "0.1", unit="GB-Mo"),
            product("EU-Host:ml.c5.large", "0.1", "0.2"),
        ]
    )
    assert [(price.instance_type, price.usd_per_hour) for price in file.prices] == [("ml.m5.xlarge", Decimal("0.257"))]


def test_what_was_fetched_reads_back_as_it_was(tmp_path: Path) -> None:
    file = fetched([product("EU-Host:ml.g5.xlarge", "1.5700000000")])
    path = tmp_path / "p.json"
    path.write_text(dump(file))
    assert load(path) == file
    assert InstancePriceList(load(path)).usd_per_hour("eu-west-1", Use.HOSTING, "ml.g5.xlarge") == Decimal("1.57")
