"""Who may charge which project, as timelines: a rival's word, a mend, a gateway, a rule that comes and goes."""

import json

from spendplane.application.ports import QuarantineEntry
from spendplane.domain.producers import Producers
from tests.support.builders import at, budget, record
from tests.support.timeline import Timeline
from tests.support.world import World

CHAT, RIVAL, GATEWAY = "com.example.chat", "com.example.rival", "com.example.gateway"
STAGING = budget("chat", 10, match={"project_id": "chat-staging"}, mode="enforce")
ALL = budget("all", 1000)
BOUND = Producers(((CHAT, ("chat-prod", "chat-staging")),))


def story(producers: Producers = BOUND) -> Timeline:
    return Timeline(World(now=at("2026-11-22T08:00:00+00:00"))).deploy(STAGING, ALL, producers=producers)


def quarantined(day: Timeline) -> list[QuarantineEntry]:
    found = day.world.place.connect().quarantine.entries([f"{day.world.now:%Y-%m-%d}"])
    return [entry for entry in found if entry.state == "QUARANTINED"]


def test_a_rival_cannot_starve_the_budget_of_somebody_else() -> None:
    day = story()
    report = day.at("09:00").spend("500", by=RIVAL, project_id="chat-staging")
    assert (report.counted, report.quarantined) == (0, 1)
    day.expect_quiet()
    day.expect_spent("chat", "0")
    day.expect_spent("all", "0")
    (entry,) = quarantined(day)
    assert entry.source == RIVAL
    assert entry.reason == (
        "producer not allowed: 'com.example.rival' may not charge project 'chat-staging': budgets.yaml gives that to "
        "com.example.chat. If it may, name the project for it under `producers` there, deploy, and replay this entry"
    )
    day.at("10:00").spend("9", by=CHAT, project_id="chat-staging")
    day.expect_alerts("chat 80")


def test_what_is_named_charges_its_own_projects_alone_and_what_nobody_named_is_free() -> None:
    day = story()
    report = day.spend("1", by=CHAT, project_id="search")
    assert (report.counted, report.quarantined) == (0, 1)
    (entry,) = quarantined(day)
    assert "lets it charge chat-prod, chat-staging only" in entry.reason
    assert day.spend("1", by=RIVAL, project_id="search").counted == 1


def test_in_one_batch_the_others_count() -> None:
    day = story()
    time = day.world.now.isoformat()
    ours, theirs = (record(name, time=time, project_id=name, cost_usd="1") for name in ("chat-prod", "search"))
    report = day.deliver(ours, theirs, source=RIVAL)
    assert (report.counted, report.quarantined) == (1, 1)
    day.expect_spent("all", "1")


def test_the_adapters_of_spendplane_charge_whom_they_find() -> None:
    day = story()
    for source in ("spendplane.bedrock-logs", "spendplane.hours"):
        assert day.spend("1", by=source, project_id="chat-prod").counted == 1


def test_a_gateway_may_charge_everybody() -> None:
    day = story(Producers((*BOUND.named, (GATEWAY, ("*",)))))
    for project in ("chat-staging", "search"):
        assert day.spend("1", by=GATEWAY, project_id=project).counted == 1


def test_after_the_file_was_mended_the_replay_counts_once() -> None:
    day = story()
    for name in ("one", "two"):
        day.spend("4", by=RIVAL, project_id="chat-staging", event_id=name)
    day.at("09:00").deploy(STAGING, ALL, producers=Producers((*BOUND.named, (RIVAL, ("chat-staging",)))))
    sent = day.world.replay()
    assert {source for source, _ in sent} == {RIVAL}
    for _ in range(2):  # a replay may be repeated
        day.deliver(*(json.loads(detail) for _, detail in sent), source=RIVAL)
    day.expect_spent("chat", "8")
    day.expect_alerts("chat 80")
    assert quarantined(day) == []


def test_without_the_rule_everything_is_as_it_was() -> None:
    day = story(Producers())
    assert day.spend("9", by=RIVAL, project_id="chat-staging").counted == 1
    day.expect_alerts("chat 80")
    day.at("09:00").deploy(STAGING, ALL, producers=BOUND)
    assert day.spend("9", by=RIVAL, project_id="chat-staging").quarantined == 1
    day.expect_spent("chat", "9")
    day.at("10:00").deploy(STAGING, ALL)
    assert day.spend("1", by=RIVAL, project_id="chat-staging").counted == 1
