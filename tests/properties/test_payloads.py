"""Whatever a provider answers, reading it ends in counts that can be, or in a PayloadError that says where."""

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from spendplane.domain.payloads import APIS, PayloadError, Reported, read
from spendplane.domain.payloads.reported import COUNTS, PARTS
from tests.support.payloads import VECTORS

NAMES = [
    "usage", "usageMetadata", "message", "response", "metadata", "meta", "billed_units", "body", "headers", "request",
    "input_tokens", "output_tokens", "prompt_tokens", "inputTokens", "outputTokens", "cacheDetails", "iterations",
    "input", "output", "outputBodyJson", "modelId", "images", "data", "results", "ResponseMetadata", "HTTPHeaders",
]  # fmt: skip
odd = st.sampled_from([-1, 10**12, 10**400, float("nan")])
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | odd
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=3), inner),
    max_leaves=12,
)


def sound(api: str, payload: Any) -> Reported | None:
    """What was read, which must be possible; None when it was refused."""
    try:
        found = read(api, payload)
    except PayloadError:
        return None
    for item in (found, *found.others):
        counts = [getattr(item, name) for name in COUNTS]
        assert all(type(count) is int and count >= 0 for count in counts)
        for bucket, parts in PARTS.items():
            assert sum(getattr(item, part) for part in parts) <= getattr(item, bucket)
    return found


@given(st.sampled_from(sorted(APIS)), values)
def test_any_json_is_read_or_refused(api: str, payload: Any) -> None:
    sound(api, payload)


@settings(max_examples=400)
@given(st.sampled_from(VECTORS), st.data())
def test_a_payload_with_one_wrong_value_is_read_or_refused(vector: Any, data: st.DataObject) -> None:
    payload = copy.deepcopy(vector.payload)
    holder, key = data.draw(st.sampled_from(_places(payload)))
    holder[key] = data.draw(values)
    sound(vector.api, payload)


counts = st.integers(0, 10**6)


@given(counts, counts, counts, counts, counts, counts)
def test_whichever_api_reports_a_call_its_buckets_are_the_same(fresh: int, read_: int, five: int, hour: int, said: int,
                                                               thought: int) -> None:  # fmt: skip
    """Those that count the cache apart, and those that count it inside."""
    usage = {"input_uncached": fresh, "cache_read": read_, "cache_write_5m": five, "cache_write_1h": hour,
             "output": said + thought}  # fmt: skip
    apart = {name: count for name, count in usage.items() if count}
    inside = {name: count for name, count in {**usage, "cache_write_5m": five + hour, "cache_write_1h": 0,
                                              "reasoning": thought}.items() if count}  # fmt: skip
    written = {"ephemeral_5m_input_tokens": five, "ephemeral_1h_input_tokens": hour}
    assert apart == read("anthropic.messages", {"usage": {
        "input_tokens": fresh, "cache_read_input_tokens": read_, "cache_creation_input_tokens": five + hour,
        "cache_creation": written, "output_tokens": said + thought}}).usage  # fmt: skip
    assert apart == read("bedrock.converse", {"usage": {
        "inputTokens": fresh, "cacheReadInputTokens": read_, "cacheWriteInputTokens": five + hour,
        "cacheDetails": [{"ttl": "1h", "inputTokens": hour}], "outputTokens": said + thought}}).usage  # fmt: skip
    assert inside == read("openai.responses", {"usage": {
        "input_tokens": fresh + read_ + five + hour, "output_tokens": said + thought,
        "input_tokens_details": {"cached_tokens": read_, "cache_write_tokens": five + hour},
        "output_tokens_details": {"reasoning_tokens": thought}}}).usage  # fmt: skip


def _places(payload: Any) -> list[tuple[Any, Any]]:
    """Every place in a payload at which a value stands: its holder, and the key there."""
    keys = list(payload) if isinstance(payload, dict) else range(len(payload)) if isinstance(payload, list) else ()
    return [(payload, key) for key in keys] + [place for key in keys for place in _places(payload[key])]
