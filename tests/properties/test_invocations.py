"""Whatever stands in the log, each line ends in exactly one place, and no line takes another with it."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from spendplane.contract.envelope import UNREADABLE, Message, Rejected, read
from spendplane.contract.usage_event import USAGE_BATCH_RECORDED
from spendplane.domain.identities import Identities, Identity
from spendplane.domain.usage import UsageEvent
from tests.support.builders import NOW, envelope
from tests.support.invocations import PROFILE, Reading, log_line

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4)
)
COUNTS = st.integers(-1, 10**6) | JSON
PLACES = {
    "input": st.fixed_dictionaries({}, optional={"inputTokenCount": COUNTS, "cacheReadInputTokenCount": COUNTS}) | JSON,
    "output": st.fixed_dictionaries({}, optional={"outputTokenCount": COUNTS, "outputBodyS3Path": JSON}) | JSON,
    "requestMetadata": st.dictionaries(st.sampled_from(["project_id", "user_id", "environment", "x"]), JSON) | JSON,
    "identity": st.fixed_dictionaries({"arn": JSON}) | JSON,
    "modelId": st.just(PROFILE) | JSON,
    "timestamp": JSON,
    "requestId": st.uuids().map(str) | JSON,
    "region": JSON,
    "inferenceRegion": JSON,
    "errorCode": JSON,
    "schemaType": JSON,
}
LOGS = st.fixed_dictionaries({}, optional=PLACES).map(lambda fields: log_line(**fields))
TEXTS = LOGS.map(json.dumps) | JSON.map(json.dumps) | st.text(max_size=60) | st.just(json.dumps(log_line()))
RULES = Identities((Identity("role", "chat-*", fields={"project_id": "chat"}),))


def metered(records: list[dict[str, Any]]) -> list[UsageEvent | Rejected]:
    """What the meter takes one batch event of them for."""
    body = json.dumps(envelope({"records": records}, USAGE_BATCH_RECORDED))
    return list(read(Message("m", body, NOW)))


@given(st.lists(TEXTS, min_size=1, max_size=6))
def test_each_line_is_published_or_in_quarantine_or_a_failed_call(texts: list[str]) -> None:
    reading = Reading(RULES, tags_of={PROFILE: {"project": "search"}})
    report = reading.read_texts(texts)
    assert report.lines == len(texts) == report.published + report.unreadable + report.failed
    assert len(reading.records) == report.published + report.unreadable
    found = metered(reading.records) if reading.records else []
    assert len(found) == len(reading.records)
    for record, outcome in zip(reading.records, found, strict=True):
        if UNREADABLE in record:
            assert isinstance(outcome, Rejected)
            assert outcome.reason == record[UNREADABLE].encode("utf-8", "replace").decode()


@given(st.lists(TEXTS, max_size=4), st.integers(0, 4))
def test_a_good_line_counts_whatever_stands_beside_it(texts: list[str], place: int) -> None:
    mine = "0f8fad5b-d9cb-469f-a165-70867728950e"
    reading = Reading(RULES)
    reading.read_texts([*texts[:place], json.dumps(log_line(requestId=mine)), *texts[place:]])
    events = [event for event in metered(reading.records) if isinstance(event, UsageEvent)]
    (event,) = (event for event in events if event.provider_request_id == mine)
    assert (event.usage.total, event.attributes["project_id"]) == (350 + 120_000 + 900, "chat")


@given(LOGS, LOGS)
def test_a_role_that_a_rule_knows_is_its_project_whatever_the_request_says(log: Any, other: Any) -> None:
    reading = Reading(RULES)
    reading.read({**log_line(), "requestMetadata": log.get("requestMetadata")}, {**other, "identity": {"arn": "x"}})
    assert reading.records[0]["project_id"] == "chat"
    assert all(record.get("project_id") != "chat" for record in reading.records[1:])
