"""`spendplane prices refresh`: into a file, or a word why not."""

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from spendplane.contract.instance_prices_file import load
from tests.unit.adapters.test_instance_prices import product
from tests.unit.cli.conftest import Shell
from tests.unit.cli.fakes import Client


class Pricing:
    """AWS's price list of one page, or the error that it answers with."""

    def __init__(self, answer: list[str] | Exception) -> None:
        self.answer = answer

    def get_paginator(self, operation: str) -> "Pricing":
        """Of `get_products`."""
        assert operation == "get_products"
        return self

    def paginate(self, **_: Any) -> Any:
        """The page."""
        if isinstance(self.answer, Exception):
            raise self.answer
        return [{"PriceList": self.answer}]


def offering(shell: Shell, answer: list[str] | Exception) -> Shell:
    """The account with this list."""
    shell.clients |= {"pricing": Pricing(answer), "events": Client({})}
    return shell


def test_the_list_of_the_own_region_is_written_where_it_is_wanted(shell: Shell) -> None:
    told = offering(shell, [product("EU-Host:ml.g5.xlarge", "1.57")]).json("prices", "refresh", "--to", "mine.json")
    assert told == {"file": "mine.json", "regions": ["eu-west-1"], "prices": 1}
    assert [price.instance_type for price in load(Path("mine.json")).prices] == ["ml.g5.xlarge"]


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (EndpointConnectionError(endpoint_url="https://api.pricing.us-east-1.amazonaws.com"), "cannot be reached"),
        (ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "GetProducts"), "pricing:Get"),
    ],
)
def test_when_the_list_cannot_be_had_nothing_is_written(shell: Shell, error: Exception, word: str) -> None:
    result = offering(shell, error)("prices", "refresh", "--to", "mine.json")
    assert result.exit_code == 1
    assert word in result.stderr
    assert "stay as they were" in result.stderr
    assert not Path("mine.json").exists()


def test_a_region_without_prices_is_told_and_nothing_is_written(shell: Shell) -> None:
    result = offering(shell, [])("prices", "refresh", "--region", "mars-1", "--to", "mine.json")
    assert result.exit_code == 1
    assert "mars-1" in result.stderr
    assert not Path("mine.json").exists()
