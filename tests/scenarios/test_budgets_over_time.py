"""Periods, thresholds and redeployments, as timelines."""

from datetime import timedelta
from decimal import Decimal

from spendplane.domain.limits import State
from spendplane.domain.periods import Period
from tests.support.builders import at, budget, record
from tests.support.timeline import Timeline
from tests.support.world import World

STAGING = budget("staging", 10, match={"environment": "staging"}, period=Period.DAILY)


def story(start: str = "2026-11-22T08:00:00+00:00") -> Timeline:
    return Timeline(World(now=at(start)))


def test_a_day() -> None:
    day = story().deploy(STAGING)
    day.at("09:00").spend("7.99")
    day.expect_quiet()
    day.at("09:01").spend("0.01")
    day.expect_alerts("staging 80")
    day.expect_on_call("staging 80")
    day.at("12:00").spend("1.99")
    day.expect_quiet()
    day.at("12:01").spend("0.01")
    day.expect_alerts("staging 100")
    day.expect_on_call("staging 100")
    for minute in range(10, 60):
        day.at(f"13:{minute}").spend("1")
    day.expect_quiet()
    assert day.expect_spent("staging", "60").state is State.HARD


def test_at_midnight_a_new_day_begins_by_itself() -> None:
    day = story().deploy(STAGING)
    day.at("23:59").spend("9")
    day.expect_alerts("staging 80")
    day.at("2026-11-23 00:00").expect_spent("staging", "0")
    day.spend("9")
    day.expect_alerts("staging 80")
    day.at("00:01").expect_spent("staging", "9")


def test_a_month_ends_on_its_last_day_also_in_a_leap_year() -> None:
    month = story("2028-02-01T00:00:00+00:00").deploy(budget("month", 10))
    month.at("2028-02-28 23:59").spend("9")
    month.expect_alerts("month 80")
    month.at("2028-02-29 23:59").spend("1")
    month.expect_alerts("month 100")
    month.at("2028-03-01 00:00").spend("1")
    month.expect_quiet()
    month.expect_spent("month", "1")


def test_a_total_never_ends() -> None:
    total = story().deploy(budget("total", 10, period=Period.TOTAL))
    total.at("2026-11-22 09:00").spend("9")
    total.expect_alerts("total 80")
    total.at("2027-06-01 09:00").spend("2")
    total.expect_alerts("total 100")
    total.expect_spent("total", "11")


def test_a_late_event_counts_in_the_day_it_happened_in_and_wakes_nobody() -> None:
    day = story().deploy(STAGING)
    day.at("23:00").spend("7")
    day.at("2026-11-23 06:00").spend("2", ago=timedelta(hours=12))
    (message,) = day.expect_alerts("staging 80 late")
    assert "period over" in message.text
    day.expect_on_call()
    day.expect_spent("staging", "0")
    day.at("06:01").spend("9", ago=timedelta(hours=12))
    day.expect_alerts("staging 100 late")
    day.expect_on_call()


def test_a_jump_from_nothing_to_120_percent_says_80_and_then_100() -> None:
    day = story().deploy(STAGING)
    day.at("09:00").spend("12")
    day.expect_alerts("staging 80", "staging 100")
    day.expect_on_call("staging 80", "staging 100")


def test_status_at_120_percent_is_not_ok() -> None:
    day = story().deploy(STAGING)
    day.spend("12")
    line = day.expect_spent("staging", "12")
    assert (line.state, line.percent, line.alerts) == (State.HARD, Decimal(120), [(80, 1), (100, 1)])


def test_a_limit_lowered_by_a_redeployment_alerts_by_the_sweep() -> None:
    day = story().deploy(STAGING)
    day.at("09:00").spend("7")
    day.expect_quiet()
    day.at("10:00").deploy(budget("staging", 5, match={"environment": "staging"}, period=Period.DAILY))
    day.at("10:01").sweep()
    day.expect_alerts("staging 80", "staging 100")
    day.at("10:30").sweep().at("10:31").sweep()
    day.expect_quiet()


def test_a_limit_raised_may_alert_again_under_its_new_revision() -> None:
    day = story().deploy(STAGING)
    day.at("09:00").spend("10")
    day.expect_alerts("staging 80", "staging 100")
    day.at("10:00").deploy(budget("staging", 20, match={"environment": "staging"}, period=Period.DAILY)).sweep()
    day.expect_quiet()
    day.at("11:00").spend("6")
    (message,) = day.expect_alerts("staging 80")
    assert message.attributes["alert_id"] == "staging/*/d2026-11-22/80/r2"
    day.at("11:01").deploy(budget("staging", 20, match={"environment": "staging"}, period=Period.DAILY)).sweep()
    day.at("11:02").spend("1")
    day.expect_quiet()


def test_a_redeployment_that_changes_nothing_repeats_no_alert() -> None:
    day = story().deploy(STAGING)
    day.spend("10")
    day.expect_alerts("staging 80", "staging 100")
    for hour in range(9, 15):
        day.at(f"{hour:02d}:00").deploy(STAGING).sweep()
    day.expect_quiet()


