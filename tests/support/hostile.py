"""Records and messages of a careless or hostile producer, for hypothesis: some are valid, most nearly are."""

import json
from typing import Any

from hypothesis import strategies as st

from spendplane.contract.envelope import UNREADABLE
from spendplane.contract.usage_event import USAGE_BATCH_RECORDED, USAGE_RECORDED, UsageRecord
from tests.support.builders import envelope, record

odd: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, -1, 0.5, 10**30, 10**400, float("nan"), float("inf"), "", " ", "#", "\x00", "\u2028", "\ud800",
     "e\u0301", "x" * 300, "x" * 40_000, [], {}, [[]], "1_000", "1e9999", "2026-11-22", "9999-12-31T23:59:59-23:59"]
)  # fmt: skip
json_values = st.recursive(
    odd | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
names = st.sampled_from([*UsageRecord.model_fields, UNREADABLE, "records", "detail-type", "x", "e\u0301"])
valid = st.builds(
    lambda number, usd, request: record(
        f"e{number}", cost_usd=usd, **({"provider_request_id": f"r{number % 2}"} if request else {})
    ),
    st.integers(0, 5),
    st.sampled_from(["1", "2.5", "0"]),
    st.booleans(),
)
"""Few ids and amounts, so that some come twice and some contradict each other."""
spoilt = st.builds(lambda good, name, value: {**good, name: value}, valid, names, json_values)
records = valid | spoilt | json_values


def text_of(value: Any) -> str:
    """As JSON, and what JSON has not as Python writes it."""
    return json.dumps(value)


def _nested(levels: int) -> str:
    return text_of(envelope("@")).replace('"@"', "[" * levels + "]" * levels)


bodies = st.one_of(
    records.map(lambda item: text_of(envelope(item, USAGE_RECORDED))),
    st.lists(records, max_size=6).map(lambda items: text_of(envelope({"records": items}, USAGE_BATCH_RECORDED))),
    st.builds(lambda item, name, value: text_of({**envelope(item), name: value}), records,
              st.sampled_from(["detail", "detail-type", "source", "id"]), json_values),
    json_values.map(text_of),
    st.text(max_size=40),
    st.sampled_from([100, 500, 960, 1_200, 100_000]).map(_nested),
    valid.map(lambda item: text_of(envelope(item))[:-7]),
)  # fmt: skip
"""Bodies of queue messages."""
