"""From a queue message to records: never an exception, whatever a producer wrote."""

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spendplane.contract.envelope import MAX_RECORD_BYTES, UNREADABLE, Rejected, read
from spendplane.contract.usage_event import MAX_AGE, MAX_AHEAD, USAGE_BATCH_RECORDED, from_canonical
from spendplane.domain.usage import UsageEvent, dedup_key
from tests.support.builders import NOW, batch, envelope, event, message, raw, record


def only(found: object) -> UsageEvent | Rejected:
    (one,) = read(found)  # type: ignore[arg-type]
    return one


def reason(found: object) -> str:
    one = only(found)
    assert isinstance(one, Rejected)
    return one.reason


def nested(levels: int, name: str = "employee-452") -> str:
    return json.dumps(envelope(record(user_id=name, x="@"))).replace('"@"', "[" * levels + "]" * levels)


@pytest.mark.parametrize("levels", [*range(100, 1100, 100), 960, 970, 980, 990, 5_000, 100_000])
@pytest.mark.parametrize("name", ["employee-452", "Zo\u00eb"])
def test_nesting_of_any_depth(levels: int, name: str) -> None:
    """Deeper than Python, pydantic or the encoder may go: the record is refused, the message's others are not."""
    for body in (nested(levels, name), nested(levels, name).replace('"id"', '"usage": 5, "id"')):
        found = only(raw(body))
        assert isinstance(found, Rejected) or levels <= 250
        assert isinstance(found, UsageEvent) or len(found.id) == 24


def test_a_deep_record_in_a_batch_leaves_the_others() -> None:
    """In turns with and without a name that needs normalising: both walks of the record end early."""
    for name in ("employee-452", "Zo\u00eb"):
        records = [record(f"e{number}", user_id=name, x="@" if number == 1 else 0) for number in range(3)]
        body = json.dumps(envelope({"records": records}, USAGE_BATCH_RECORDED)).replace('"@"', "[" * 600 + "]" * 600)
        assert [type(item) for item in read(raw(body))] == [UsageEvent, Rejected, UsageEvent]


def test_a_number_of_5000_digits_in_a_batch_leaves_the_others() -> None:
    records = [record("a"), record("b", usage={"output": "@"}), record("c", x="@")]
    body = json.dumps(envelope({"records": records}, USAGE_BATCH_RECORDED)).replace('"@"', "9" * 5000)
    first, second, third = read(raw(body))
    assert isinstance(first, UsageEvent)
    assert isinstance(second, Rejected)
    assert isinstance(third, UsageEvent)


def test_a_message_of_a_megabyte() -> None:
    found = only(message(record(x="x" * 1_000_000)))
    assert isinstance(found, Rejected)
    assert f"at most {MAX_RECORD_BYTES} are accepted" in found.reason
    assert len(found.reason) < 200


def test_the_last_of_two_equal_keys_holds_as_everywhere_in_json() -> None:
    found = only(raw(json.dumps(envelope(record("first"))).replace('"usage"', '"id": "second", "usage"')))
    assert isinstance(found, UsageEvent)
    assert found.id == "second"


@pytest.mark.parametrize("detail", ["", None, [], 5, "x", {}, [{}], True])
def test_an_empty_or_odd_detail(detail: object) -> None:
    assert reason(message(detail))


@pytest.mark.parametrize(
    "source", [None, 5, "x" * 1000, "\ud800", ["a"]], ids=["none", "number", "long", "lone surrogate", "list"]
)
def test_an_odd_source_is_no_reason_to_refuse(source: object) -> None:
    found = only(raw(json.dumps({**envelope(record()), "source": source})))
    assert isinstance(found, UsageEvent)
    assert len(found.source.encode()) <= 1024


def test_surrogates_are_refused_in_words() -> None:
    assert "unicode" in reason(message(record(user_id="\ud800")))
    assert "cannot be kept" in reason(message(record(shoe="\ud800")))


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_what_is_not_a_json_number(constant: str) -> None:
    body = json.dumps(envelope(record())).replace("350", constant)
    assert reason(raw(body)) == f"not JSON: {constant} is not a JSON number"


def test_time_at_the_bounds() -> None:
    def judged(offset: timedelta) -> type:
        return type(only(message(record(time=(NOW + offset).isoformat()))))

    tick = timedelta(microseconds=1)
    assert judged(MAX_AHEAD) is UsageEvent
    assert judged(MAX_AHEAD + tick) is Rejected
    assert judged(-MAX_AGE) is UsageEvent
    assert judged(-MAX_AGE - tick) is Rejected


