"""What an idle hour is, what it costs, and that what is not known is never $0."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from spendplane.domain.idleness import HOUR, Hosting, idle_hours, judge
from tests.support.idle_accounts import CPU, END, PRICES, series, variant, watched
from tests.support.idle_accounts import GPU as GPU_TYPE

WEEK = 7 * 24
START = END - WEEK * HOUR


def test_gpus_that_are_called_six_hours_a_day_idle_for_eighteen() -> None:
    found = judge(watched(variant(WEEK, range(9, 15))), START, END)
    assert [found.hours, found.idle_hours, found.calls] == [168, 126, 7 * 6 * 5]
    assert found.usd_idle == 126 * PRICES[GPU_TYPE]
    assert [found.cpu, found.gpu, found.unknown] == [2.0, 1.0, ""]


def test_the_first_hour_counts_and_the_one_that_runs_does_not() -> None:
    part = variant(WEEK)
    assert judge(watched(part), END - HOUR, END).hours == 1
    late = replace(part, up={**part.up, END: 1.0, START - HOUR: 1.0})
    assert judge(watched(late), START, END).hours == 168


def test_half_an_hour_of_three_instances_is_exactly_that() -> None:
    part = variant(0, up={END - HOUR: 1.5})
    assert judge(watched(part), START, END).usd_idle == Decimal("1.5") * PRICES[GPU_TYPE]


def test_a_variant_without_calls_idles_beside_one_that_is_called() -> None:
    shadow = replace(variant(24), name="shadow", instance_type=CPU, usd_per_hour=PRICES[CPU])
    found = judge(watched(variant(24, range(24)), shadow), START, END)
    assert [found.hours, found.idle_hours, found.usd_idle] == [48, 24, 24 * PRICES[CPU]]


def test_instances_that_report_nothing_are_unknown_and_not_free() -> None:
    found = judge(watched(variant(0)), START, END)
    assert [found.hours, found.idle_hours, found.usd_idle] == [None, None, None]
    assert "no metrics in CloudWatch, although all has instances" in found.unknown


def test_without_instances_and_metrics_it_costs_nothing() -> None:
    found = judge(watched(variant(0, now=0)), START, END)
    assert [found.hours, found.usd_idle, found.unknown] == [0, 0, ""]


def test_a_price_that_is_not_known_is_said_where_it_would_be_needed() -> None:
    part = variant(24, usd_per_hour=None)
    found = judge(watched(part), START, END)
    assert [found.idle_hours, found.usd_idle] == [24, None]
    assert found.unknown == "no price for ml.g5.xlarge (spendplane prices refresh)"
    assert judge(watched(variant(24, range(24), usd_per_hour=None)), START, END).usd_idle == 0


def test_serverless_costs_nothing_while_idle_unless_some_is_provisioned() -> None:
    plain = watched(variant(0, now=0), hosting=Hosting.SERVERLESS)
    assert judge(plain, START, END).usd_idle == 0
    kept = replace(plain, idle_cost_unknown="provisioned concurrency is billed")
    assert [judge(kept, START, END).usd_idle, judge(kept, START, END).unknown] == [None, kept.idle_cost_unknown]


@pytest.mark.parametrize(("cpu", "gpu", "idles"), [(4.9, None, 1), (5.0, None, 0), (1.0, 60.0, 0), (1.0, 0.0, 1)])
def test_a_notebook_idles_below_five_percent(cpu: float, gpu: float | None, idles: int) -> None:
    hour = {END - HOUR: 1.0}
    part = variant(0, up=hour, cpu={END - HOUR: cpu}, gpu={} if gpu is None else {END - HOUR: gpu})
    found = judge(watched(part, hosting=Hosting.NOTEBOOK), START, END)
    assert [found.idle_hours, found.calls] == [idles, None]


def test_a_notebook_without_utilisation_has_hours_and_no_verdict() -> None:
    part = variant(24, cpu={}, gpu={})
    found = judge(watched(part, hosting=Hosting.NOTEBOOK), START, END)
    assert [found.hours, found.idle_hours, found.usd_idle] == [24, None, None]
    assert "no utilisation in CloudWatch" in found.unknown


def test_the_sum_of_two_stretches_is_that_of_both() -> None:
    part = variant(WEEK, range(3, 20, 4), up=series(WEEK, lambda time: (time.hour % 5) / 7))
    whole, middle = watched(part), END - timedelta(days=3)
    halves = [idle_hours(whole, part, START, middle), idle_hours(whole, part, middle, END)]
    together = idle_hours(whole, part, START, END)
    assert together
    assert round(sum(half * 3600 for half in halves if half)) == round(together * 3600)
