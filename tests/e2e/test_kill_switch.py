"""A budget goes over its limit: what carries its tags is off, nothing else is touched, and one command undoes it."""

from dataclasses import dataclass
from typing import Any

import pytest

from spendplane.contract.switch_events import ENGAGED, RELEASED
from tests.e2e.deployed import Deployed, eventually, record
from tests.e2e.fleet import Fleet
from tests.e2e.kill_switch import ALL_WELL, DOWN, next_round, published, told
from tests.e2e.twin import Twin

BUDGET = "e2e-runaway"


@dataclass(frozen=True)
class Story:
    """Twins of one project, and how they were set before anything happened."""

    deployed: Deployed
    twins: dict[str, Twin]
    before: dict[str, Any]

    @classmethod
    def of(cls, deployed: Deployed, project: str) -> "Story":
        fleet = Fleet(deployed.account, project)
        twins = {"staging": fleet.staging, "production": fleet.production, "untagged": fleet.twin(None)}
        return cls(deployed, twins, {name: twin.snapshot() for name, twin in twins.items()})

    @property
    def staging(self) -> Twin:
        return self.twins["staging"]

    def now(self) -> dict[str, Any]:
        return {name: twin.snapshot() for name, twin in self.twins.items()}

    def harm(self) -> dict[str, Any]:
        """What became of the twins that are not of staging, and differs from what it should be."""
        others = [(name, twin) for name, twin in self.twins.items() if name != "staging"]
        seen = {name: (twin.snapshot(), twin.use()) for name, twin in others}
        return {name: found for name, found in seen.items() if found != (self.before[name], ALL_WELL)}


@pytest.fixture(scope="module")
def over(deployed: Deployed) -> Story:
    """$12 of $10 are spent, and people were told what that led to."""
    story = Story.of(deployed, BUDGET)
    deployed.put(*(record(BUDGET, cost_usd="3") for _ in range(4)))
    told(deployed, BUDGET, ENGAGED)
    return story


@pytest.fixture(scope="module")
def released(over: Story) -> Story:
    """Somebody released it, by the command line."""
    answer = over.deployed.cli("release", BUDGET, "--reason", "the agents are mended")
    assert answer["figures"]["TargetsRestored"] == len(DOWN)
    return over


def test_every_endpoint_of_staging_is_off(over: Story) -> None:
    """For those who use it, and in its settings."""
    assert over.staging.use() == DOWN
    found = over.staging.snapshot()
    assert (found["lambda-function"], found["sagemaker-endpoint"], found["ecs-service"]) == (0, None, 0)
    assert found["api-stage"]["methodSettings"]["*/*"]["throttlingRateLimit"] == 0
    assert found["usage-plan"]["throttle"] == {"rateLimit": 0, "burstLimit": 0}
    assert found["http-api-stage"]["DefaultRouteSettings"]["ThrottlingRateLimit"] == 0
    assert found["bedrock-role"].keys() == {*over.before["staging"]["bedrock-role"], "spendplane-deny"}


def test_production_and_what_has_no_environment_work_on(over: Story) -> None:
    """Twins of what is off, with all their settings."""
    assert over.harm() == {}


def test_both_topics_say_what_was_turned_off_and_the_command_that_undoes_it(over: Story) -> None:
    """Each once, and each target by its name."""
    throttled = dict.fromkeys(over.staging.arns.values(), "throttled")
    unknown = dict.fromkeys(over.twins["untagged"].arns.values(), "refused")
    for notice in told(over.deployed, BUDGET, ENGAGED):
        assert {item["arn"]: item["status"] for item in notice.detail["targets"]} == throttled | unknown
        assert notice.subject.startswith(f"[KILL SWITCH] {BUDGET}: {len(DOWN)} targets throttled")
        assert notice.attributes["kind"] == "kill_switch"
        assert f"spendplane release {BUDGET} --reason '...'" in notice.email
        down, untouched = notice.email.split("Throttled")[1].split("Not touched")
        for target in notice.detail["targets"]:
            named = f"{target['kind']} {target['name']} [{target['environment'] or 'no environment'}]"
            assert named in (down if target["status"] == "throttled" else untouched)


