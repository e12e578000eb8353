"""Nothing raised, nothing unbounded, every record accounted for: recorded = published + dropped + queued."""

import json
import logging
import threading
import time
from typing import Any

import pytest

from spendplane_client import process, sending
from spendplane_client.batching import Event
from spendplane_client.calls import Call
from spendplane_client.publisher import Publisher
from spendplane_client.settings import Settings
from tests.support.client_bus import WHO, Bus, only, published, publishing

USAGE = {"usage": {"inputTokens": 350, "outputTokens": 900}}


def call(payload: Any = USAGE, **fields: Any) -> Call:
    known = {"api": "bedrock.converse", "provider": "aws.bedrock", "model": "m", "tags": WHO, "began": time.time()}
    return Call(**{**known, "payload": payload, **fields})


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "FIRST_PAUSE_S", 0.0005)
    monkeypatch.setattr(sending, "LONGEST_PAUSE_S", 0.001)


def balanced(publisher: Publisher) -> None:
    stats = publisher.stats
    assert stats.recorded == stats.published + stats.dropped + stats.queued
    assert stats.dropped == sum(stats.reasons.values())


def test_a_call_is_published_as_the_contract_wants_it(bus: Bus) -> None:
    process.publisher().record(call(request_id="r-1", latency_ms=812.04))
    record = only(bus)
    assert record.pop("id")
    assert record.pop("time").endswith("+00:00")
    assert record == {
        **WHO, "provider": "aws.bedrock", "model": "m", "provider_request_id": "r-1", "latency_ms": 812.0,
        "usage": {"input_uncached": 350, "output": 900},
    }  # fmt: skip


def test_records_travel_together_within_the_limits(bus: Bus) -> None:
    bus.open.clear()
    publisher = process.publisher()
    for _ in range(3_000):
        publisher.record(call())
    bus.open.set()
    assert len(published(bus)) == 3_000
    assert len(bus.calls) < 30
    for entries in bus.calls:
        assert len(entries) <= 10
        assert sum(len(entry["Detail"]) for entry in entries) <= 240_000
        assert all(len(json.loads(entry["Detail"])["records"]) <= 500 for entry in entries)


def test_what_was_not_taken_is_sent_again_as_it_was(bus: Bus) -> None:
    answers = iter(["ThrottlingException", "InternalFailure"])
    bus.fault = lambda _entry: next(answers, None)
    process.publisher().record(call())
    assert only(bus)
    assert len({json.dumps(entries) for entries in bus.calls}) == 1
    assert len(bus.calls) == 3


def test_only_the_refused_ones_of_a_call_are_sent_again() -> None:
    failed: set[str] = set()

    def every_third_once(entry: dict[str, Any]) -> str | None:
        if len(bus.calls[0]) == 9 and bus.calls[0].index(entry) % 3 == 0 and entry["Detail"] not in failed:
            failed.add(entry["Detail"])
            return "ThrottlingException"
        return None

    bus = Bus(every_third_once)
    sender = sending.Sender(lambda: bus, "spendplane", "s", lambda _seconds: False, lambda _text: None)
    made = [Event(f'{{"records":[{n}]}}', 1) for n in range(9)]
    assert sender.send(made) == []
    assert [len(entries) for entries in bus.calls] == [9, 3]
    assert sorted(entry["Detail"] for entry in bus.taken) == [event.detail for event in made]


def test_a_bus_that_cannot_be_reached_costs_nothing_but_what_does_not_fit(caplog: pytest.LogCaptureFixture) -> None:
    def unreachable() -> Any:
        raise OSError("no route to host")

    publisher = Publisher(Settings(queue_records=100, linger_seconds=0.0), unreachable)
    for _ in range(250):
        publisher.record(call())
    assert publisher.stats.reasons == {"queue full": 150}
    assert publisher.stats.queued == 100
    balanced(publisher)
    assert not publisher.close(0.05) or publisher.stats.queued == 0
    publisher.flush(10)
    assert publisher.stats.published == 0
    balanced(publisher)
    warnings = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert len(warnings) == 1  # one a minute, however often it fails
    assert (
        warnings[0].getMessage().startswith("spendplane: the bus takes no usage records (OSError: no route to host); ")
    )


def test_the_dropped_ones_are_told_with_the_next_batch() -> None:
    bus = Bus()
    with publishing(bus, queue_records=5) as publisher:
        bus.open.clear()
        for _ in range(12):
            publisher.record(call())
        bus.open.set()
        publisher.flush(10)
        publisher.record(call())
        publisher.flush(10)
        publisher.record(call())
        told = [record.get("client_dropped", 0) for record in published(bus)]
        assert sum(told) == 7 == publisher.stats.dropped
        balanced(publisher)


def test_what_eventbridge_calls_malformed_is_dropped_and_holds_nothing_up(bus: Bus) -> None:
    bus.fault = lambda entry: "MalformedDetail" if '"bad"' in entry["Detail"] else None
    process.publisher().record(call(model="bad"))
    process.flush(10)
    process.publisher().record(call(model="good"))
    assert only(bus)["model"] == "good"
    assert process.stats().reasons == {"MalformedDetail": 1}
    balanced(process.publisher())


def test_a_missing_permission_may_be_mended_while_the_process_runs(bus: Bus) -> None:
    answers = iter(["AccessDeniedException"] * 4)
    bus.fault = lambda _entry: next(answers, None)
    process.publisher().record(call())
    assert only(bus)


def test_many_threads_lose_nothing_and_never_exceed_the_bound() -> None:
    bus = Bus()
    with publishing(bus, queue_records=500) as publisher:
        held: list[int] = []

        def work() -> None:
            for _ in range(500):
                publisher.record(call())
                held.append(publisher.stats.queued)

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert max(held) <= 500
        records = published(bus)
        assert publisher.stats.recorded == 4_000
        assert len(records) == publisher.stats.published == len({record["id"] for record in records})
        balanced(publisher)


def test_a_fault_of_the_client_is_counted_and_the_thread_goes_on(bus: Bus, monkeypatch: pytest.MonkeyPatch) -> None:
    publisher = process.publisher()
    with monkeypatch.context() as broken:
        broken.setattr("spendplane_client.batching.events", lambda _records: 1 / 0)
        publisher.record(call())
        publisher.flush(10)
    publisher.record(call())
    assert only(bus)
    assert publisher.stats.reasons == {"client fault: ZeroDivisionError": 1}
    balanced(publisher)


def test_flush_without_anything_to_do_needs_no_bus() -> None:
    publisher = Publisher(Settings(), lambda: 1 / 0)
    assert publisher.flush(0.0)
    assert publisher.close(0.0)
