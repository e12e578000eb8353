"""What cannot be is refused, and the text says what and where."""

from typing import Any

import pytest

from spendplane.domain.payloads import PayloadError, read
from spendplane.domain.payloads.reported import Reported
from tests.support.payloads.bedrock import line

MESSAGE = {"type": "message_start", "message": {"id": "a", "usage": {"input_tokens": 1, "output_tokens": 1}}}
CASES: list[tuple[str, Any, str]] = [
    ("bedrock.guess", {}, "unknown API 'bedrock.guess'; known: anthropic.messages, "),
    ("anthropic.messages", None, "the payload: not an object or a list of events but null"),
    ("anthropic.messages", 5, "the payload: not an object or a list of events but a number"),
    ("anthropic.messages", [], "an empty stream"),
    ("anthropic.messages", ["data: [DONE]"], "an empty stream"),
    ("anthropic.messages", "{", "the payload: text that is not JSON"),
    ("anthropic.messages", "[" * 100_000, "the payload: text that is not JSON"),
    ("anthropic.messages", ["{"], "[0]: text that is not JSON"),
    ("anthropic.messages", [MESSAGE, 7], "[1]: not an event but a number"),
    ("anthropic.messages", {"type": "error", "error": {"type": "overloaded_error"}}, "no `usage`"),
    ("anthropic.messages", {"usage": None}, "no `usage`"),
    ("anthropic.messages", {"usage": [1]}, "usage: not an object but a list"),
    ("anthropic.messages", {"usage": {"input_tokens": True}}, "usage.input_tokens: not a whole number but true"),
    ("anthropic.messages", {"usage": {"input_tokens": 1.0}}, "usage.input_tokens: not a whole number but 1.0"),
    ("anthropic.messages", {"usage": {"input_tokens": float("nan")}}, "not a whole number but nan"),
    ("anthropic.messages", {"usage": {"input_tokens": "5"}}, "usage.input_tokens: not a whole number but '5'"),
    ("anthropic.messages", {"usage": {"input_tokens": -1}}, "usage.input_tokens: negative"),
    ("anthropic.messages", {"usage": {"input_tokens": 10**5000}}, "usage.input_tokens: more than 1e+12"),
    ("anthropic.messages", {"model": 5, "usage": {"input_tokens": 1}}, "model: not text but a number"),
    ("anthropic.messages", {"usage": {"cache_creation": 5, "input_tokens": 1}}, "usage.cache_creation: not an object"),
    ("anthropic.messages", {"usage": {}}, "usage: no `input_tokens` or `output_tokens`; is it another API's?"),
    ("anthropic.messages", {"usage": {"prompt_tokens": 5}}, "is it another API's?"),
    ("anthropic.messages", {"usage": {"input_tokens": 9, "input_tokens_details": {"cached_tokens": 5}}},
     "usage.input_tokens_details: is it of openai.responses?"),
    ("openai.responses", {"usage": {"input_tokens": 9, "cache_read_input_tokens": 5}}, "is it of anthropic.messages?"),
    ("openai.chat_completions", {"usage": {"input_tokens": 9}}, "is it another API's?"),
    ("bedrock.converse", {"usage": {"input_tokens": 9}}, "is it another API's?"),
    ("gemini.generate_content", {"usageMetadata": {"totalTokens": 9}}, "is it another API's?"),
    ("anthropic.messages",
     {"usage": {"input_tokens": 1, "cache_creation_input_tokens": 5,
                "cache_creation": {"ephemeral_1h_input_tokens": 6}}},
     "usage.cache_creation_input_tokens: 6 tokens of its breakdown are more than the 5"),
    ("anthropic.messages", [MESSAGE, {"type": "message_start", "message": {"id": "b"}}],
     "[1].message.id: another call than 'a'; give one call at a time"),
    ("anthropic.messages", {"usage": {"input_tokens": 10**12, "output_tokens": 1}}, "add up to more than 1e+12"),
    ("bedrock.converse", {"usage": {"inputTokens": 1, "cacheDetails": [{"ttl": "2d", "inputTokens": 1}]}},
     "usage.cacheDetails[0].ttl: neither 5m nor 1h"),
    ("bedrock.converse_stream", [{"messageStart": {"role": "assistant"}}, {"messageStop": {}}],
     "no `usage` in 2 events"),
    ("openai.chat_completions", [{"id": "c", "usage": None}, {"id": "c", "usage": None}],
     "no `usage` in 2 events, and no `prompt_tokens` or `completion_tokens`"),
    ("openai.chat_completions", {"usage": {"prompt_tokens": 5, "prompt_tokens_details": {"cached_tokens": 6}}},
     "usage.prompt_tokens_details: 6 cached tokens are more than the 5"),
    ("openai.chat_completions",
     {"usage": {"completion_tokens": 5, "completion_tokens_details": {"reasoning_tokens": 6}}},
     "reasoning_tokens: 6 reasoning tokens are more than the 5"),
    ("openai.responses", {"id": "r", "status": "failed", "usage": None}, "no `usage`"),
    ("openai.images", {"created": 1, "data": []}, "no images"),
    ("gemini.generate_content", {"usageMetadata": {"promptTokenCount": 5, "cachedContentTokenCount": 6}},
     "usageMetadata.cachedContentTokenCount: 6 cached tokens are more than the 5"),
    ("cohere.chat", {"usage": {"tokens": {"input_tokens": 71}}}, "no `usage.billed_units`"),
    ("cohere.chat", {"usage": {"billed_units": {"input_tokens": 5.5}}}, "input_tokens: not a whole number but 5.5"),
    ("bedrock.invoke_model", {"outputs": [{"text": "Hi"}]}, "add the response's headers"),
    ("bedrock.invoke_model", {"body": {}, "headers": {"X-Amzn-Bedrock-Input-Token-Count": "1.5"}},
     "headers.x-amzn-bedrock-input-token-count: not a count"),
    ("bedrock.invocation_log", {"schemaType": "Other", "modelId": "m"}, "not a line of the invocation log"),
    ("bedrock.invocation_log", {"schemaType": "ModelInvocationLog"}, "not a line of the invocation log"),
    ("bedrock.invocation_log", line(counts={"inputTokenCount": 0, "outputTokenCount": 0}), "neither counts nor a body"),
    ("bedrock.invocation_log", line(counts={}), "neither counts nor a body that has any"),
    ("bedrock.invocation_log", line(counts={"outputTokenCount": "9"}), "the envelope.outputTokenCount: not a whole"),
]  # fmt: skip


