"""What becomes of running instances: records, and what is said of those that nobody can count."""

from datetime import timedelta
from decimal import Decimal

import pytest

from spendplane.adapters.instance_prices import InstancePriceList, hours_card
from spendplane.adapters.prices import LayeredPriceBook
from spendplane.application.ports import BusyError
from spendplane.contract import prices_file
from spendplane.contract.hours_record import NOTEBOOK, TRAINING
from spendplane.contract.instance_prices_file import InstancePricesFile
from tests.support.builders import NOW
from tests.support.hours import Cloud, HoursWorld, Life, Prices, cost

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def counted(life: Life, *minutes: int, prices: Prices | None = None) -> HoursWorld:
    """A world after rounds at these minutes, the first of which began the counting."""
    world = HoursWorld(Cloud([life]), prices or Prices())
    for minute in minutes:
        world.round(NOW + minute * MINUTE)
    return world


def test_a_record_says_what_ran_for_whom_and_at_what_price() -> None:
    (row,) = counted(Life("ranker", counts=[(NOW, 2)]), 0, 5).rows()
    assert Decimal(row["cost_usd"]) == cost(300, 2)
    wanted = {
        "project_id": "ranking",
        "user_id": "ann",
        "environment": "staging",
        "provider": "aws.sagemaker",
        "model": "ml.g5.xlarge",
        "region": "us-east-1",
        "time": "2026-11-22T12:00:00+00:00",
        "until": "2026-11-22T12:05:00+00:00",
        "resource_name": "ranker",
        "part": "all",
        "instances": 2,
        "usd_per_hour": "1.408",
    }
    assert wanted.items() <= row.items()
    assert row["resource_arn"].endswith("endpoint/ranker")


@pytest.mark.parametrize("hidden", [20, 400, 90_000])
def test_what_a_list_left_out_for_a_while_never_went(hidden: int) -> None:
    """Lists lag; and of two rounds at once, one may look before it was made and read the book after the other."""
    second = timedelta(seconds=1)
    life = Life("a", created=NOW + 10 * second)
    world = HoursWorld(Cloud([]))
    world.round(NOW)
    world.cloud.lives = [life]
    world.round(NOW + 30 * second)
    world.cloud.lives = []
    world.round(NOW + (30 + hidden) * second)
    world.cloud.lives = [life]
    world.round(NOW + (60 + hidden) * second)
    world.round(NOW + (360 + hidden) * second)
    assert abs(world.usd - cost(350 + hidden)) <= Decimal("1E-17")


def test_what_changed_while_it_was_left_out_is_counted_from_its_change_on() -> None:
    """What it was before, nobody knows any more."""
    life = Life("a", counts=[(NOW + 30 * MINUTE, 4)])
    world = HoursWorld(Cloud([life]))
    world.round(NOW)
    world.cloud.lives = []
    world.round(NOW + MINUTE)
    world.cloud.lives = [life]
    world.round(NOW + HOUR)
    assert world.usd == cost(60) + cost(30 * 60, 4)


@pytest.mark.parametrize(("kind", "workload"), [(NOTEBOOK, "training"), (TRAINING, "training")])
def test_the_workload_follows_from_the_kind(kind: str, workload: str) -> None:
    (row,) = counted(Life("x", kind), 0, 5).rows()
    assert row["workload_type"] == workload


def test_what_nobody_tagged_stays_in_sight_as_unattributed_production() -> None:
    world = counted(Life("x", tags={"environment": "Stagging "}), 0, 5)
    (row,) = world.rows()
    assert (row["project_id"], row["user_id"], row["environment"]) == ("unattributed", "unattributed", "production")
    assert row["environment_tag"] == "Stagging"
    assert world.usd == cost(300)


def test_a_tag_that_no_identifier_may_hold_hides_nothing() -> None:
    world = counted(Life("x", tags={"project": " a#b\u0007 " + "c" * 300, "environment": "test"}), 0, 5)
    (row,) = world.rows()
    assert row["project_id"].startswith("a-b-")
    assert len(row["project_id"]) == 256
    assert world.usd == cost(300)


