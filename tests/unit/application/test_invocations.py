"""A line of the invocation log becomes usage, goes to quarantine, or is a failed call: never lost, never twice."""

import json
from typing import Any

import pytest

from spendplane.application.ports import BusyError
from spendplane.contract.envelope import Message, Rejected, read
from spendplane.contract.usage_event import USAGE_RECORDED
from spendplane.domain.identities import Identities, Identity
from spendplane.domain.usage import UsageEvent
from tests.support.builders import NOW, envelope
from tests.support.invocations import PROFILE, ROLE, Reading, log_line

PATH = "s3://logs/AWSLogs/123456789012/BedrockModelInvocationLogs/eu-west-1/2026/11/22/11/data/x_output.json.gz"
COUNTED_ONCE = {"inputContentType": "application/json", "inputTokenCount": 350, "cacheWriteInputTokenCount": 1000}
ONE_HOUR = {
    "usage": {
        "input_tokens": 350,
        "cache_creation_input_tokens": 1000,
        "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 1000},
        "output_tokens": 900,
    }
}


def counted(record: dict[str, Any]) -> UsageEvent | Rejected:
    """What the meter takes it for."""
    (found,) = read(Message("m", json.dumps(envelope(record, USAGE_RECORDED, "spendplane.bedrock-logs")), NOW))
    return found


def test_a_line_is_the_usage_of_its_call() -> None:
    reading = Reading(Identities((Identity("role", "chat-*", fields={"project_id": "chat", "environment": "test"}),)))
    report = reading.read(log_line())
    (record,) = reading.records
    assert record.pop("id").startswith("bedrock-log-")
    assert record == {
        "time": "2026-11-22T11:59:00Z",
        "project_id": "chat",
        "user_id": "ann",
        "environment": "test",
        "provider": "aws.bedrock",
        "model": "anthropic.claude-sonnet-4-5-20250929-v1:0",
        "provider_request_id": "8b5f3f1a-0000-4000-8000-000000000001",
        "usage": {"input_uncached": 350, "cache_read": 120_000, "output": 900},
        "region": "eu-west-1",
        "caller_arn": ROLE,
    }
    assert report.figures() == {
        "InvocationsPublished": 1,
        "InvocationsUnreadable": 0,
        "InvocationsFailed": 0,
        "InvocationsUnattributed": 0,
        "ProjectClaimsRefused": 0,
    }
    assert {source for source, _ in reading.bus.usage} == {"spendplane.bedrock-logs"}


def test_it_counts_as_the_call_that_a_client_reports() -> None:
    reading = Reading()
    reading.read(log_line())
    event = counted(reading.records[0])
    assert isinstance(event, UsageEvent)
    assert event.dedup_key == "r#aws.bedrock#8b5f3f1a-0000-4000-8000-000000000001"


def test_the_same_line_twice_says_the_same_and_other_rules_contradict_nothing() -> None:
    first, second = Reading(), Reading(Identities((Identity("role", "*", fields={"project_id": "late"}),)))
    first.read(log_line())
    first.read(log_line())
    second.read(log_line())
    same, again = (counted(record) for record in first.records)
    other = counted(second.records[0])
    assert isinstance(same, UsageEvent)
    assert isinstance(again, UsageEvent)
    assert isinstance(other, UsageEvent)
    assert same == again
    assert same.dedup_key == other.dedup_key
    assert not same.contradicts(other.id, other.payload_hash)


def test_it_is_charged_by_where_it_was_called_and_not_by_where_it_ran() -> None:
    reading = Reading()
    reading.read(log_line(inferenceRegion="eu-north-1"), log_line(inferenceRegion="eu-west-1"))
    elsewhere, here = reading.records
    assert (elsewhere["region"], elsewhere["inference_region"]) == ("eu-west-1", "eu-north-1")
    assert here["region"] == "eu-west-1"
    assert "inference_region" not in here


def test_what_nobody_is_known_for_is_kept_as_production_of_nobody() -> None:
    reading = Reading()
    report = reading.read(log_line(), log_line(identity=...), log_line(requestMetadata={"environment": "staging"}))
    projects = [(record["project_id"], record["user_id"], record["environment"]) for record in reading.records]
    assert projects[:2] == [("unattributed", "ann", "production"), ("unattributed", "unattributed", "production")]
    assert report.unattributed == 3


def test_metadata_tells_what_the_contract_knows_in_its_form() -> None:
    reading = Reading()
    pairs = {"project_id": " idea#1 ", "environment": "staging", "team": "", "trace": "x", "cost_center": 7}
    reading.read(log_line(requestMetadata=pairs), log_line(requestMetadata=["x"]))
    assert (reading.records[0]["project_id"], reading.records[0]["environment"]) == ("idea-1", "staging")
    assert not {"team", "trace", "cost_center"} & set(reading.records[0])
    assert reading.records[1]["project_id"] == "unattributed"


def test_a_spelling_of_a_listed_project_is_that_project() -> None:
    """Else a forged claim would only need a blank, which the contract takes off again."""
    reading = Reading(Identities((Identity("role", "rival", fields={"project_id": "café"}),)))
    report = reading.read(log_line(requestMetadata={"project_id": " cafe\u0301 "}))
    (record,) = reading.records
    assert (record["project_id"], record["refused_project_id"]) == ("unattributed", "café")
    assert (report.refused_claims, report.unattributed) == (1, 1)


