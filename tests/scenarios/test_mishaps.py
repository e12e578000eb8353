"""What goes wrong in a year of operation, as timelines; the peers' known failures among it."""

from datetime import timedelta

import pytest

from spendplane.application.books.rebuild import MendReport
from spendplane.contract.envelope import read
from spendplane.domain.periods import Period
from tests.support.builders import SONNET, at, batch, budget, message, record
from tests.support.timeline import Timeline
from tests.support.world import World

EIGHT = "2026-11-22T08:00:00Z"
CAP = budget("cap", 30, thresholds=(50, 80, 100))


def story(start: str = "2026-11-22T08:00:00+00:00") -> Timeline:
    return Timeline(World(now=at(start)))


def test_an_unknown_model_is_not_free_and_alerts_when_its_price_is_known() -> None:
    """Unknown model = $0, so no budget holds; or unknown model = a guess, 3 to 12 times wrong."""
    day = story().deploy(budget("team", 10))
    report = day.spend(None, model="acme-9")
    assert (report.counted, report.unpriced) == (1, 1)
    (said,) = day.expect_alerts("unpriced acme-9")
    assert "prices.yaml" in said.text
    day.spend(None, model="acme-9")
    day.expect_quiet()
    line = day.expect_spent("team", "0")
    assert line.counter.unpriced == 2
    day.at("10:00").price("acme-9", "4.5")
    day.expect_alerts("team 80")
    assert day.expect_spent("team", "9").counter.unpriced == 0
    day.price("acme-9", "400")
    day.expect_quiet()
    day.expect_spent("team", "9")
    day.at("2026-11-23 08:00").spend(None, model="acme-10")
    day.expect_alerts("unpriced acme-10")


def test_an_unpriced_model_is_said_once_a_day() -> None:
    day = story().deploy(budget("team", 10))
    for hour in ("09:00", "10:00", "11:00"):
        day.at(hour).spend(None, model="acme-9")
    day.expect_alerts("unpriced acme-9")
    day.at("2026-11-23 00:01").spend(None, model="acme-9")
    day.expect_alerts("unpriced acme-9")


def test_a_correction_under_the_same_id_is_kept_apart() -> None:
    day = story().deploy(CAP)
    day.spend("10", event_id="e1")
    report = day.spend("12", event_id="e1")
    assert (report.counted, report.quarantined) == (0, 1)
    day.expect_spent("cap", "10")


def test_quarantine_and_replay_after_the_mend() -> None:
    day = story().deploy(CAP)
    report = day.deliver(
        *(record(name, cost_usd=usd, environment="prod", time=EIGHT) for name, usd in (("e1", "5"), ("e2", "1")))
    )
    assert report.quarantined == 2
    day.expect_spent("cap", "0")
    sent = day.world.replay(environment="production")
    assert [source for source, _ in sent] == ["com.example.app"] * 2
    import json

    for _ in range(2):  # a replay may be repeated
        day.deliver(*(json.loads(detail) for _, detail in sent))
    day.expect_spent("cap", "6")
    entries = day.world.place.connect().quarantine.entries(["2026-11-22"])
    assert {entry.state for entry in entries} == {"REPLAYED"}


def test_an_outage_of_the_bus_delays_alerts_and_loses_none() -> None:
    """Alerts that are claimed and then never sent."""
    day = story().deploy(CAP)
    day.break_bus().at("09:00").spend("31")
    day.expect_quiet()
    day.at("09:05").sweep()
    day.expect_quiet()
    day.mend_bus().at("09:06").sweep()
    day.expect_alerts("cap 50", "cap 80", "cap 100")
    day.at("09:20").sweep()
    day.expect_quiet()
    day.expect_spent("cap", "31")


def test_a_bad_record_during_an_outage_of_the_bus_comes_back_and_is_kept() -> None:
    day = story().deploy(CAP)
    bad, good = (
        message(record("bad", environment="prod"), received_at=day.world.now),
        message(record("ok", cost_usd="1", time=EIGHT)),
    )
    day.break_bus()
    assert day.world.deliver(bad, good).failed == {bad.id}
    day.mend_bus()
    assert day.world.deliver(bad).quarantined == 1
    day.expect_spent("cap", "1")


def test_a_notifier_called_twice_tells_once_per_topic() -> None:
    day = story().deploy(CAP)
    day.spend("15")
    day.world.heard = 0
    assert day.world.notify_all() == 0
    day.expect_alerts("cap 50")
    day.expect_on_call("cap 50")


def test_an_announcement_nobody_took_is_published_again() -> None:
    day = story().deploy(CAP)
    report = day.world.deliver(message(record("e", cost_usd="15", time=EIGHT), received_at=day.world.now))
    assert len(report.alerts) == 1
    day.world.heard = len(day.world.bus.published)  # the rule's target was throttled, and its retries ended
    day.at("08:04").sweep()
    day.expect_quiet()
    day.at("08:06").sweep()
    day.expect_alerts("cap 50")


def test_a_forged_event_on_the_bus_tells_nobody_anything() -> None:
    day = story().deploy(CAP)
    assert day.world.process().notify()("cap/*/m2026-11-01/100/r1", day.world.now) == 0
    day.expect_quiet()


