"""Whatever an adapter hands over: nothing is raised, and recorded = published + dropped + queued."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from spendplane_client.publisher import Publisher
from spendplane_client.settings import Settings
from tests.support.client_bus import Bus
from tests.unit.client.test_publisher import _quick, balanced, call

__all__ = ["_quick"]


class Odd:
    """Nothing works on it."""

    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError(name)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["bedrock.converse", "anthropic.messages", "openai.responses", "no such"]),
            st.one_of(JSON, st.fixed_dictionaries({"usage": JSON}), st.builds(Odd)),
            st.text(max_size=300),
        ),
        max_size=8,
    ),
    st.lists(st.sampled_from([None, None, "ThrottlingException", "MalformedDetail"]), max_size=8),
)
def test_whatever_comes_nothing_is_raised_and_all_is_accounted_for(calls: Any, answers: Any) -> None:
    """Through a bus that fails now and then; what it takes, the meter takes."""
    codes = iter(answers)
    bus = Bus(lambda _entry: next(codes, None))
    publisher = Publisher(Settings(queue_records=5, linger_seconds=0.0), lambda: bus)
    for api, payload, text in calls:
        publisher.record(call(payload, api=api, model=text, request_id=text))
    assert publisher.close(5)
    assert publisher.stats.queued == 0
    assert publisher.stats.recorded == len(calls)
    balanced(publisher)
    assert len(bus.records) == publisher.stats.published
