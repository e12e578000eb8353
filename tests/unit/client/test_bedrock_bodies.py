"""InvokeModel through a real boto3 client: bodies however they are read, and the models' own streams."""

import base64
import gc
import json
from typing import Any

import pytest

from tests.support.bedrock_wire import BUCKETS, MODEL, REQUEST_ID, Wire
from tests.support.client_bus import Bus, only
from tests.unit.client.test_bedrock import BASE, BODY, WHOLE, checked, invoke, wire

__all__ = ["wire"]
METRICS = {"inputTokenCount": 350, "outputTokenCount": 900, "cacheReadInputTokenCount": 120_000}


def chunk(content: Any) -> tuple[str, Any]:
    return "chunk", {"bytes": base64.b64encode(json.dumps(content).encode()).decode()}


CLAUDE = [
    chunk({"type": "message_start", "message": {**BODY, "usage": {**BODY["usage"], "output_tokens": 1}}}),  # type: ignore[dict-item]
    chunk({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "hi"}}),
    chunk({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 900}}),
    chunk({"type": "message_stop", "amazon-bedrock-invocationMetrics": METRICS}),
]


def invoke_stream(wire: Wire) -> Any:
    return wire.client.invoke_model_with_response_stream(modelId=MODEL, body=b"{}")["body"]


@pytest.mark.parametrize(
    "read",
    [
        lambda body: body.read(),
        lambda body: b"".join(body.iter_chunks(7)),
        lambda body: b"".join(iter(lambda: body.read(10), b"")),
        b"".join,
        lambda body: b"".join(body.readlines()),
        lambda body: (buffer := bytearray(10_000), buffer[: body.readinto(buffer)], body.readinto(buffer))[1],
    ],
    ids=["whole", "chunks", "pieces", "iterated", "lines", "into a buffer"],
)
def test_a_body_is_counted_however_it_is_read(wire: Wire, bus: Bus, read: Any) -> None:
    wire.answers(BODY)
    assert json.loads(bytes(read(invoke(wire)))) == BODY
    assert checked(only(bus)) == WHOLE


def test_a_body_that_counts_nothing_is_counted_by_its_headers(wire: Wire, bus: Bus) -> None:
    wire.answers(
        {"outputs": [{"text": "hi"}]}, x_amzn_bedrock_input_token_count="5", x_amzn_bedrock_output_token_count="7"
    )
    invoke(wire).read()
    assert only(bus)["usage"] == {"input_uncached": 5, "output": 7}


def test_a_body_that_nobody_reads_is_counted_by_its_headers(wire: Wire, bus: Bus) -> None:
    wire.answers(BODY, x_amzn_bedrock_input_token_count="5", x_amzn_bedrock_output_token_count="7")
    invoke(wire).close()
    record = only(bus)
    assert (record["usage"], record.get("outcome")) == ({"input_uncached": 5, "output": 7}, None)


def test_a_body_that_nobody_reads_and_no_header_tells_is_an_error(wire: Wire, bus: Bus) -> None:
    wire.answers(BODY)
    invoke(wire)
    gc.collect()
    assert only(bus)["usage_incomplete"]


def test_a_body_of_an_unknown_shape_is_marked_and_leaves_the_request_to_the_log(wire: Wire, bus: Bus) -> None:
    wire.answers({"surprise": 1})
    invoke(wire).read()
    record = only(bus)
    assert "provider_request_id" not in record
    assert record["unread_request_id"] == REQUEST_ID
    assert "headers" in record["usage_unread"]


def test_a_models_own_stream_is_counted(wire: Wire, bus: Bus) -> None:
    wire.streams(CLAUDE)
    assert len(list(invoke_stream(wire))) == len(CLAUDE)
    assert checked(only(bus)) == WHOLE


def test_what_a_stream_told_before_it_was_left_is_kept(wire: Wire, bus: Bus) -> None:
    wire.streams(CLAUDE)
    stream = invoke_stream(wire)
    items = iter(stream)
    next(items), next(items)
    stream.close()
    record = checked(only(bus))
    assert record == {**BASE, "outcome": "error", "usage_incomplete": True, "usage": {**BUCKETS, "output": 1}}
