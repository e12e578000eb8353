"""The boundary table of every comparison with a limit."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spendplane.domain.limits import Limits, Spend, State, crossed, state_of, tightest
from spendplane.domain.money import EXACT

D = Decimal
USD, TOKENS, CALLS = Limits(usd=D(100)), Limits(tokens=1000), Limits(requests=10)
ZERO, NONE = Limits(usd=D(0)), Limits()
TINY = D("0.000000000000000001")

TABLE = [
    # limits, spend, crossed of (80, 100), state
    (USD, Spend(), (), State.OK),
    (USD, Spend(D(80) - TINY), (), State.OK),
    (USD, Spend(D(80)), (80,), State.SOFT),
    (USD, Spend(D(80) + TINY), (80,), State.SOFT),
    (USD, Spend(D(100) - TINY), (80,), State.SOFT),
    (USD, Spend(D(100)), (80, 100), State.HARD),
    (USD, Spend(D(120)), (80, 100), State.HARD),
    (TOKENS, Spend(D(10**9), 799, 10**9), (), State.OK),
    (TOKENS, Spend(tokens=800), (80,), State.SOFT),
    (TOKENS, Spend(tokens=999), (80,), State.SOFT),
    (TOKENS, Spend(tokens=1000), (80, 100), State.HARD),
    (CALLS, Spend(requests=7), (), State.OK),
    (CALLS, Spend(requests=8), (80,), State.SOFT),
    (CALLS, Spend(requests=10), (80, 100), State.HARD),
    (ZERO, Spend(), (), State.OK),
    (ZERO, Spend(D(0), 1000, 5), (), State.OK),
    (ZERO, Spend(TINY), (80, 100), State.HARD),
    (Limits(tokens=0), Spend(D(9), 0, 1), (), State.OK),
    (Limits(tokens=0), Spend(tokens=1), (80, 100), State.HARD),
    (Limits(requests=0), Spend(requests=1), (80, 100), State.HARD),
    (NONE, Spend(D(10**12), 10**12, 10**12), (), State.TRACKED),
    (Limits(D(100), 1000, 10), Spend(D(1), 1, 8), (80,), State.SOFT),
    (Limits(D(100), 1000, 10), Spend(D(100), 1, 1), (80, 100), State.HARD),
    (Limits(D(0), 1000), Spend(D(0), 900), (80,), State.SOFT),
]


@pytest.mark.parametrize(("limits", "spend", "thresholds", "state"), TABLE)
def test_below_at_above_zero_and_unlimited(
    limits: Limits, spend: Spend, thresholds: tuple[int, ...], state: State
) -> None:
    assert crossed(spend, limits, (80, 100)) == thresholds
    assert state_of(spend, limits, (80, 100)) is state


def test_thresholds_come_lowest_first_and_may_be_above_100() -> None:
    assert crossed(Spend(D(150)), USD, (150, 50, 151)) == (50, 150)
    assert state_of(Spend(D(100)), USD, (50,)) is State.HARD
    assert state_of(Spend(D(80)), USD, (90,)) is State.OK


def test_38_digits_do_not_round_across_the_line() -> None:
    """28 digits, Python's default, would."""
    limit = D(10) ** 11
    just_below = EXACT.subtract(limit, TINY)
    assert crossed(Spend(just_below), Limits(usd=limit), (100,)) == ()
    assert crossed(Spend(just_below), Limits(usd=limit), (99,)) == (99,)
    assert state_of(Spend(just_below), Limits(usd=limit), (100,)) is State.OK
    assert crossed(Spend(just_below, 10), Limits(usd=limit, tokens=10), (100,)) == (100,)


def test_the_tightest_limit_is_the_one_with_the_highest_percentage() -> None:
    closest = tightest(Spend(D(50), 900, 1), Limits(D(100), 1000, 10))
    assert closest is not None
    assert (closest.unit, closest.used, closest.limit, closest.percent) == ("tokens", D(900), D(1000), D(90))
    tie = tightest(Spend(D(50), 500, 5), Limits(D(100), 1000, 10))
    assert tie is not None
    assert tie.unit == "usd"
    assert tightest(Spend(D(5)), NONE) is None
    zero = tightest(Spend(D(5)), ZERO)
    assert zero is not None
    assert zero.percent == 100


amounts = st.decimals(0, D(10) ** 12, places=18)


def _whole(usd: Decimal) -> int:
    """In units of 10^-18 dollars."""
    number, exponent = int("".join(map(str, usd.as_tuple().digits))), int(usd.as_tuple().exponent)
    return int(number * 10 ** (18 + exponent))


@given(used=amounts, limit=amounts, threshold=st.integers(1, 1000))
def test_crossed_is_exact_arithmetic(used: Decimal, limit: Decimal, threshold: int) -> None:
    expected = used > 0 and _whole(used) * 100 >= _whole(limit) * threshold
    assert bool(crossed(Spend(used), Limits(usd=limit), (threshold,))) is expected
