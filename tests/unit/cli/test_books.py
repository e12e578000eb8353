"""`spendplane reprice` and `spendplane rebuild`."""

from decimal import Decimal
from pathlib import Path

import pytest

from spendplane.domain.counters import Increment
from tests.support.builders import budget, record, ref
from tests.unit.cli.conftest import Shell

STAGING = budget("staging", 10)
PRICES = """\
version: 1
entries:
  - {provider: aws.bedrock, model: acme, input: 1000, output: 10000, source: contract}
"""


@pytest.fixture
def metered(shell: Shell) -> Shell:
    """$1 counted, and two models without a price."""
    shell.deploy(STAGING)
    shell.meter(record("1", cost_usd="1"), record("2", model="acme"), record("3", model="other"))
    return shell


def test_reprice_rates_what_the_book_knows(metered: Shell) -> None:
    Path("prices.yaml").write_text(PRICES)
    found = metered.json("reprice")
    assert found == {
        "rated": 1,
        "usd": Decimal("9.35"),
        "alerts": 2,
        "still_unpriced": [{"model": "aws.bedrock other", "rows": 1}],
    }
    assert metered.json("reprice")["rated"] == 0
    assert metered.json("rebuild")["differences"] == []


def test_reprice_for_people(metered: Shell) -> None:
    Path("mine.yaml").write_text(PRICES)
    text = metered("reprice", "--prices", "mine.yaml").stdout
    assert "Rated 1 row: $9.35 in all; 2 alerts raised." in text
    assert "aws.bedrock other" in text


def test_reprice_with_nothing_to_do(shell: Shell) -> None:
    assert "Nothing to do" in shell("reprice").stdout


def test_counters_agree_with_the_ledger(metered: Shell) -> None:
    result = metered("rebuild", "--check")
    assert result.exit_code == 0
    assert "agree with the ledger to the last digit: 3 rows ($1) and 1 counter read" in result.stdout


def test_a_difference_is_found_told_and_fixed(metered: Shell) -> None:
    metered.store.correct(Increment(ref(STAGING), usd=Decimal("-0.000001"), requests=2))
    found = metered.json("rebuild", "--check", code=3)
    (difference,) = found["differences"]
    assert difference["budget_id"] == "staging"
    assert difference["missing"] == {"usd": Decimal("0.000001"), "tokens": 0, "requests": -2, "unpriced": 0}
    assert "+0.000001" in metered("rebuild").stdout
    assert metered.json("rebuild", "--fix")["fixed"] == 1
    assert metered("rebuild", "--check").exit_code == 0


def test_check_and_fix_contradict_each_other(metered: Shell) -> None:
    assert metered("rebuild", "--check", "--fix").exit_code == 2
