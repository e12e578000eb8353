"""What the kill switch finds in its rounds, and budgets that ask for less than turning everything down."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from spendplane.contract.outgoing import THRESHOLD_CROSSED
from spendplane.contract.switch_events import DEGRADE_ENDED, DEGRADE_REQUESTED, ENGAGED, REFUSED
from spendplane.domain.switches import Level, Phase
from tests.e2e.deployed import Deployed, eventually, record
from tests.e2e.fleet import Fleet
from tests.e2e.kill_switch import ALL_WELL, DOWN, crossings_lost, next_round, published, told
from tests.e2e.twin import OK, Twin

PROJECT = "e2e-switched"
MAX_ATTEMPTS = 3
"""Of the budgets file: its default."""


@pytest.fixture(scope="module")
def fleet(deployed: Deployed) -> Fleet:
    return Fleet(deployed.account, PROJECT)


def turn_on(twin: Twin) -> None:
    """As somebody who wants to work on."""
    twin.client("lambda").put_function_concurrency(FunctionName=twin.name, ReservedConcurrentExecutions=7)


def test_what_somebody_turns_on_again_is_turned_down_and_in_the_end_left_to_people(
    deployed: Deployed, fleet: Fleet
) -> None:
    """What that person set is what a release brings back."""
    budget, twin = "e2e-fought", fleet.twin("development")
    before = twin.snapshot()
    deployed.put(record(PROJECT, environment="development", cost_usd="11"))
    told(deployed, budget, ENGAGED)
    for _ in range(MAX_ATTEMPTS):
        turn_on(twin)
        next_round(deployed, budget)
        assert twin.snapshot()["lambda-function"] == 0
    assert deployed.notices(budget_id=budget, detail_type=REFUSED) == []

    turn_on(twin)
    next_round(deployed, budget)

    assert twin.use() == DOWN | {"lambda-function": OK}
    given_up = told(deployed, budget, REFUSED)[0]
    assert (given_up.detail["verdict"], given_up.subject.split("]")[0]) == ("escalated", "[KILL SWITCH GAVE UP")
    assert [item["arn"] for item in given_up.detail["targets"]] == [twin.arns["lambda-function"]]
    assert "turned back on by somebody else, 3 times" in given_up.email
    next_round(deployed, budget)
    assert len(published(deployed, REFUSED, budget)) == 1
    deployed.cli("release", budget, "--reason", "they need it")
    assert twin.snapshot() == before | {"lambda-function": 7}


def test_a_lost_crossing_is_found_by_the_round_alone(deployed: Deployed, fleet: Fleet) -> None:
    """The switch was stored with the alert."""
    budget, twin = "e2e-unheard", fleet.twin("test")
    with crossings_lost(deployed):
        deployed.put(record(PROJECT, environment="test", cost_usd="11"))
        eventually(lambda: published(deployed, THRESHOLD_CROSSED, budget), lambda seen: len(seen) == 2)
        assert deployed.switch(budget).phase is Phase.DUE
        assert twin.use() == ALL_WELL
        until_now = datetime.now(UTC)
        assert next_round(deployed, budget)["phase"] == "on"
        since = deployed.switch(budget).since
        assert since is not None
        assert since > until_now
        assert twin.use() == DOWN
        told(deployed, budget, ENGAGED)
    deployed.cli("release", budget, "--reason", "enough of it")


def test_an_observing_budget_says_what_it_would_turn_down_and_changes_nothing(deployed: Deployed, fleet: Fleet) -> None:
    """Neither at the crossing nor in a round."""
    budget, twin = "e2e-observed", fleet.staging
    before = twin.snapshot()
    deployed.put(record(PROJECT, environment="staging", cost_usd="11"))
    notice = told(deployed, budget, REFUSED)[0]
    assert notice.subject.startswith(f"[OBSERVE] {budget}: over its limit; {len(DOWN)} targets would be throttled")
    found = {item["arn"]: item["status"] for item in notice.detail["targets"]}
    assert found == dict.fromkeys(twin.arns.values(), "planned")
    assert "set `mode: enforce`" in notice.email
    assert next_round(deployed, budget)["phase"] == "refused"
    assert (twin.snapshot(), twin.use()) == (before, ALL_WELL)


def test_one_persons_budget_stops_that_person_on_a_shared_role(deployed: Deployed, fleet: Fleet) -> None:
    """Everybody else works on, and nothing but the role is touched."""
    budget, twin = "e2e-shared", fleet.twin("sandbox")
    before = twin.snapshot()
    for user, usd in {"employee-452": "6", "employee-453": "2"}.items():
        deployed.put(record(PROJECT, environment="sandbox", user_id=user, cost_usd=usd))
    notice = told(deployed, budget, ENGAGED)[0]
    down = [(item["arn"], item["scope"]) for item in notice.detail["targets"] if item["status"] == "throttled"]
    assert down == [(twin.arns["bedrock-role"], "employee-452")]
    assert f"spendplane release {budget} --key employee-452 --reason" in notice.email
    assert twin.converse("employee-452") == "AccessDeniedException"
    assert twin.use("employee-453") == ALL_WELL
    assert twin.snapshot() | {"bedrock-role": before["bedrock-role"]} == before

    deployed.cli("release", budget, "--key", "employee-452", "--reason", "a deadline")

    assert (twin.converse("employee-452"), twin.snapshot()) == (OK, before)


def test_a_soft_limit_asks_for_cheaper_models_and_touches_nothing(deployed: Deployed) -> None:
    """By an event, and by an item that a gateway reads before each call."""
    budget, table = "e2e-cheaper", deployed.account.env["SPENDPLANE_TABLE"]

    def standings() -> list[dict[str, Any]]:
        where = {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": f"S#{budget}"}}}
        found = deployed.client("dynamodb").query(TableName=table, **where)["Items"]
        return [{name: value["S"] for name, value in item.items() if "S" in value} for item in found]

    deployed.put(record(budget, cost_usd="8.5"))
    (event,) = eventually(lambda: published(deployed, DEGRADE_REQUESTED, budget))
    assert (event["targets"], event["match"]) == ([], {"project_id": [budget]})
    (notice,) = eventually(lambda: deployed.notices(budget_id=budget, detail_type=DEGRADE_REQUESTED))
    assert notice.topic == "budget-alerts"
    (standing,) = standings()
    assert (standing["sk"], standing["level"]) == (deployed.switch(budget, level=Level.DEGRADE).id, "degrade")
    assert json.loads(standing["match"]) == {"project_id": [budget]}
    assert datetime.fromisoformat(standing["until"]) == datetime.fromisoformat(event["period_end"])

    deployed.cli("release", budget, "--reason", "the good model, please")

    (event,) = eventually(lambda: published(deployed, DEGRADE_ENDED, budget))
    (standing,) = standings()
    assert datetime.fromisoformat(standing["until"]) <= datetime.fromisoformat(event["time"])
