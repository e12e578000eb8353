"""The daily notice: once a day, only where there is something to say, and it reads well."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from spendplane.adapters.memory import MemoryBus, MemoryStore
from spendplane.application.telling.idle_telling import LISTED, TellIdle, announcement, lines_of
from spendplane.application.telling.notices import message_of
from spendplane.domain.idleness import Watched
from tests.support.builders import NOW
from tests.support.idle_accounts import CPU, audit_of, variant, watched
from tests.unit.application.test_notices import check_channels

GOLDEN = Path(__file__).parent / "golden" / "idle-report.txt"
WEEK = 7 * 24
IDLING = watched(variant(WEEK, range(9, 15)))
FORGOTTEN = watched(variant(WEEK, instance_type=CPU), name="forgotten", environment="sandbox")
SILENT, BUSY = watched(variant(0), name="silent"), watched(variant(WEEK, range(24)), name="busy")


def told(resources: Sequence[Watched], unread: Mapping[str, str] | None = None, days: int = 1) -> list[str]:
    """The ids on the bus after so many days, with two ticks each."""
    store, bus = MemoryStore(), MemoryBus()
    tell = TellIdle(audit_of(*resources, **(unread or {})), store, bus)
    for day in range(days):
        for tick in range(2):
            tell(NOW + timedelta(days=day, minutes=tick))
    return [item.id for item in bus.published]


def test_once_a_day() -> None:
    assert told([IDLING], days=2) == ["idle-report/2026-11-22", "idle-report/2026-11-23"]


@pytest.mark.parametrize(("resources", "unread", "number"), [
    ((), {}, 0),
    ((BUSY,), {}, 0),
    ((SILENT,), {}, 1),
    ((BUSY,), {"other": "AccessDenied"}, 1),
])  # fmt: skip
def test_a_day_without_news_is_not_told_of(resources: tuple[Watched, ...], unread: dict[str, str], number: int) -> None:
    assert len(told(resources, unread)) == number


def test_the_golden_text() -> None:
    """`GOLDEN=write pytest …` writes it anew; then read the difference."""
    audit = audit_of(IDLING, FORGOTTEN, SILENT, BUSY)
    report = audit.report(audit.account.found(lambda: None), NOW)
    assert [line.watched.name for line in lines_of(report)] == ["summaries", "forgotten", "silent"]
    message = message_of(announcement(report, NOW))
    check_channels(message)
    text = f"Subject: {message.subject}\n\n{message.text}\n--- SMS\n{message.sms}\n"
    if os.environ.get("GOLDEN") == "write":
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


def test_a_thousand_endpoints_fit_into_an_event() -> None:
    audit = audit_of(*(replace(IDLING, name=f"e{number:04d}") for number in range(1_000)))
    detail = announcement(audit.report(audit.account.found(lambda: None), NOW), NOW).detail
    assert (len(detail["lines"]), detail["more_lines"]) == (LISTED, 1_000 - LISTED)
    assert len(str(detail)) < 64_000