def test_a_new_owner_is_no_new_revision() -> None:
    day = story().deploy(STAGING)
    day.spend("9")
    day.expect_alerts("staging 80")
    day.deploy(budget("staging", 10, match={"environment": "staging"}, period=Period.DAILY, owner="somebody")).sweep()
    day.expect_quiet()
    day.spend("2")
    (message,) = day.expect_alerts("staging 100")
    assert "somebody" in message.text


def test_a_budget_removed_and_back_goes_on_counting_revisions() -> None:
    day = story().deploy(STAGING)
    day.at("09:00").spend("10")
    day.expect_alerts("staging 80", "staging 100")
    day.at("10:00").deploy().sweep()
    day.at("10:30").spend("5")
    day.expect_quiet()
    day.at("11:00").deploy(STAGING).sweep()
    first, _ = day.expect_alerts("staging 80", "staging 100")
    assert first.attributes["alert_id"].endswith("/r2")
    day.expect_spent("staging", "10")


def test_a_sharded_budget_that_comes_back_with_fewer_shards_keeps_its_spend() -> None:
    def sharded(shards: int) -> None:
        day.deploy(budget("hot", 100, shards=shards))

    day = story()
    sharded(8)
    for _ in range(20):
        day.spend("1")
    day.deploy()
    sharded(1)
    day.expect_spent("hot", "20")
    sharded(16)
    sharded(2)
    day.spend("1")
    day.expect_spent("hot", "21")


def test_a_changed_period_does_not_keep_the_old_spend() -> None:
    day = story().deploy(budget("team", 10, period=Period.DAILY))
    day.at("09:00").spend("9")
    day.expect_alerts("team 80")
    day.at("10:00").deploy(budget("team", 10, period=Period.WEEKLY)).sweep()
    day.expect_quiet()
    day.expect_spent("team", "0")
    day.at("11:00").spend("8")
    (message,) = day.expect_alerts("team 80")
    assert "week of 2026-11-16" in message.text


def test_a_limit_of_zero_is_crossed_by_the_first_cent() -> None:
    day = story().deploy(budget("frozen", 0))
    day.expect_quiet()
    day.spend("0")
    day.expect_quiet()
    day.spend("0.01")
    day.expect_alerts("frozen 80", "frozen 100")


def test_without_a_limit_nothing_is_ever_said() -> None:
    day = story().deploy(budget("tracked", None))
    day.spend("1000000")
    day.expect_quiet()
    assert day.expect_spent("tracked", "1000000").state is State.TRACKED


def test_every_user_has_a_counter_of_their_own() -> None:
    day = story().deploy(budget("user", 5, period=Period.DAILY, per="user_id", on_hard_limit="notify"))
    day.spend("4", user_id="ann")
    day.expect_alerts("user/ann 80")
    day.expect_on_call()
    day.spend("3", user_id="ben")
    day.expect_quiet()
    day.spend("1", user_id="ann")
    day.expect_alerts("user/ann 100")
    day.expect_on_call("user/ann 100")
    day.expect_spent("user", "5", key="ann")
    day.expect_spent("user", "3", key="ben")


def test_a_name_in_two_unicode_forms_is_one_user() -> None:
    day = story().deploy(budget("user", 5, period=Period.DAILY, per="user_id"))
    day.spend("2", user_id="Zoë")
    day.spend("2", user_id="Zoe\u0308")
    day.spend("2", user_id="  Zoë\t")
    day.expect_alerts("user/Zoë 80", "user/Zoë 100")
    day.expect_spent("user", "6", key="Zoë")


def test_a_match_in_another_unicode_form_takes_the_event() -> None:
    from spendplane.contract.budgets_file import BudgetsFile

    file = BudgetsFile.model_validate(
        {"version": 1, "budgets": [{"id": "z", "match": {"team": "Zoe\u0308"}, "limit_usd": 1}]}
    )
    day = story().deploy(*file.to_domain())
    day.spend("1", team="Zoë")
    day.expect_alerts("z 80", "z 100")


def test_tokens_and_requests_have_limits_too() -> None:
    day = story().deploy(budget("tokens", None, tokens=10_000), budget("calls", 1000, requests=3))
    day.spend("1", usage={"input_uncached": 5_000, "cache_read": 2_000, "output": 999})
    day.expect_quiet()
    day.spend("1", usage={"output": 1})
    day.expect_alerts("tokens 80")
    day.spend("1", usage={})
    day.expect_alerts("calls 80", "calls 100")


def test_one_record_counts_in_every_budget_that_takes_it() -> None:
    day = story().deploy(STAGING, budget("all", 100), budget("other", 1, match={"environment": "test"}))
    day.deliver(record("x", cost_usd="5", time="2026-11-22T08:00:00Z"))
    day.expect_spent("staging", "5")
    day.expect_spent("all", "5")
    day.expect_spent("other", "0")