def test_a_redelivery_is_judged_like_the_first_delivery() -> None:
    assert only(message(record())) == only(message(record()))


def test_reasons_name_every_field_that_is_wrong() -> None:
    said = reason(message(record(user_id=..., environment="prod", cost_usd="-1")))
    assert [part.split(":")[0] for part in said.split("; ")] == ["user_id", "environment", "cost_usd"]
    assert "got 'prod'" in said


@pytest.mark.parametrize("given", ["", " "])
def test_an_adapters_empty_reason_is_one_all_the_same(given: str) -> None:
    assert reason(message({UNREADABLE: given})) == "unreadable"


def test_refused_records_keep_what_was_sent_and_their_id_is_their_content() -> None:
    first, again = only(message(record(user_id=...))), only(message(record(user_id=...)))
    other = only(message(record("other", user_id=...)))
    assert isinstance(first, Rejected)
    assert isinstance(again, Rejected)
    assert isinstance(other, Rejected)
    assert first.id == again.id != other.id
    assert json.loads(first.body) == record(user_id=...)
    assert first.source == "com.example.app"


def test_canonical_text_is_the_same_for_the_same_meaning() -> None:
    one = event("e", region=None, service_tier=None, outcome="success", usage={"output": 5, "input_uncached": 0})
    two = event("e", usage={"output": 5})
    assert one.payload_hash == two.payload_hash
    assert one.payload_hash != event("e", usage={"output": 6}).payload_hash
    zoe = [only(message(record("e", user_id=name, **{name: 1}))) for name in ("Zo\u00eb", "Zoe\u0308", " Zo\u00eb ")]
    assert isinstance(zoe[0], UsageEvent)
    assert isinstance(zoe[1], UsageEvent)
    assert zoe[0].payload_hash == zoe[1].payload_hash, "keys are normalised too"


def test_a_ledger_rows_text_gives_the_event_back() -> None:
    made = event("e", user_id="Zo\u00eb", cost_usd="1.10", shoe={"b": [1, None], "a": 2.5}, provider_request_id="r")
    assert from_canonical(made.canonical, made.source) == made


def test_identities() -> None:
    assert event("e").dedup_key == "i#e"
    assert event("e", provider_request_id="r").dedup_key == "r#aws.bedrock#r"
    long = dedup_key("\U0001d518" * 256)
    assert long.startswith("i#sha256#")
    assert len(long) < 100
    assert dedup_key("e", "p", None) == dedup_key("e", None, "r") == "i#e"


words = st.one_of(st.text(max_size=8), st.sampled_from(["NaN", "\ud800", "\u0000", "2026-11-22T11:59:00Z", "staging"]))
json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), words, st.integers(10**29, 10**31)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(words, inner, max_size=3)),
    max_leaves=6,
)
fields = st.sampled_from([*record(), "cost_usd", "region", "usage", "latency_ms", "cache_hit", "x"])


@given(st.dictionaries(fields, json_values, max_size=4))
def test_any_change_of_a_record_is_counted_or_refused_in_words(changes: dict[str, object]) -> None:
    good = record("good")
    first, second, third = read(batch([good, {**record("odd"), **changes}, good]))
    assert isinstance(first, UsageEvent)
    assert first == third
    if isinstance(second, Rejected):
        assert second.reason
        second.reason.encode()
        assert len(second.id) == 24
    else:
        assert from_canonical(second.canonical).payload_hash == second.payload_hash


@given(st.one_of(st.text(), json_values.map(json.dumps)))
def test_any_text_is_read_without_an_exception(text: str) -> None:
    assert all(isinstance(item, Rejected) for item in read(raw(text)))


@pytest.mark.parametrize("cost", ["1_000", "1,000", "$5", "0x10", "five", "", "1e400"])
def test_a_cost_is_a_decimal_as_everybody_writes_it(cost: str) -> None:
    assert "cost_usd" in reason(message(record("a", cost_usd=cost)))


def test_what_an_adapter_could_not_read_is_refused_in_its_own_words() -> None:
    unread = {"unreadable": f"no counts \ud800 {'x' * 2000}", "where": "line 7"}
    first, second = read(batch([unread, record("good")]))
    assert isinstance(first, Rejected)
    assert first.reason.startswith("no counts ? xxx")
    assert len(first.reason) == 1000
    assert json.loads(first.body)["where"] == "line 7"
    assert isinstance(second, UsageEvent)