def test_without_a_price_the_hours_count_as_unpriced_and_never_as_nothing() -> None:
    world = counted(Life("x", instance_type="ml.new.xlarge"), 0, 5)
    assert (world.usd, world.unpriced) == (Decimal(0), 1)
    assert "cost_usd" not in world.rows()[0]


def test_hours_without_a_price_get_it_once_it_is_known() -> None:
    world = counted(Life("x", NOTEBOOK, instance_type="ml.p5.48xlarge", counts=[(NOW, 1)]), 0, 5)
    line = {"region": "us-east-1", "use": "notebook", "instance_type": "ml.p5.48xlarge", "usd_per_hour": "60"}
    file = {"version": 1, "about": "", "sources": {"a": {"url": "u", "date": None, "says": "s"}}}
    listed = InstancePriceList(InstancePricesFile.model_validate({**file, "prices": [{**line, "source": "a"}]}))
    world.world.prices = LayeredPriceBook(
        prices_file.PricesFile(version=1), hours=lambda event: hours_card(event, listed)
    )
    assert world.world.reprice().rated == 1
    assert (world.usd, world.unpriced) == (Decimal(5), 0)


def test_a_new_price_holds_from_the_round_that_knows_it() -> None:
    world = counted(Life("x"), 0, 7)
    world.prices.usd["ml.g5.xlarge"] = Decimal(3)
    world.round(NOW + 10 * MINUTE)
    world.round(NOW + 15 * MINUTE)
    assert world.usd == cost(600) + cost(300, price=Decimal(3))


def test_an_outage_is_caught_up_hour_by_hour_with_the_instances_seen_last() -> None:
    world = counted(Life("x", counts=[(NOW, 2), (NOW + HOUR, 5)]), 0, 5)
    report = world.round(NOW + 3 * HOUR)
    assert report.records == 3, "to 13:00, when it changed, as the service tells; to 14:00; to 15:00"
    assert world.usd == cost(HOUR, 2) + cost(2 * HOUR, 5)


def test_what_is_gone_without_a_word_is_counted_for_one_round_more_at_most() -> None:
    world = counted(Life("x", ended=NOW + 6 * MINUTE), 0, 5, 180, 185)
    assert world.usd == cost(600)


def test_one_of_the_same_name_is_another_resource() -> None:
    world = counted(Life("x", ended=NOW + 5 * MINUTE), 0)
    world.cloud.lives.append(Life("x", created=NOW + 7 * MINUTE))
    world.round(NOW + 10 * MINUTE)
    assert world.usd == cost(5 * MINUTE) + cost(3 * MINUTE)


def test_a_job_that_began_and_ended_between_two_rounds_is_counted_whole() -> None:
    world = counted(Life("job", TRAINING, created=NOW + MINUTE, ended=NOW + 3 * MINUTE), 0, 5, 10)
    assert world.usd == cost(120)


def test_what_is_too_long_ago_for_the_ledger_is_said_and_not_published() -> None:
    world = counted(Life("x"), 0)
    report = world.round(NOW + 40 * DAY)
    assert report.forgone_seconds == 6 * DAY.total_seconds()
    assert world.usd == cost(34 * DAY)


def test_what_cannot_be_read_is_neither_gone_nor_forgotten_and_holds_up_nobody() -> None:
    sick = Life("sick")
    world = HoursWorld(Cloud([sick, Life("well")]))
    world.round(NOW)
    sick.sick = True
    with pytest.raises(BusyError, match=r"1 resources could not be read, such as .*sick.*throttled"):
        world.round(NOW + 30 * MINUTE)
    assert world.usd == cost(30 * MINUTE)
    sick.sick = False
    world.round(NOW + 35 * MINUTE)
    assert world.usd == cost(35 * MINUTE) * 2


def test_nothing_that_runs_on_no_instances_costs_anything() -> None:
    world = counted(Life("serverless", counts=[(NOW, 0)]), 0, 5, 10)
    assert world.rows() == []
    assert world.usd == 0


def test_a_thousand_endpoints_need_few_events() -> None:
    world = HoursWorld(Cloud([Life(f"x{number}") for number in range(1000)]))
    world.round(NOW)
    report = world.round(NOW + 5 * MINUTE)
    assert (report.resources, report.records) == (1000, 1000)
    assert world.usd == cost(300) * 1000
