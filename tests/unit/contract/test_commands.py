"""What the enforce function can be asked."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from spendplane.contract.commands import Crossed, Engage, PlanOf, Reconcile, Release, in_utc, parse

WORD: dict[str, Any] = {"budget_id": "staging", "by": "ann", "reason": "why"}
CROSSED = {
    "budget_id": "staging", "key": None, "period": "daily", "period_start": "2026-11-22T00:00:00Z", "severity": "hard",
    "late": False, "spent_usd": "12",
}  # fmt: skip


def test_each_command() -> None:
    assert parse({"command": "reconcile"}) == Reconcile(command="reconcile")
    assert parse({"command": "plan", "budget_id": "b", "key": "ann"}) == PlanOf(
        command="plan", budget_id="b", key="ann"
    )
    engage = parse({"command": "engage", **WORD, "max_targets": 30})
    assert isinstance(engage, Engage)
    assert (engage.key, engage.max_targets) == (None, 30)
    release = parse({"command": "release", **WORD, "until": "2026-11-22T13:00:00+01:00", "extend_usd": "0.1"})
    assert isinstance(release, Release)
    assert (release.extend_usd, in_utc(release.until)) == (Decimal("0.1"), datetime(2026, 11, 22, 12, tzinfo=UTC))


def test_a_crossing_is_read_for_its_counter_only() -> None:
    crossed = parse({"detail-type": "Budget Threshold Crossed", "source": "spendplane", "detail": CROSSED})
    assert isinstance(crossed, Crossed)
    assert (crossed.budget_id, crossed.key, crossed.period, crossed.severity) == ("staging", None, "daily", "hard")
    assert not hasattr(crossed, "spent_usd")


@pytest.mark.parametrize("missing", ["budget_id", "key", "period", "period_start", "severity", "late"])
def test_a_crossing_needs_all_of_it(missing: str) -> None:
    detail = {name: value for name, value in CROSSED.items() if name != missing}
    with pytest.raises(ValidationError, match=missing):
        parse({"detail-type": "Budget Threshold Crossed", "detail": detail})


def test_a_command_takes_no_word_that_is_not_its_own() -> None:
    for event in (
        {"command": "plan", **WORD},
        {"command": "engage", **WORD, "until": None},
        {"command": "reconcile", "x": 1},
    ):
        with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
            parse(event)


def test_texts_are_trimmed_and_bounded() -> None:
    release = parse({"command": "release", **WORD, "by": " ann ", "reason": "x" * 256})
    assert isinstance(release, Release)
    assert release.by == "ann"
    with pytest.raises(ValidationError, match="at most 256 characters"):
        parse({"command": "release", **WORD, "reason": "x" * 257})


def test_times_are_kept_in_utc() -> None:
    tokyo = datetime(2026, 11, 22, 21, tzinfo=timezone(timedelta(hours=9)))
    found = in_utc(tokyo)
    assert found is not None
    assert (found.hour, found.tzinfo) == (12, UTC)
    assert in_utc(None) is None
