"""The bus over PutEvents: chunks, and refusals that must not pass unnoticed."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from hypothesis import given
from hypothesis import strategies as st

from spendplane.adapters.eventbridge import MAX_CALL_BYTES, MAX_ENTRIES, EventBridgeBus, chunks
from spendplane.application.alerting.announcing import usage_quarantined
from spendplane.application.ports import BusyError
from tests.support.builders import NOW


class Client:
    """Remembers calls; answers or raises what it is told."""

    def __init__(self, failed: int = 0, error: Exception | None = None) -> None:
        self.calls: list[list[dict[str, Any]]] = []
        self._failed, self._error = failed, error

    def put_events(self, *, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803  # boto3's name
        self.calls.append(Entries)
        if self._error:
            raise self._error
        ok: list[dict[str, str]] = [{"EventId": "1"} for _ in Entries[self._failed :]]
        bad = [{"ErrorCode": "ThrottlingException", "ErrorMessage": "slow down"}] * self._failed
        return {"FailedEntryCount": self._failed, "Entries": [*ok, *bad]}


def bus(client: Client) -> EventBridgeBus:
    return EventBridgeBus(client, "spendplane")  # type: ignore[arg-type]


@given(st.lists(st.integers(0, 300_000), max_size=40))
def test_chunks_keep_everything_in_order_within_the_bounds(sizes: list[int]) -> None:
    entries = [{"Detail": "x" * size, "Source": "s", "DetailType": "t", "n": n} for n, size in enumerate(sizes)]
    found = list(chunks(entries))
    assert [entry["n"] for chunk in found for entry in chunk] == list(range(len(sizes)))
    for chunk in found:
        assert 1 <= len(chunk) <= MAX_ENTRIES
        assert len(chunk) == 1 or sum(len(entry["Detail"]) for entry in chunk) <= MAX_CALL_BYTES


def test_bytes_are_counted_not_characters() -> None:
    entries = [{"Detail": "\u2728" * 50_000, "Source": "s", "DetailType": "t"}] * 2
    assert [len(chunk) for chunk in chunks(entries)] == [1, 1]


def test_an_announcement_as_an_entry() -> None:
    client = Client()
    news = [usage_quarantined(f"id{n}", "why", "src", NOW) for n in range(23)]
    bus(client).publish(news, NOW)
    assert [len(call) for call in client.calls] == [10, 10, 3]
    first = client.calls[0][0]
    assert json.loads(first.pop("Detail")) == news[0].detail
    assert first == {
        "Time": NOW,
        "Source": "spendplane",
        "DetailType": "Usage Quarantined",
        "EventBusName": "spendplane",
    }


def test_usage_is_published_in_the_producers_name() -> None:
    client = Client()
    bus(client).publish_usage("com.example.app", ["{}"])
    assert client.calls == [
        [{"Source": "com.example.app", "DetailType": "AI Usage Recorded", "Detail": "{}", "EventBusName": "spendplane"}]
    ]


def test_nothing_to_publish_is_no_call() -> None:
    client = Client()
    bus(client).publish([], NOW)
    assert client.calls == []


@pytest.mark.parametrize(
    "client",
    [
        Client(failed=1),
        Client(error=ClientError({"Error": {"Code": "InternalException"}}, "PutEvents")),
        Client(error=ReadTimeoutError(endpoint_url="http://x")),
    ],
)
def test_an_entry_that_was_not_taken_is_busy(client: Client) -> None:
    """PutEvents answers 200 also when it refused some."""
    with pytest.raises(BusyError, match="EventBridge"):
        bus(client).publish([usage_quarantined("id", "why", "src", NOW)], NOW)


@given(st.lists(st.integers(0, 30_000), max_size=60) | st.integers(490, 1100).map(lambda n: [1] * n))
def test_records_go_out_in_batches_that_a_queue_takes(sizes: list[int]) -> None:
    client = Client()
    items = [{"n": n, "text": "\u00e4" * size} for n, size in enumerate(sizes)]
    bus(client).publish_records("spendplane.hours", items)
    entries = [entry for call in client.calls for entry in call]
    found = [json.loads(entry["Detail"])["records"] for entry in entries]
    assert [item for records in found for item in records] == items
    for entry, records in zip(entries, found, strict=True):
        assert (entry["Source"], entry["DetailType"]) == ("spendplane.hours", "AI Usage Batch Recorded")
        assert 1 <= len(records) <= 500
        assert len(entry["Detail"]) <= 200_100
