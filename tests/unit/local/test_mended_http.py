"""REST methods that put events, and request validators: what MiniStack lacks of them."""

import json
from typing import Any

from local.mended.put_events import answer, event_keys
from local.mended.request_validators import finding
from local.mended.vtl import render

RESPONSES = {
    "202": {"statusCode": "202", "selectionPattern": "200", "responseTemplates": {"application/json": "fine"}},
    "502": {
        "statusCode": "502",
        "responseTemplates": {"application/json": "#set($context.responseOverride.status = 413)$input.path('$.a.b')"},
    },
}


def test_the_answer_is_chosen_by_status_and_may_be_overridden_by_its_template() -> None:
    integration: dict[str, Any] = {"integrationResponses": RESPONSES}
    assert answer(integration, 200, "{}", {})[0::2] == (202, b"fine")
    assert answer(integration, 400, '{"a": {"b": "why"}}', {})[0::2] == (413, b"why")


def test_condition_keys_are_those_of_every_entry() -> None:
    call = {"Entries": [{"Source": "a", "DetailType": "x"}, {"Source": "b", "DetailType": "y"}]}
    assert event_keys(call) == {"events:source": ["a", "b"], "events:detail-type": ["x", "y"]}
    assert event_keys({}) == {"events:source": [], "events:detail-type": []}


def test_a_refused_body_is_explained_place_by_place() -> None:
    schema = {"required": ["id"], "properties": {"usage": {"properties": {"output": {"type": "integer"}}}}}
    said = finding(schema, json.dumps({"usage": {"output": 1.5}}).encode())
    assert said == "$: 'id' is a required property; $.usage.output: 1.5 is not of type 'integer'"
    assert finding(schema, b'{"id"').startswith("Invalid JSON: ")
    assert finding(schema, b'{"id": 1}') == ""


def test_backslashes_and_paths_in_templates_are_read_as_api_gateway_reads_them() -> None:
    escaped = '$util.escapeJavaScript("$input.path(\'$.a\')").replaceAll("\\\\\'", "\'")'
    assert render(escaped, json.dumps({"a": "it's \\ é 😀"}), {})[0] == "it's \\\\ \\u00E9 \\uD83D\\uDE00"
    assert render("[$!input.path('$.no.such')]$input.json('$.b')", '{"b": {"c": 1}}', {})[0] == '[]{"c": 1}'
