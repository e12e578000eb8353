"""`spendplane explain`."""

from decimal import Decimal
from pathlib import Path

import pytest

from spendplane.domain.periods import Period
from tests.support.builders import budget, record
from tests.unit.cli.conftest import Shell


@pytest.fixture
def metered(shell: Shell) -> Shell:
    """One event under its own id, one under its provider's, one unpriced, one refused."""
    shell.deploy(budget("staging", 10), budget("users", 5, per="user_id", period=Period.DAILY))
    shell.meter(
        record("own", team="growth"),
        record("seen", provider_request_id="req-1"),
        record("strange", model="nobody-knows"),
        record("bad", environment="stagin"),
        record("paid", cost_usd="0.25"),
    )
    return shell


def test_json_holds_buckets_price_and_budgets(metered: Shell) -> None:
    found = metered.json("explain", "own")
    assert found["state"] == "counted"
    assert found["usd"] == sum(line["usd"] for line in found["lines"])
    assert [line["bucket"] for line in found["lines"]] == ["input_uncached", "output"]
    assert [(item["budget_id"], item["key"], item["period"]) for item in found["counted_in"]] == [
        ("staging", None, "monthly"),
        ("users", "employee-452", "daily"),
    ]
    assert found["price"].startswith("list price (litellm ")


def test_people_see_the_same(metered: Shell) -> None:
    text = metered("explain", "own").stdout
    for part in ("Event own: counted, $0.0", "input_uncached", "price from", "staging", "employee-452", "team=growth"):
        assert part in text


@pytest.mark.parametrize("args", [("seen",), ("req-1",), ("req-1", "--provider", "aws.bedrock")])
def test_an_event_is_found_by_either_id(metered: Shell, args: tuple[str, ...]) -> None:
    assert metered.json("explain", *args)["id"] == "seen"


def test_an_unpriced_event_says_what_to_do(metered: Shell) -> None:
    assert metered.json("explain", "strange")["usd"] is None
    text = metered("explain", "strange").stdout
    assert "counted, without a price" in text
    assert "add its model to prices.yaml" in text


def test_a_price_that_is_known_by_now_is_said(metered: Shell) -> None:
    Path("prices.yaml").write_text(
        "version: 1\nentries:\n  - {provider: aws.bedrock, model: nobody-knows, input: 1, output: 2, source: x}\n"
    )
    assert "`spendplane reprice` rates the row" in metered("explain", "strange").stdout


def test_a_booked_price_never_changes_silently(metered: Shell) -> None:
    Path("prices.yaml").write_text("version: 1\nfactors:\n  - {provider: aws.bedrock, factor: 2, source: dearer}\n")
    found = metered.json("explain", "own")
    assert found["book_usd"] == 2 * found["usd"]
    assert "The row keeps the price it was booked with" in metered("explain", "own").stdout


def test_the_producers_price_has_no_buckets(metered: Shell) -> None:
    found = metered.json("explain", "paid")
    assert (found["usd"], found["price"], found["lines"]) == (Decimal("0.25"), "producer", [])


def test_a_refused_event_is_found_in_the_quarantine(metered: Shell) -> None:
    found = metered.json("explain", "bad")
    assert found["state"] == "quarantined"
    assert "environment" in found["reason"]
    text = metered("explain", "bad").stdout
    assert "Not counted" in text
    assert f"quarantine show {found['id']}" in text


@pytest.mark.parametrize("args", [("gone",), ("gone", "--provider", "openai")])
def test_an_event_that_is_nowhere(metered: Shell, args: tuple[str, ...]) -> None:
    result = metered("explain", *args)
    assert result.exit_code == 1
    assert "neither in the ledger nor in the quarantine" in result.stderr