def test_99_dollars_on_a_30_dollar_cap_are_seen_as_they_come() -> None:
    """33 calls of $3 from three replicas: the cap is on the shared counter, and each threshold is said once."""
    day = story().deploy(CAP)
    for number in range(33):
        day.at(f"09:{number:02d}").spend("3", user_id=f"replica-{number % 3}")
        expected = {4: ["cap 50"], 7: ["cap 80"], 9: ["cap 100"]}.get(number, [])
        day.expect_alerts(*expected)
    day.expect_spent("cap", "99")


def test_everything_delivered_twice_counts_once() -> None:
    """The nearest systems double here, or lose 5 to 10 %."""
    day = story().deploy(CAP, budget("user", 5, per="user_id"))
    records = [
        record(f"n{n}", cost_usd="0.00825", user_id=f"u{n % 7}", time="2026-11-22T08:00:00Z") for n in range(400)
    ]
    messages = [batch(records[start : start + 40], day.world.now) for start in range(0, 400, 40)]
    for messages_in_turn in (messages, messages[::-1], messages[3:7]):
        for item in messages_in_turn:
            day.world.deliver(item)
    day.expect_spent("cap", "3.3")
    assert day.world.rebuild().differences == ()


def test_a_call_seen_by_logs_and_by_an_sdk_counts_once() -> None:
    day = story().deploy(CAP)
    day.spend("2", provider_request_id="req-1")
    report = day.spend("2.000001", provider_request_id="req-1")
    assert (report.counted, report.duplicates, report.quarantined) == (0, 1, 0)
    day.expect_spent("cap", "2")
    day.spend("2", provider_request_id="req-1", provider="openai")
    day.expect_spent("cap", "4")


def test_cached_prefixes_are_neither_dropped_nor_doubled() -> None:
    """A warm cache undercounts 3.5 times with one formula for all, a cold one 32 times."""
    from spendplane.adapters.prices import LayeredPriceBook
    from spendplane.contract.prices_file import PricesFile

    day = Timeline(World(now=at("2026-11-22T08:00:00+00:00"), prices=LayeredPriceBook(PricesFile(version=1))))
    day.deploy(CAP)
    warm = {"input_uncached": 350, "cache_read": 120_000, "output": 900}
    cold = {"input_uncached": 350, "cache_write_5m": 120_000, "output": 900}
    day.spend(None, model=f"global.{SONNET}", usage=warm)
    day.expect_spent("cap", "0.05055")
    day.spend(None, model=SONNET, usage=warm)
    day.expect_spent("cap", "0.106155")
    day.spend(None, model=f"global.{SONNET}", usage=cold)
    day.expect_spent("cap", "0.570705")


def test_redelivered_after_the_clock_moved_an_event_is_judged_by_its_arrival() -> None:
    """35 days old when it came: it stays valid while the queue holds it."""
    day = story()
    first = message(record("old", time="2026-10-18T08:00:00Z", cost_usd="1"), received_at=day.world.now)
    later = day.world.now + timedelta(days=4)
    assert [type(item).__name__ for item in read(first)] == ["UsageEvent"]
    day.world.now = later
    assert day.world.deliver(first).counted == 1


def test_rows_that_expired_do_not_make_the_audit_cry_wolf() -> None:
    day = story().deploy(CAP, budget("all-time", None, period=Period.TOTAL))
    day.spend("4")
    day.world.now += timedelta(days=46)
    day.world.place.expire(day.world.now)
    report = day.world.rebuild()
    assert report.differences == ()
    assert {ref.budget_id for ref in report.unverifiable} == {"cap", "all-time"}


def test_a_difference_is_found_and_mended_to_the_last_digit() -> None:
    from decimal import Decimal

    from spendplane.domain.counters import Increment

    day = story().deploy(CAP)
    day.spend("4.000000000000000001")
    ledger = day.world.place.connect().ledger
    (counter,) = day.world.counters()
    ledger.correct(Increment(counter, usd=Decimal("1000000000.000000000000000001"), tokens=3, requests=-1, unpriced=2))
    (difference,) = day.world.rebuild().differences
    assert difference.missing.usd == Decimal("-1000000000.000000000000000001")
    assert day.world.mend() == MendReport(fixed=1, outrun=0, alerts=0)
    assert day.world.rebuild().differences == ()
    day.expect_spent("cap", "4.000000000000000001")


@pytest.mark.parametrize("count", [1, 13, 500])
def test_a_late_change_is_not_missed_by_a_meter_that_has_not_heard_of_it(count: int) -> None:
    """A meter counts under a cached budget right after the sweep judged the new one: later runs judge again."""
    day = story().deploy(budget("cap", 1000))
    day.at("09:00").sweep()
    stale = day.world.process()
    index = stale.stores.definitions.index(day.world.now)
    day.at("09:01").deploy(budget("cap", 10)).sweep()
    day.expect_quiet()
    stale.stores.definitions = _Stale(stale.stores.definitions, index)  # type: ignore[assignment]
    records = [record(f"n{n}", cost_usd=str(20 / count), time="2026-11-22T08:00:00Z") for n in range(count)]
    stale.meter()([batch(records, day.world.now)], day.world.now)
    day.expect_quiet()
    day.at("09:02").sweep()
    day.expect_alerts("cap 80", "cap 100")


class _Stale:
    def __init__(self, definitions: object, index: object) -> None:
        self._definitions, self._index = definitions, index

    def index(self, _now: object) -> object:
        return self._index

    def __getattr__(self, name: str) -> object:
        return getattr(self._definitions, name)
