"""Bedrock's log in the local account: subscriptions, the lines of Converse, profiles by their ARN."""

import base64
import gzip
import json
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest

from local.mended import inference_profiles, invocation_log, log_subscriptions
from spendplane.domain.payloads import read

PROFILE = "arn:aws:bedrock:us-east-1:000000000000:application-inference-profile/ip-1"
FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:reader"
SETTING = {"cloudWatchConfig": {"logGroupName": "/g"}}
ANSWER = {"output": {"message": {}}, "usage": {"inputTokens": 3, "outputTokens": 5, "totalTokens": 8}}
REQUEST = {"messages": [{"role": "user"}], "requestMetadata": {"project_id": "x"}}


def fan_out(*filters: dict[str, Any], group: str = "/g") -> list[Any]:
    """What the function is invoked with for two events."""
    invoked: list[Any] = []
    logs = SimpleNamespace(
        _log_groups={group: {"subscriptionFilters": {each["filterName"]: each for each in filters}}},
        _subscription_pattern_matches=lambda pattern, text: pattern in text,
    )
    functions = SimpleNamespace(
        _functions={"reader": "reader"}, invoke_async_with_retry=lambda name, event: invoked.append((name, event))
    )
    log_subscriptions.install(logs, functions)
    events = [{"timestamp": 7, "message": "one"}, {"timestamp": 7, "message": "two"}]
    logs._fanout_to_subscription_filters(group, "s", events)
    return invoked


def subscription(pattern: str = "", to: str = FUNCTION) -> dict[str, Any]:
    return {"filterName": f"f{pattern}", "filterPattern": pattern, "destinationArn": to}


def content(event: dict[str, Any]) -> Any:
    return json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))


def test_a_subscription_is_an_asynchronous_invocation_with_all_that_fits() -> None:
    ((name, event),) = fan_out(subscription())
    assert name == "reader"
    told = content(event)
    assert (told["messageType"], told["logGroup"], told["logStream"]) == ("DATA_MESSAGE", "/g", "s")
    assert [item["message"] for item in told["logEvents"]] == ["one", "two"]
    assert len({item["id"] for item in told["logEvents"]}) == 2
    ((_, event),) = fan_out(subscription("two"))
    assert [item["message"] for item in content(event)["logEvents"]] == ["two"]


def test_nobody_is_invoked_for_nothing_nor_by_its_own_log() -> None:
    assert fan_out() == []
    assert fan_out(subscription("three")) == []
    assert fan_out(subscription(to=FUNCTION.replace("reader", "gone"))) == []
    assert fan_out(subscription(), group="/aws/lambda/reader") == []


@pytest.mark.parametrize("text", [True, False])
def test_a_line_holds_the_counts_and_the_bodies_only_where_they_are_wanted(text: bool) -> None:
    told = {"requestId": "r", "modelId": "m", "region": "us-east-1"}
    line = invocation_log.line(told, REQUEST, ANSWER, text=text)
    reported = read("bedrock.invocation_log", line)
    assert (reported.usage, reported.request_id, reported.model) == ({"input_uncached": 3, "output": 5}, "r", "m")
    assert line["requestMetadata"] == {"project_id": "x"}
    assert ("inputBodyJson" in line["input"], "outputBodyJson" in line["output"]) == (text, text)


def test_a_profile_is_found_by_its_arn_in_path_and_body() -> None:
    assert inference_profiles.name_of(quote(PROFILE, safe="")) == "ip-1"
    assert inference_profiles.name_of("us.anthropic.claude") == "us.anthropic.claude"
    assert inference_profiles.profile_of(f"/inference-profiles/{quote(PROFILE, safe='')}", b"") == PROFILE
    assert (
        inference_profiles.profile_of("/listTagsForResource", json.dumps({"resourceARN": PROFILE}).encode()) == PROFILE
    )
    for body in (b"", b"[]", b"{", b'{"resourceARN": "arn:aws:bedrock:us-east-1:1:guardrail/g"}'):
        assert inference_profiles.profile_of("/x", body) is None
