"""Which alerts are due, by level; and the pace."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from spendplane.domain.alerts import due, pace, raised_below
from spendplane.domain.limits import tightest
from spendplane.domain.periods import Period
from tests.support.builders import NOW, at, budget, counter

DAILY = budget("day", 10, period=Period.DAILY, thresholds=(100, 50, 80))


def test_due_is_what_was_reached_and_not_raised_under_this_revision() -> None:
    assert [alert.threshold for alert in due(DAILY, counter(DAILY, 8), NOW)] == [50, 80]
    raised = counter(DAILY, 8, fired=frozenset({"50.1", "80.2"}))
    assert [alert.threshold for alert in due(DAILY, raised, NOW)] == [80]
    assert [alert.threshold for alert in due(replace(DAILY, revision=2), raised, NOW)] == [50]
    assert due(budget("none", None), counter(DAILY, 8), NOW) == []
    assert due(DAILY, counter(DAILY), NOW) == []


def test_ids_are_deterministic_and_tell_keys_apart() -> None:
    (first, *_) = due(DAILY, counter(DAILY, 5), NOW)
    (again, *_) = due(DAILY, counter(DAILY, 6, unpriced=3), NOW + timedelta(days=9))
    assert first.id == again.id == "day/*/d2026-11-22/50/r1"
    users = replace(DAILY, per="user_id")
    assert due(users, counter(users, 5, key="ann"), NOW)[0].id == "day/ann/d2026-11-22/50/r1"


def test_severity_and_lateness() -> None:
    soft, _, hard = due(DAILY, counter(DAILY, 10), NOW)
    assert (soft.severity, hard.severity) == ("soft", "hard")
    assert not soft.late
    midnight = at("2026-11-23T00:00:00Z")
    assert due(DAILY, counter(DAILY, 10), midnight)[0].late
    assert not due(DAILY, counter(DAILY, 10), midnight - timedelta(microseconds=1))[0].late


def test_a_period_begins_at_its_first_moment() -> None:
    midnight = at("2026-11-22T00:00:00Z")
    assert not due(DAILY, counter(DAILY, 10), midnight)[0].early
    assert due(DAILY, counter(DAILY, 10), midnight - timedelta(microseconds=1))[0].early
    held = counter(DAILY, 6, since=midnight - timedelta(minutes=4))
    closest = tightest(held.spend, DAILY.limits)
    assert closest is not None
    assert pace(closest, held, midnight - timedelta(minutes=1)) is None, "at no speed: it has had no time"
    assert pace(closest, held, midnight + timedelta(hours=1)) is not None


def test_the_pace_tells_when_the_limit_is_reached() -> None:
    held = counter(DAILY, 6, since=NOW - timedelta(hours=6))
    closest = tightest(held.spend, DAILY.limits)
    assert closest is not None
    found = pace(closest, held, NOW)
    assert found is not None
    assert found.per_hour.quantize(Decimal("0.0001")) == 1
    assert found.reached_at is not None
    assert abs(found.reached_at - (NOW + timedelta(hours=4))) < timedelta(seconds=1)
    assert found.period_end_percent is not None
    assert round(found.period_end_percent) == 180


def test_no_pace_where_there_is_none() -> None:
    empty, full = counter(DAILY), counter(DAILY, 12, since=NOW - timedelta(hours=6))
    for held, now in ((empty, NOW), (full, NOW + timedelta(days=1))):
        closest = tightest(held.spend, DAILY.limits)
        assert closest is not None
        assert pace(closest, held, now) is None
    closest = tightest(full.spend, DAILY.limits)
    assert closest is not None
    over = pace(closest, full, NOW)
    assert over is not None
    assert over.reached_at is None


def test_a_first_burst_is_not_blown_up_and_a_crawl_reaches_nothing() -> None:
    total = budget("t", "1000000000", period=Period.TOTAL)
    burst = counter(DAILY, 1, since=NOW)
    crawl = counter(total, "0.000001", since=NOW - timedelta(days=1))
    for of, held, per_hour in ((DAILY, burst, Decimal(60)), (total, crawl, None)):
        closest = tightest(held.spend, of.limits)
        assert closest is not None
        found = pace(closest, held, NOW)
        assert found is not None
        if per_hour:
            assert round(found.per_hour) == per_hour
        else:
            assert found.reached_at is None


def test_what_was_raised_below_is_of_one_revision_and_lowest_first() -> None:
    held = counter(DAILY, 12, fired=frozenset({"100.1", "50.1", "80.1", "9.1", "80.2", "1000.1"}))
    assert raised_below(held, 100, 1) == [f"day/*/d2026-11-22/{percent}/r1" for percent in (9, 50, 80)]
    assert raised_below(held, 100, 2) == ["day/*/d2026-11-22/80/r2"]
    assert raised_below(held, 9, 1) == []