@pytest.mark.parametrize(("api", "payload", "text"), CASES, ids=[f"{item[0]}: {item[2][:40]}" for item in CASES])
def test_it_says_what_and_where(api: str, payload: Any, text: str) -> None:
    with pytest.raises(PayloadError) as caught:
        read(api, payload)
    assert text in str(caught.value)
    assert len(str(caught.value)) < 400


def test_an_unread_body_is_told() -> None:
    class Body:
        def read(self) -> bytes:
            return b""

    with pytest.raises(PayloadError, match=r"body: a stream that was not read"):
        read("bedrock.invoke_model", {"body": Body(), "ResponseMetadata": {}})


@pytest.mark.parametrize("body", [{"usage": {"inputTokens": "9"}}, [1, 2], "<html>", {"images": 5}])
def test_a_body_that_cannot_be_read_takes_nothing_from_the_envelope(body: Any) -> None:
    found = read("bedrock.invocation_log", line(body=body, counts={"inputTokenCount": 9, "outputTokenCount": 4}))
    assert found.usage == {"input_uncached": 9, "output": 4}
    assert found.notes[0].startswith("the body is not read: ")


def test_an_advisor_is_a_record_of_its_own() -> None:
    """Its passes are billed at its model's rates."""
    advised = [
        {"type": "message", "input_tokens": 10, "output_tokens": 5},
        {"type": "advisor_message", "model": "claude-opus-4-6", "input_tokens": 800, "output_tokens": 300},
    ]
    usage = {"input_tokens": 10, "output_tokens": 5, "iterations": advised}
    found = read("anthropic.messages", {"model": "claude-sonnet-4-6", "usage": usage})
    assert found.usage == {"input_uncached": 10, "output": 5}
    assert found.others == (Reported(input_uncached=800, output=300, model="claude-opus-4-6"),)
