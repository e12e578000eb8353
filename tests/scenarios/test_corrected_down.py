"""A counter becomes less: a price was too high. What was turned down comes back; then the limit is really reached."""

from decimal import Decimal

from spendplane.application.books.correct import Note, Scope
from tests.support.switch_stories import AGENT, story
from tests.support.switch_timeline import SwitchTimeline
from tests.support.world import PriceList


def corrected(usd: str) -> SwitchTimeline:
    """By a price of 12 dollars the agent was turned down; the right price is another one."""
    day = story()
    day.add(AGENT, reserved=10)
    day.at("09:00").spend(None, model="mystery")
    day.expect_told("unpriced mystery")
    day.price("mystery", "12")
    day.kill_switch().expect_down(AGENT)
    day.world.prices = PriceList({"mystery": Decimal(usd)})
    day.world.process().correct()(Scope("mystery"), day.world.now, Note("ann", "the contract says so"))
    day.world.notify_all()
    day.expect_told("staging 80", "staging 100", "staging engaged: agent throttled")
    return day


def test_what_a_wrong_price_turned_down_comes_back() -> None:
    day = corrected("4")
    day.round(minutes=1).expect_up()
    (told,) = day.expect_told("staging released: agent restored")
    assert "below 100 % of the limit: $4.00 of $10.00 (40.0 %)" in told.text


def test_when_the_limit_is_really_reached_it_goes_down_again_though_its_alert_was_told_before() -> None:
    """Found by the simulator: an alert is raised once, so nothing woke the kill switch a second time."""
    day = corrected("4").round(minutes=1).expect_up()
    day.expect_told("staging released: agent restored")
    day.spend("5.99")
    day.round(minutes=1).expect_up().expect_quiet()
    day.spend("0.01")
    day.round(minutes=1).expect_down(AGENT)
    day.expect_told("staging engaged: agent throttled")


def test_nobody_looks_at_it_any_more_when_its_period_is_over() -> None:
    day = corrected("4").round(minutes=1)
    assert list(day.world.process().stores.switches.waiting(day.world.now.replace(hour=23)))
    day.at("2026-11-23 00:00").round()
    assert not list(day.world.process().stores.switches.waiting(day.world.now.replace(hour=23)))
