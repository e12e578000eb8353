"""Bedrock's counts as a prompt asks for them, in the shapes that botocore and the readers of payloads know."""

import base64
import json
from types import ModuleType
from typing import Any

import pytest
from botocore.eventstream import EventStreamBuffer
from ministack.services import bedrock_runtime

from local.mended import bedrock_usage
from spendplane.domain.payloads import read

CLAUDE = "global.anthropic.claude-sonnet-4-5-20250929-v1:0"
ASKED = "hi [usage input=350 cache_read=120000 cache_write=1500 cache_write_1h=1000 output=900]"
BUCKETS = {"input_uncached": 350, "cache_read": 120_000, "cache_write_5m": 500, "cache_write_1h": 1_000, "output": 900}


@pytest.fixture
def runtime() -> ModuleType:
    """MiniStack's module, a copy of it: what is mended stays mended."""
    made = ModuleType("bedrock_runtime")
    source = bedrock_runtime.__loader__.get_source(bedrock_runtime.__name__)
    exec(compile(source, "bedrock_runtime", "exec"), vars(made))
    bedrock_usage.install(made)
    return made


def converse(text: str = ASKED) -> bytes:
    return json.dumps({"messages": [{"role": "user", "content": [{"text": text}]}]}).encode()


def claude(text: str = ASKED) -> bytes:
    return json.dumps({"messages": [{"role": "user", "content": text}]}).encode()


def events(body: bytes) -> list[dict[str, Any]]:
    """As boto3 hands them out."""
    buffer: Any = EventStreamBuffer()
    buffer.add_data(body)
    found: list[dict[str, Any]] = []
    for item in buffer:
        kind, content = str(item.headers[":event-type"]), json.loads(item.payload)
        found.append({kind: {"bytes": base64.b64decode(content["bytes"])} if kind == "chunk" else content})
    return found


def test_converse_and_its_stream(runtime: Any) -> None:
    status, _, body = runtime._converse(CLAUDE, {}, converse())
    assert (status, read("bedrock.converse", body).usage) == (200, BUCKETS)
    _, _, stream = runtime._converse_stream(CLAUDE, {}, converse())
    assert read("bedrock.converse_stream", events(stream)).usage == BUCKETS


def test_invoke_model_and_its_stream(runtime: Any) -> None:
    _, headers, body = runtime._invoke_model(CLAUDE, {}, claude())
    assert read("bedrock.invoke_model", {"body": body, "headers": headers}).usage == BUCKETS
    _, _, stream = runtime._invoke_model_with_response_stream(CLAUDE, {}, claude())
    found = events(stream)
    assert read("bedrock.invoke_model", found).usage == BUCKETS
    assert "amazon-bedrock-invocationMetrics" in json.loads(found[-1]["chunk"]["bytes"])


def test_a_body_without_counts_has_them_in_its_headers(runtime: Any) -> None:
    prompt = json.dumps({"prompt": ASKED}).encode()
    _, headers, body = runtime._invoke_model("mistral.mistral-7b-instruct-v0:2", {}, prompt)
    found = read("bedrock.invoke_model", {"body": body, "headers": headers}).usage
    assert found == {"input_uncached": 350, "cache_read": 120_000, "cache_write_5m": 1_500, "output": 900}


def test_without_being_asked_ministacks_guess_stands(runtime: Any) -> None:
    for text in ("hi", "[usage]", "[usage input=many]"):
        _, _, body = runtime._converse(CLAUDE, {}, converse(text))
        usage = json.loads(body)["usage"]
        assert usage["totalTokens"] == usage["inputTokens"] + usage["outputTokens"] < 100
