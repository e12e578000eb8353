"""A switch that would act on wrong figures does not act: from a bad reconciliation to a good one."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import pytest

from spendplane.domain.drift import Compared, Reconciliation
from spendplane.domain.targets import Protection
from tests.support.builders import SONNET, at
from tests.support.fleets import staging, target
from tests.support.switch_timeline import SwitchTimeline
from tests.support.world import NOT_PRODUCTION, World


@pytest.fixture
def day() -> SwitchTimeline:
    """A budget of $10 over a project with one function; reconciliations beyond 10 % count."""
    bounded = Protection(NOT_PRODUCTION.environments, max_drift_percent=Decimal(10))
    return SwitchTimeline(World(now=at("2026-11-22T09:00:00+00:00"), protection=bounded)).deploy(staging(10))


def reconciled(day: SwitchTimeline, ledger: str, bill: str, others: Iterable[Compared] = ()) -> None:
    """`spendplane reconcile --apply`, by ann."""
    compared = (Compared("aws.bedrock", (SONNET,), Decimal(ledger), Decimal(bill)), *others)
    drifts = day.world.place.connect().drifts
    drifts.store(Reconciliation("2026-11", date(2026, 11, 20), day.world.now, "ann", "monthly", compared))


def test_a_ledger_above_the_bill_only_alerts_until_a_good_reconciliation(day: SwitchTimeline) -> None:
    agent = day.add(target("agent"), reserved=5)
    reconciled(day, ledger="150", bill="100")
    day.spend("12")
    day.kill_switch().expect_up()
    (_, *told) = day.world.on_call.messages
    (refused,) = [message for message in told if "figures are in doubt" in message.text]
    assert "the ledger has $50.00 (50.0 %) more than the bill of 2026-11" in refused.text
    day.rounds(12).expect_up()
    assert len(day.world.on_call.messages) == len(told) + 1, "told once, not in every round"
    reconciled(day, ledger="101", bill="100")
    day.rounds(6).expect_down(agent)


def test_a_ledger_below_the_bill_is_late_not_wrong(day: SwitchTimeline) -> None:
    agent = day.add(target("agent"), reserved=5)
    reconciled(day, ledger="50", bill="100")
    day.spend("12")
    day.kill_switch().expect_down(agent)


def test_what_is_down_already_stays_down_and_nothing_more_goes_down(day: SwitchTimeline) -> None:
    agent = day.add(target("agent"), reserved=5)
    day.spend("12")
    day.kill_switch().expect_down(agent)
    reconciled(day, ledger="150", bill="100")
    day.add(target("newcomer"), reserved=7)
    day.rounds(3).expect_down(agent)
    day.turn(agent, reserved=5)
    day.rounds(2).expect_down(agent)
    assert day.release("staging")["ok"]
    day.rounds(3).expect_up()


def test_a_person_decides_all_the_same(day: SwitchTimeline) -> None:
    agent = day.add(target("agent"), reserved=5)
    reconciled(day, ledger="150", bill="100")
    day.spend("12")
    day.kill_switch().expect_up()
    assert day.engage("staging")["ok"]
    day.expect_down(agent)


def test_another_models_drift_is_no_doubt(day: SwitchTimeline) -> None:
    nova = "amazon.nova-micro-v1:0"
    day.deploy(staging(10, match={"project_id": "marketing-gen-v1", "model": nova}))
    agent = day.add(target("agent", model=nova), reserved=5)
    reconciled(day, ledger="150", bill="100", others=[Compared("aws.bedrock", (nova,), Decimal(20), Decimal(20))])
    day.spend("12", model=nova)
    day.kill_switch().expect_down(agent)


def test_the_plan_says_it_beforehand(day: SwitchTimeline) -> None:
    day.add(target("agent"), reserved=5)
    reconciled(day, ledger="150", bill="100")
    answer = day.world.order(command="plan", budget_id="staging")
    assert answer["plan"]["verdict"] == "refuse"
    assert "its figures are in doubt" in answer["plan"]["reason"]
    assert [item["name"] for item in answer["plan"]["targets"]] == ["agent"]