def test_the_tags_of_a_profile_say_whose_it_was() -> None:
    tags = {"project": "search", "environment": "development", "department": "web", "aws:created": "x"}
    reading = Reading(tags_of={PROFILE: tags})
    reading.read(log_line(modelId=PROFILE, requestMetadata={"project_id": "forged"}), log_line())
    found = reading.records[0]
    assert (found["model"], found["project_id"], found["department_id"]) == (PROFILE, "search", "web")
    assert reading.asked == [PROFILE]


@pytest.mark.parametrize("code", ["ThrottlingException", "ValidationException"])
def test_a_call_that_bedrock_refused_and_did_not_charge_is_no_usage(code: str) -> None:
    reading = Reading()
    report = reading.read(log_line(errorCode=code, input={"inputContentType": "application/json"}, output=...))
    assert (report.failed, report.published, report.unreadable, reading.records) == (1, 0, 0, [])


def test_a_call_that_failed_after_it_used_tokens_is_usage_with_an_error() -> None:
    reading = Reading()
    report = reading.read(log_line(errorCode="InternalServerException"))
    assert (report.failed, reading.records[0]["outcome"], reading.records[0]["usage"]["output"]) == (0, "error", 900)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{no json", "not JSON: "),
        ([1], "not a record: a JSON list"),
        (log_line(schemaType="Else"), "not a ModelInvocationLog: schemaType is 'Else'"),
        (log_line(requestId=...), "no `requestId`"),
        (log_line(requestId=" "), "no `requestId`"),
        (log_line(timestamp=1764000000), "no `timestamp`"),
        (log_line(modelId="x" * 3000), "`modelId` has 3000 characters"),
        (log_line(input={}, output={}), "neither counts nor a body"),
        (log_line(input={"inputTokenCount": "many"}), ""),
        ("[" * 100_000, "not JSON: "),
    ],
)
def test_what_cannot_be_read_goes_to_quarantine_with_its_reason_and_the_rest_goes_on(line: Any, reason: str) -> None:
    reading = Reading()
    report = reading.read(line, log_line())
    assert (report.unreadable, report.published) == (1, 1)
    refused, event = (counted(record) for record in reading.records)
    assert isinstance(refused, Rejected)
    assert refused.reason.startswith(reason)
    assert json.loads(refused.body)["where"] == "line 1"
    assert isinstance(event, UsageEvent)


def test_nothing_that_people_wrote_leaves_the_log() -> None:
    reading = Reading()
    body = {"messages": [{"content": [{"text": "my secret"}]}]}
    lines = [
        log_line(input={"inputTokenCount": 1, "inputBodyJson": body}),
        log_line(schemaType="Else", input={"inputBodyJson": body}, note="my secret"),
        json.dumps(log_line(input={"inputBodyJson": body}))[:-3],
    ]
    reading.read(*lines)
    assert len(reading.records) == 3
    assert "secret" not in json.dumps(reading.records)


def test_a_large_answer_is_fetched_only_where_it_can_say_more() -> None:
    """How long lives what was written to the cache; or the counts themselves, where the line has none."""
    out = {"outputContentType": "application/json", "outputTokenCount": 900, "outputBodyS3Path": PATH}
    reading = Reading(bodies={PATH: ONE_HOUR})
    reading.read(log_line(output=out))
    assert reading.asked == []
    reading.read(log_line(input=COUNTED_ONCE, output=out))
    assert reading.records[1]["usage"] == {"input_uncached": 350, "cache_write_1h": 1000, "output": 900}
    reading.read(log_line(input={}, output={"outputBodyS3Path": PATH}))
    assert reading.records[2]["usage"] == {"input_uncached": 350, "cache_write_1h": 1000, "output": 900}


def test_without_its_large_answer_the_line_counts_by_itself() -> None:
    reading = Reading()
    out = {"outputTokenCount": 900, "outputBodyS3Path": PATH}
    report = reading.read(
        log_line(input=COUNTED_ONCE, output=out), log_line(input={}, output={"outputBodyS3Path": PATH})
    )
    assert reading.records[0]["usage"] == {"input_uncached": 350, "cache_write_5m": 1000, "output": 900}
    assert (report.published, report.unreadable) == (1, 1)


def test_many_lines_are_published_in_batches_as_they_come() -> None:
    sizes: list[int] = []

    class Bus:
        def publish_records(self, _source: str, items: Any) -> None:
            sizes.append(len(items))
            if len(sizes) == 3:
                raise BusyError("throttled")

    reading = Reading()
    reading.bus = Bus()  # type: ignore[assignment]
    with pytest.raises(BusyError):
        reading.read_texts(json.dumps(log_line(requestId=f"r-{number}")) for number in range(1600))
    assert sizes == [500, 500, 500]


def test_other_models_inside_an_answer_are_records_of_their_own() -> None:
    usage = {
        "input_tokens": 10,
        "output_tokens": 20,
        "iterations": [
            {"type": "message", "input_tokens": 10, "output_tokens": 20},
            {"type": "advisor_message", "model": "claude-opus-4-6", "input_tokens": 5, "output_tokens": 7},
        ],
    }
    reading = Reading()
    reading.read(
        log_line(input={"inputTokenCount": 10}, output={"outputTokenCount": 20, "outputBodyJson": {"usage": usage}})
    )
    ids = [(record["provider_request_id"].rpartition("0001")[2], record["model"]) for record in reading.records]
    assert ids == [("", "anthropic.claude-sonnet-4-5-20250929-v1:0"), ("/1", "claude-opus-4-6")]
