"""The client package on the deployed account: a boto3 client calls the emulated Bedrock, and a counter moves."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from spendplane_client import Settings, configure, flush, instrument, process
from tests.e2e.deployed import Deployed, eventually, record

MODEL = "global.anthropic.claude-sonnet-4-5-20250929-v1:0"
COUNTS = "[usage input=350 cache_read=120000 output=900]"
USD = Decimal("0.05055")
"""350 tokens at $3, 120,000 at $0.30 and 900 at $15 a million."""
MESSAGES = [{"role": "user", "content": [{"text": f"hi {COUNTS}"}]}]
CLAUDE = json.dumps({"anthropic_version": "bedrock-2023-05-31", "max_tokens": 9, "messages": [
    {"role": "user", "content": f"hi {COUNTS}"}]})  # fmt: skip


@pytest.fixture(scope="module")
def bedrock(deployed: Deployed) -> Iterator[Any]:
    """Followed, and published with the account's own bus."""
    bus = deployed.account.env["SPENDPLANE_BUS"]
    configure(Settings(bus=bus, linger_seconds=0.05), connect=lambda: deployed.account.client("events"))
    who = {"project_id": "e2e-client", "user_id": "someone", "environment": "staging"}
    yield instrument(deployed.account.client("bedrock-runtime"), **who)
    assert flush()
    process._made.clear()


def test_every_operation_moves_the_counter_by_what_it_used(deployed: Deployed, bedrock: Any) -> None:
    """Converse and its stream, InvokeModel and its stream: $0.05055 each."""
    before = deployed.counter("e2e-client").spend
    told = bedrock.converse(modelId=MODEL, messages=MESSAGES)
    assert told["usage"]["cacheReadInputTokens"] == 120_000
    stream = bedrock.converse_stream(modelId=MODEL, messages=MESSAGES)["stream"]
    assert [item for item in stream if "metadata" in item]
    body = bedrock.invoke_model(modelId=MODEL, body=CLAUDE)["body"]
    assert json.load(body)["usage"]["output_tokens"] == 900
    chunks = bedrock.invoke_model_with_response_stream(modelId=MODEL, body=CLAUDE)["body"]
    assert len(list(chunks)) > 3
    assert flush()
    found = deployed.counted("e2e-client", before.requests + 4).spend
    assert found.usd - before.usd == 4 * USD
    assert found.tokens - before.tokens == 4 * (350 + 120_000 + 900)


def test_the_same_request_through_client_and_log_moves_it_once(deployed: Deployed, bedrock: Any) -> None:
    """The account logs every call of Converse. One that nobody follows comes last: by then the log has been read."""
    before = deployed.counter("e2e-client").spend
    request = bedrock.converse(modelId=MODEL, messages=MESSAGES)["ResponseMetadata"]["RequestId"]
    assert flush()
    seen = eventually(lambda: deployed.row(f"r#aws.bedrock#{request}"))
    assert seen is not None
    assert seen.row.event.source in {"spendplane-client", "spendplane.bedrock-logs"}, "whichever was faster"
    labels = {"project_id": "e2e-client", "user_id": "someone", "environment": "staging"}
    bare = deployed.client("bedrock-runtime")
    logged = bare.converse(modelId=MODEL, messages=MESSAGES, requestMetadata=labels)["ResponseMetadata"]["RequestId"]
    assert eventually(lambda: deployed.row(f"r#aws.bedrock#{logged}"))
    deployed.settle()
    found = deployed.counter("e2e-client").spend
    assert found.requests == before.requests + 2
    assert found.usd - before.usd == 2 * USD


def test_a_stream_that_was_left_leaves_its_counts_to_the_log(deployed: Deployed, bedrock: Any) -> None:
    """The client's row costs nothing; the log's brings the tokens."""
    before = deployed.counter("e2e-client").spend
    answer = bedrock.converse_stream(modelId=MODEL, messages=MESSAGES)
    answer["stream"].close()
    assert flush()
    assert deployed.counted("e2e-client", before.requests + 1).spend.usd == before.usd
    request = answer["ResponseMetadata"]["RequestId"]
    usage = {"input_uncached": 350, "cache_read": 120_000, "output": 400}
    deployed.put(record("e2e-client", model=MODEL, provider_request_id=request, usage=usage))
    found = deployed.counted("e2e-client", before.requests + 2).spend
    assert found.usd - before.usd == USD - Decimal("0.0075")  # 500 tokens of output less


def test_a_refused_call_is_an_error_that_costs_nothing(deployed: Deployed, bedrock: Any) -> None:
    """With its code in the ledger."""
    before = deployed.counter("e2e-client").spend
    with pytest.raises(bedrock.exceptions.ValidationException):
        bedrock.converse(modelId=MODEL, messages=[{"role": "user", "content": []}])
    assert flush()
    assert deployed.counted("e2e-client", before.requests + 1).spend.usd == before.usd
