"""Periods: UTC, from the event's own time."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spendplane.domain.periods import Period, window_from_code, window_of
from tests.support.builders import at

BOUNDS = [
    (Period.DAILY, "2026-11-22T00:00:00Z", "d2026-11-22", "2026-11-23"),
    (Period.DAILY, "2026-11-22T23:59:59.999999Z", "d2026-11-22", "2026-11-23"),
    (Period.DAILY, "2028-02-29T12:00:00Z", "d2028-02-29", "2028-03-01"),
    (Period.DAILY, "2026-12-31T23:59:00Z", "d2026-12-31", "2027-01-01"),
    (Period.WEEKLY, "2026-11-22T23:59:00Z", "w2026-11-16", "2026-11-23"),
    (Period.WEEKLY, "2026-11-23T00:00:00Z", "w2026-11-23", "2026-11-30"),
    (Period.WEEKLY, "2027-01-01T00:00:00Z", "w2026-12-28", "2027-01-04"),
    (Period.WEEKLY, "2027-01-03T23:59:59Z", "w2026-12-28", "2027-01-04"),
    (Period.WEEKLY, "2028-02-29T00:00:00Z", "w2028-02-28", "2028-03-06"),
    (Period.MONTHLY, "2026-02-28T23:59:59Z", "m2026-02-01", "2026-03-01"),
    (Period.MONTHLY, "2028-02-29T23:59:59Z", "m2028-02-01", "2028-03-01"),
    (Period.MONTHLY, "2026-12-31T23:59:59Z", "m2026-12-01", "2027-01-01"),
    (Period.MONTHLY, "2026-01-31T00:00:00Z", "m2026-01-01", "2026-02-01"),
]


@pytest.mark.parametrize(("period", "time", "code", "end"), BOUNDS)
def test_bounds(period: Period, time: str, code: str, end: str) -> None:
    window = window_of(period, at(time))
    assert window.code == code
    assert window.end == datetime.fromisoformat(end).replace(tzinfo=UTC)
    assert window.start <= at(time) < window.end


def test_a_total_has_no_end() -> None:
    window = window_of(Period.TOTAL, at("2026-11-22T00:00:00Z"))
    assert (window.code, window.end, str(window)) == ("t", None, "all time")
    assert not window.closed(at("9999-01-01T00:00:00Z"))


def test_the_offset_of_the_event_is_irrelevant_but_not_its_instant() -> None:
    instant = at("2026-11-22T00:30:00Z")
    for offset in (timezone(timedelta(hours=14)), timezone(timedelta(hours=-12)), ZoneInfo("America/New_York")):
        assert window_of(Period.DAILY, instant.astimezone(offset)).code == "d2026-11-22"
    assert window_of(Period.DAILY, at("2026-11-22T00:30:00+01:00")).code == "d2026-11-21"


def test_daylight_saving_changes_no_day() -> None:
    """In New York 2026-11-01 has 25 hours and 2026-03-08 has 23; a day here always has 24."""
    york = ZoneInfo("America/New_York")
    for day in (datetime(2026, 11, 1, 1, 30, tzinfo=york), datetime(2026, 3, 8, 3, 0, tzinfo=york)):
        for fold in (0, 1):
            window = window_of(Period.DAILY, day.replace(fold=fold))
            assert window.end is not None
            assert window.end - window.start == timedelta(hours=24)


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="without an offset"):
        window_of(Period.DAILY, datetime(2026, 11, 22))  # noqa: DTZ001


@pytest.mark.parametrize("code", ["", "x2026-11-22", "d", "d2026-13-01", "t2026-01-01", "2026-11-22", "d2026-11-22x"])
def test_other_codes_are_refused(code: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        window_from_code(code)


times = st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1), timezones=st.timezones())  # noqa: DTZ001


@given(period=st.sampled_from(Period), time=times)
def test_codes_go_there_and_back(period: Period, time: datetime) -> None:
    window = window_of(period, time)
    assert window_from_code(window.code) == window
    assert window.start <= time
    assert window.end is None or time < window.end
    assert not window.closed(time)
    if window.end:
        assert window.closed(window.end)
        assert window_of(period, window.end) != window
        assert window_of(period, window.end - timedelta(microseconds=1)) == window
    assert window_of(period, window.start) == window


def test_people_read() -> None:
    texts = {str(window_of(period, at("2026-11-22T12:00:00Z"))) for period in Period}
    assert texts == {"2026-11-22 (UTC day)", "week of 2026-11-16 (UTC)", "November 2026 (UTC)", "all time"}