def test_another_round_keeps_it_down_and_says_nothing_new(over: Story) -> None:
    """One event on the bus, however often it is looked at."""
    look = next_round(over.deployed, BUDGET)
    assert {item["status"] for item in look["targets"]} == {"kept"}
    over.deployed.settle()
    (event,) = published(over.deployed, ENGAGED, BUDGET)
    assert (event["generation"], event["by"], event["mode"]) == (1, "spendplane", "enforce")
    assert event["reason"] == "$12.00 of $10.00 (120.0 %)"


def test_the_command_line_says_what_is_down_and_why(over: Story) -> None:
    """`kill ls`, and `kill show` with every undo and every decision."""
    switch_id, arns = over.deployed.switch(BUDGET).id, set(over.staging.arns.values())
    (listed,) = over.deployed.cli("kill", "ls", "--budget", BUDGET)
    assert (listed["id"], listed["phase"], set(listed["targets"])) == (switch_id, "on", arns)
    shown = over.deployed.cli("kill", "show", switch_id)
    assert {item["arn"] for item in shown["targets"]} == arns
    assert all(item["before"] and item["state"] == "throttled" for item in shown["targets"])
    kinds = [entry["kind"] for entry in shown["audit"]]
    assert kinds == ["engage", *["undo stored"] * len(DOWN), "results"]


def test_a_release_gives_everything_back_as_it_was(released: Story) -> None:
    """Settings, tags, and those who use it."""
    assert released.now() == released.before
    eventually(released.staging.use, lambda seen: seen == ALL_WELL)


def test_people_are_told_of_the_release(released: Story) -> None:
    """Of everything that came back, and by whose word."""
    for notice in told(released.deployed, BUDGET, RELEASED):
        assert notice.subject.startswith(f"[RELEASED] {BUDGET}: {len(DOWN)} targets given back")
        assert {item["status"] for item in notice.detail["targets"]} == {"restored"}
        assert notice.detail["held"]
        assert "the agents are mended" in notice.email


def test_it_stays_off_although_more_is_spent(released: Story) -> None:
    """A person's word holds until the period ends."""
    deployed = released.deployed
    deployed.put(record(BUDGET, cost_usd="5"))
    assert deployed.counted(BUDGET, 5).spend.usd == 17
    look = next_round(deployed, BUDGET)
    assert (look["phase"], look["targets"]) == ("held", [])
    assert released.now() == released.before
    assert deployed.switch(BUDGET).generation == 1


def test_a_person_can_engage_it_below_the_limit_and_nothing_protected_is_touched(released: Story) -> None:
    """Of another budget, over the whole project: production is in it, and refused."""
    deployed, budget, twins = released.deployed, "e2e-ordered", released.twins
    planned = deployed.cli("kill", "plan", budget)
    (engaged,) = deployed.cli("kill", "engage", budget, "--reason", "a rehearsal", "--yes")["switches"]
    assert (planned["on"], engaged["phase"]) == (False, "on")
    assert twins["staging"].use() == DOWN
    assert released.harm() == {}
    protected = {arn for name in ("production", "untagged") for arn in twins[name].arns.values()}
    for plan in (planned["plan"], engaged["plan"]):
        assert {item["arn"] for item in plan["targets"]} == set(twins["staging"].arns.values())
        assert {item["arn"] for item in plan["refused"]} == protected
    notice = told(deployed, budget, ENGAGED)[0]
    assert "a rehearsal" in notice.email
    assert f"lambda-function {twins['production'].name} [production]" in notice.email.split("Not touched")[1]
    deployed.cli("release", budget, "--reason", "the rehearsal is over")
    assert released.now() == released.before
