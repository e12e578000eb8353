"""Dollars are exact until a person reads them."""

from decimal import Decimal, Inexact, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spendplane.domain.money import EXACT, exact_sum, format_usd, to_usd

READ = [
    ("0", "$0.00"),
    ("1234.5", "$1,234.50"),
    ("0.01", "$0.01"),
    ("0.0006075", "$0.0006075"),
    ("0.000000123", "$1.23e-7"),
    ("80", "$80.00"),
    ("0.055605", "$0.06"),
    ("1000000000.999", "$1,000,000,001.00"),
]


@pytest.mark.parametrize(("amount", "text"), READ)
def test_for_people(amount: str, text: str) -> None:
    assert format_usd(Decimal(amount)) == text


def test_eighteen_places_half_to_even() -> None:
    assert to_usd(Decimal("0.0000000000000000005")) == 0
    assert to_usd(Decimal("0.0000000000000000015")) == Decimal("0.000000000000000002")
    assert to_usd(Decimal("1.10")).as_tuple() == Decimal("1.10").as_tuple(), "a shorter amount stays as it is"


@given(st.lists(st.decimals(0, 10**9, places=18), max_size=40))
def test_sums_are_exact_in_any_order_and_any_context(amounts: list[Decimal]) -> None:
    expected = sum(int(amount.scaleb(18, EXACT)) for amount in amounts)
    with localcontext() as context:
        context.prec = 5
        assert exact_sum(amounts) == exact_sum(amounts[::-1])
        total = exact_sum(amounts)
    assert int(total.scaleb(18, EXACT)) == expected


def test_what_cannot_be_exact_is_refused() -> None:
    with pytest.raises(Inexact):
        EXACT.add(Decimal(10) ** 50, Decimal(10) ** -18)
