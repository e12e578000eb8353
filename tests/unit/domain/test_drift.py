"""When a hard limit is in doubt: only where the ledger is above the bill, and only where that is proven."""

from datetime import date
from decimal import Decimal

import pytest

from spendplane.domain.budgets import Budget
from spendplane.domain.drift import Compared, Overcount, Reconciliation, doubt, overcount
from tests.support.builders import NOW, budget

SONNET, NOVA = "anthropic.claude-sonnet-4-5-20250929-v1:0", "amazon.nova-micro-v1:0"
TEN = Decimal(10)


def measured(*compared: tuple[str, tuple[str, ...], str, str]) -> Reconciliation:
    """Provider, models, ledger, bill."""
    lines = tuple(Compared(who, models, Decimal(ledger), Decimal(bill)) for who, models, ledger, bill in compared)
    return Reconciliation(
        "2026-11", date(2026, 11, 20), NOW, "arn:aws:sts::1:assumed-role/finops/ann", "monthly", lines
    )


def one(ledger: str, bill: str) -> Reconciliation:
    return measured(("aws.bedrock", (SONNET,), ledger, bill))


@pytest.mark.parametrize(
    ("ledger", "bill", "doubted"),
    [
        ("100", "100", False),
        ("110", "100", False),  # at the bound
        ("110.01", "100", True),
        ("50", "100", False),  # below the bill: late, not wrong
        ("1.99", "1", False),  # twice as much, and a trifle
        ("2", "1", True),
        ("5", "0", True),  # nothing at all is billed
        ("0.99", "0", False),
        ("0", "0", False),
    ],
)
def test_the_bound(ledger: str, bill: str, doubted: bool) -> None:
    assert (doubt(one(ledger, bill), budget(), None, TEN) is not None) is doubted


def test_the_reason_says_how_much_since_when_and_by_whom() -> None:
    assert doubt(one("150", "100"), budget(), None, TEN) == (
        "its figures are in doubt: the ledger has $50.00 (50.0 %) more than the bill of 2026-11 through 11-20, "
        "over the 10 % allowed (reconciled 2026-11-22 by ann)"
    )
    assert "the ledger has $150.00 more than the bill" in str(doubt(one("150", "0"), budget(), None, TEN))


def test_without_a_measurement_or_a_bound_there_is_no_doubt() -> None:
    assert doubt(None, budget(), None, TEN) is None
    assert doubt(one("150", "100"), budget(), None, None) is None


@pytest.mark.parametrize(
    ("of", "key", "over"),
    [
        (budget(match={"project_id": "p"}), None, "40"),  # a bill knows no projects: all of it
        (budget(match={"provider": "aws.bedrock"}), None, "40"),
        (budget(match={"provider": "openai"}), None, None),
        (budget(match={"model": SONNET}), None, "50"),
        (budget(match={"model": (SONNET, NOVA)}), None, "40"),
        (budget(match={"model": NOVA}), None, "-10"),
        (budget(match={"model": "mystery"}), None, None),
        (budget(per="model"), SONNET, "50"),
        (budget(per="model"), None, "40"),
        (budget(per="user_id"), "ann", "40"),
    ],
)
def test_what_counts_is_what_the_budget_counts(of: Budget, key: str | None, over: str | None) -> None:
    found = overcount(measured(("aws.bedrock", (SONNET,), "150", "100"), ("aws.bedrock", (NOVA,), "10", "20")), of, key)
    assert (found and found.usd) == (over and Decimal(over))


def test_what_is_billed_under_an_unknown_name_speaks_for_the_ledger_of_a_model() -> None:
    found = measured(
        ("aws.bedrock", (SONNET,), "150", "100"), ("aws.bedrock", (), "0", "45"), ("aws.sagemaker", (), "0", "99")
    )
    assert overcount(found, budget(match={"model": SONNET})) == Overcount(Decimal(5), Decimal(500) / Decimal(145))
    assert overcount(found, budget(match={"provider": "aws.bedrock"})) == Overcount(
        Decimal(5), Decimal(500) / Decimal(145)
    )
