"""The mapping templates, rendered by a Velocity engine: a body stays text, and no failure looks like success."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.mended.vtl import render
from stacks.constructs.usage_answers import request_template, template

CALLER = "arn:aws:sts::000000000000:assumed-role/app/session"
CONTEXT = {"identity": {"userArn": CALLER}, "requestId": "r-1"}
NASTY = [
    '{"user_id": "it\'s \\"me\\", \\\\ \\n and C:\\\\dir\\\\\'"}',
    '{"a": "#set($detail = \'x\') $caller ${caller} $!x #if(true) #end #* *# ## #foreach($i in [1..9])$i#end"}',
    '{"a": "é 😀 \u2028 \u00a0 \\ud83d\\ude00 \\u0000"}',
    '{"n": 100000000000000000000000000000000000000000, "f": 10.00, "e": 1e400, "small": 0.000000000000000001}',
    '\r\n\t {"a":\t1 }\n',
    '{"a": "\\/ / </script> <!-- \\", \\"Source\\": \\"spendplane\\""}',
    '{"Detail": "x"}, {"Source": "spendplane"',
    "",
]


def entry(body: str, context: dict[str, Any] = CONTEXT) -> dict[str, Any]:
    text, status = render(request_template("AI Usage Recorded"), body, context)
    assert status is None
    call = json.loads(text)
    assert set(call) == {"Entries"}
    (only,) = call["Entries"]
    assert set(only) == {"EventBusName", "Source", "DetailType", "Detail"}
    return dict(only)


@pytest.mark.parametrize("body", NASTY)
def test_the_body_arrives_character_by_character(body: str) -> None:
    assert entry(body) == {
        "EventBusName": "spendplane",
        "Source": f"spendplane.http/{CALLER}",
        "DetailType": "AI Usage Recorded",
        "Detail": body,
    }


@given(st.text(st.characters(codec="utf-8")))
def test_so_does_any_text(body: str) -> None:
    assert entry(body)["Detail"] == body


def test_a_callers_name_cannot_break_out_either() -> None:
    """Paths of IAM users hold any printable character."""
    name = 'arn:aws:iam::000000000000:user/a","Detail":"{}/\\\'$x#set($y=1)/bob'
    assert entry("{}", {"identity": {"userArn": name}})["Source"] == f"spendplane.http/{name}"


def answered(said: object, name: str = "answered") -> tuple[dict[str, Any], int | None]:
    text, status = render(template(name), json.dumps(said), CONTEXT)
    return json.loads(text), status


def test_an_event_on_the_bus_is_accepted() -> None:
    body, status = answered({"FailedEntryCount": 0, "Entries": [{"EventId": "e-1"}]})
    assert (body, status) == ({"accepted": True, "event_id": "e-1"}, None)


@pytest.mark.parametrize(
    "said",
    [
        {
            "FailedEntryCount": 1,
            "Entries": [{"ErrorCode": "Throttling", "ErrorMessage": 'it\'s "slow" \\ $x'}],
        },
        {"FailedEntryCount": 1, "Entries": []},
        {},
    ],
)
def test_an_event_that_the_bus_did_not_take_is_never_a_success(said: dict[str, Any]) -> None:
    body, status = answered(said)
    assert (body["error"], status, body["request_id"]) == ("EVENT_NOT_TAKEN", 502, "r-1")
    for item in said.get("Entries", []):
        assert body["reason"] == f"{item['ErrorCode']} {item['ErrorMessage']}"


def test_a_refused_call_says_why() -> None:
    body, status = answered({"__type": "AccessDeniedException", "message": 'no "right" isn\'t there'}, "refused")
    assert (body["error"], body["reason"], status) == ("BUS_REFUSED", 'no "right" isn\'t there', None)
    assert answered({"Message": "capital"}, "refused")[0]["reason"] == "capital"


def test_an_event_that_is_too_large_is_the_callers_to_split() -> None:
    said = {"message": "Total size of the entries in the request is over the limit."}
    body, status = answered(said, "refused")
    assert (body["error"], status) == ("EVENT_TOO_LARGE", 413)
