"""What is advised, and what it saves in a month."""

from dataclasses import replace
from decimal import Decimal

import pytest

from spendplane.domain.idle_advice import Advice, Advised, advise
from spendplane.domain.idleness import HOUR, Hosting, Metered, judge
from tests.support.idle_accounts import CPU, END, PRICES, series, variant, watched
from tests.support.idle_accounts import GPU as GPU_TYPE

MONTH = 30 * 24
START = END - MONTH * HOUR
RARELY = series(MONTH, lambda time: 1.0 if time.hour == (time.day * 7) % 24 else 0.0)
OFTEN = series(MONTH, lambda time: 1.0 if (time.hour + time.day * 5) % 6 == 0 else 0.0)


def advised(part: Metered, hosting: Hosting = Hosting.REALTIME) -> Advised:
    it = watched(part, hosting=hosting)
    return advise(it, judge(it, START, END), START, END)


def test_never_called_is_deleted_and_saves_all() -> None:
    found = advised(variant(MONTH))
    assert (found.advice, found.why) == (Advice.DELETE, "never called in 720 hours")
    assert found.saves_usd == 730 * PRICES[GPU_TYPE]


def test_a_young_one_is_not_taken_for_a_month_old() -> None:
    found = advised(variant(10))
    assert (found.why, found.saves_usd) == ("never called in 10 hours", 730 * PRICES[GPU_TYPE])


def test_eighteen_quiet_hours_a_day_are_a_schedule() -> None:
    found = advised(variant(MONTH, range(9, 15)))
    assert (found.advice, found.why) == (Advice.OFF_PEAK, "never called from 15:00 to 09:00 UTC, on any day")
    assert found.saves_usd == 730 * PRICES[GPU_TYPE] * 18 / 24


def test_a_schedule_over_midnight() -> None:
    found = advised(variant(MONTH, (20, 21, 22, 23, 0, 1)))
    assert found.why == "never called from 02:00 to 20:00 UTC, on any day"


@pytest.mark.parametrize(
    ("part", "hosting", "advice"),
    [
        (variant(MONTH, calls=RARELY, instance_type=CPU), Hosting.REALTIME, Advice.SERVERLESS),
        (variant(MONTH, calls=RARELY), Hosting.REALTIME, Advice.ASYNC),
        (variant(MONTH, calls=OFTEN), Hosting.REALTIME, Advice.COMPONENTS),
        (variant(MONTH, calls=OFTEN), Hosting.COMPONENTS, Advice.COMPONENTS),
        (variant(MONTH, calls=OFTEN), Hosting.ASYNC, Advice.ASYNC),
        (variant(MONTH), Hosting.NOTEBOOK, Advice.STOP),
        (variant(MONTH, range(23)), Hosting.REALTIME, Advice.NONE),
        (variant(0, now=0), Hosting.REALTIME, Advice.NONE),
        (variant(0), Hosting.REALTIME, Advice.UNKNOWN),
        (variant(MONTH, cpu={}, gpu={}), Hosting.NOTEBOOK, Advice.UNKNOWN),
    ],
)
def test_by_what_it_is_and_how_it_is_called(part: Metered, hosting: Hosting, advice: Advice) -> None:
    assert advised(part, hosting).advice is advice


def test_what_scales_to_zero_stays_for_a_quarter_of_an_hour_after_each_call() -> None:
    part = variant(MONTH, calls=OFTEN)
    bursts = sum(1 for hour in part.up if OFTEN[hour] == 0 and OFTEN.get(hour - HOUR, 0) > 0)
    idle = sum(1 for hour in part.up if OFTEN[hour] == 0)
    expected = (idle - Decimal("0.25") * bursts) * PRICES[GPU_TYPE] * 730 / MONTH
    assert advised(part).saves_usd == expected


def test_without_a_price_there_is_advice_and_no_saving() -> None:
    found = advised(replace(variant(MONTH), usd_per_hour=None))
    assert (found.advice, found.saves_usd) == (Advice.DELETE, None)
