"""The JSON Schemas are generated, up to date, and agree with the models about every sample."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from spendplane.application.alerting.announcing import threshold_crossed, usage_quarantined, usage_unpriced
from spendplane.application.ports import Announcement
from spendplane.contract.outgoing import MODELS
from spendplane.contract.schemas import schemas, write
from spendplane.contract.switch_events import MODELS as SWITCH_EVENTS
from spendplane.contract.switch_events import TargetStatus
from spendplane.domain.alerts import due
from spendplane.domain.periods import Period
from tests.support.builders import NOW, at, budget, counter, event
from tests.support.fleets import PROJECT, ROLE, staging, target
from tests.support.idle_stories import ENDPOINT, idle_story, look, made
from tests.support.switch_timeline import SwitchTimeline
from tests.support.world import World

ROOT = Path(__file__).parents[3]
SCHEMAS = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "events/schemas").iterdir()}
MANIFEST = json.loads((ROOT / "events/manifest.json").read_text(encoding="utf-8"))


def valid(name: str, instance: object) -> bool:
    return bool(Draft202012Validator(json.loads(SCHEMAS[name])).is_valid(instance))


def test_they_are_up_to_date(tmp_path: Path) -> None:
    assert schemas() == SCHEMAS, "run `make schemas`"
    folder = tmp_path / "schemas"
    folder.mkdir()
    (folder / "stale.v1.json").touch()
    write(folder)
    assert {path.name for path in folder.iterdir()} == set(SCHEMAS)


@pytest.mark.parametrize("name", SCHEMAS)
def test_they_are_schemas(name: str) -> None:
    Draft202012Validator.check_schema(json.loads(SCHEMAS[name]))


def test_there_is_one_for_every_event() -> None:
    names = {f"{name.lower().replace(' ', '-')}.v1.json" for name in (*MODELS, *SWITCH_EVENTS)}
    usage = {"ai-usage-recorded.v1.json", "ai-usage-batch-recorded.v1.json"}
    assert names | usage | {"budgets.yaml.v1.json", "identities.yaml.v1.json"} == set(SCHEMAS)


CASES = [
    (case, path)
    for case in MANIFEST["cases"]
    for path in case["files"]
    if path.endswith(".json") and case["case"] not in {"no-detail", "unknown-detail-type", "tokens-5000-digits"}
]
BEYOND = re.compile(r"^(time-|record-over|nested|lone|reasoning|audio-over|cost-|tokens-whole|empty-user|same-id)")
"""Rules that a schema cannot say: about clocks, sizes, other fields, and the difference of 1 and 1.0."""


@pytest.mark.parametrize(("case", "path"), CASES, ids=[path for _, path in CASES])
def test_they_agree_with_the_meter_about_the_samples(case: dict[str, Any], path: str) -> None:
    sample = json.loads((ROOT / "events" / path).read_text(encoding="utf-8"))
    name = f"{sample['detail-type'].lower().replace(' ', '-')}.v1.json"
    refused = case["quarantined"] > 0
    if not (refused and BEYOND.match(case["case"])):
        assert valid(name, sample["detail"]) is not refused


def test_what_we_publish_is_what_the_schemas_say() -> None:
    of = budget("b", 10, per="user_id", match={"environment": ("staging", "test")}, owner="me")
    soft, hard = due(of, counter(of, 12, key="ann", since=NOW, contributors={"m:x": counter(of, 12).spend.usd}), NOW)
    mystery = event(model="mystery")
    said = [threshold_crossed(soft, NOW), threshold_crossed(hard, NOW), usage_unpriced(mystery, "why", NOW)]
    for item in [*said, usage_quarantined("id", "why", "source", NOW)]:
        name = f"{item.detail_type.lower().replace(' ', '-')}.v1.json"
        Draft202012Validator(json.loads(SCHEMAS[name])).validate(json.loads(json.dumps(item.detail)))


def test_what_the_kill_switch_publishes_is_what_the_schemas_say() -> None:
    published = [item for item in everything_it_says() if item.detail_type in SWITCH_EVENTS]
    assert {item.detail_type for item in published} == set(SWITCH_EVENTS)
    verdicts = {item.detail["verdict"] for item in published if "verdict" in item.detail}
    assert verdicts == {"observe", "refuse", "failed", "escalated", "stuck"}
    statuses = {line["status"] for item in published for line in item.detail["targets"]}
    assert statuses == set(get_args(TargetStatus)), "each that there is"
    for item in published:
        name = f"{item.detail_type.lower().replace(' ', '-')}.v1.json"
        Draft202012Validator(json.loads(SCHEMAS[name])).validate(json.loads(json.dumps(item.detail)))


def everything_it_says() -> list[Announcement]:
    """Days on which everything happens that the kill switch has a word for."""
    told: list[Announcement] = []
    for name, degrading in (("a", "degrade"), ("b", "notify")):
        day = SwitchTimeline(World(now=at("2026-11-22T09:00:00+00:00")))
        of = staging(10, name, on_soft_limit=degrading, period=Period.TOTAL if degrading == "notify" else Period.DAILY)
        users = staging(5, "users", per="user_id")
        other = budget("other", 10, match={"project_id": PROJECT}, mode="enforce")
        day.deploy(replace(of, mode="observe"), users, replace(other, on_hard_limit="notify"))
        agent, _ = day.add(target("agent"), reserved=5), day.add(target("shared", ROLE), allowed=1)
        day.add(target("zero"), reserved=0)
        day.spend("12")
        day.kill_switch().rounds(6)
        day.deploy(of, users, other).sweep()
        day.kill_switch().rounds(6)
        day.add(target("odd", environment="qa"), reserved=1)
        stubborn = day.add(target("stubborn"), reserved=9)
        day.iam_refuses("throttle", of=stubborn).rounds(6)
        day.engage(name)
        day.turn(agent, reserved=3)
        day.release(name)
        many = [day.add(target(f"w-{number}"), reserved=1) for number in range(25)]
        day.rounds(1)
        for item in (agent, stubborn, *many):
            day.delete(item)
        day.release("other")
        day.engage("other")
        day.world.fleet.resources["gone"] = target("gone")
        day.rounds(2).release("users", key="employee-452", extend_usd="1000")
        day.deploy().rounds(2)
        day.deploy(staging(None, "none", per="user_id")).engage("none", key="(none)")
        told += day.world.announced().values()
    stuck = SwitchTimeline(World(now=at("2026-11-22T09:00:00+00:00"))).deploy(staging(10, "c"))
    stuck.add(target("agent"), reserved=5)
    stuck.spend("12")
    stuck.kill_switch().iam_refuses("restore").release("c")
    stuck.rounds(5)
    forgotten = idle_story()
    made(forgotten, ENDPOINT, instances=2)
    look(forgotten)
    return [*told, *stuck.world.announced().values(), *forgotten.world.announced().values()]


def test_the_schema_of_the_budgets_file_serves_editors() -> None:
    import yaml

    content = yaml.safe_load((ROOT / "budgets.yaml").read_text(encoding="utf-8"))
    assert valid("budgets.yaml.v1.json", content)
    content["budgets"][0]["limt_usd"] = 5
    assert not valid("budgets.yaml.v1.json", content)


def test_the_schema_of_the_identities_file_serves_editors() -> None:
    import yaml

    content = yaml.safe_load((ROOT / "examples/identities.yaml").read_text(encoding="utf-8"))
    assert valid("identities.yaml.v1.json", content)
    content["identities"][0]["enviroment"] = "test"
    assert not valid("identities.yaml.v1.json", content)
