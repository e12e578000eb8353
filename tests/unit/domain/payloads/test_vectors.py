"""Every shape of every provider becomes the same disjoint buckets."""

import json
from typing import Any

import pytest

from spendplane.domain.payloads import APIS, Reported, provider_of, read
from tests.support.payloads import VECTORS, Vector

each = pytest.mark.parametrize("vector", VECTORS, ids=[f"{item.api}: {item.name}" for item in VECTORS])


def extras(found: Reported, names: dict[str, Any]) -> dict[str, Any]:
    return {name: getattr(found, name) for name in names}


@each
def test_it_is_read(vector: Vector) -> None:
    found = read(vector.api, vector.payload)
    assert found.usage == vector.usage
    assert extras(found, vector.more) == vector.more


@each
def test_its_json_text_says_the_same(vector: Vector) -> None:
    text = json.dumps(vector.payload)
    assert read(vector.api, text) == read(vector.api, text.encode()) == read(vector.api, vector.payload)


@each
def test_the_buckets_add_up_to_the_providers_own_total(vector: Vector) -> None:
    found = read(vector.api, vector.payload)
    assert vector.total in (None, found.tokens)


STREAMS = [vector for vector in VECTORS if isinstance(vector.payload, list)]


@pytest.mark.parametrize("vector", STREAMS, ids=[f"{item.api}: {item.name}" for item in STREAMS])
def test_a_stream_may_be_texts_or_server_sent_events(vector: Vector) -> None:
    expected = read(vector.api, vector.payload)
    texts = [json.dumps(event) for event in vector.payload]
    assert read(vector.api, texts) == expected
    assert read(vector.api, [f"data: {text}" for text in texts] + ["data: [DONE]"]) == expected
    assert read(vector.api, "\n\n".join(f"event: message\ndata: {text}" for text in texts)) == expected
    assert read(vector.api, "\n" + "\n\n".join(texts) + "\n") == expected


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\x85"])
def test_what_a_model_wrote_does_not_end_a_line(mark: str) -> None:
    """Python's `splitlines` takes these for line ends; JSON and server-sent events do not."""
    written = {"choices": [{"delta": {"content": f"a}}{mark}data: b"}}]}
    usage = {"usage": {"prompt_tokens": 3, "completion_tokens": 2}}
    first, last, both = (json.dumps(item, ensure_ascii=False) for item in (written, usage, {**written, **usage}))
    for text in (both, f"{first}\n{last}\n", f"data: {first}\r\n\r\ndata: {last}\r\n\r\n"):
        assert read("openai.chat_completions", text).usage == {"input_uncached": 3, "output": 2}


def test_every_api_has_vectors_and_a_provider() -> None:
    assert {vector.api for vector in VECTORS} == set(APIS)
    assert all(provider_of(api) for api in APIS)
    assert all(vector.source.startswith("https://") for vector in VECTORS)
