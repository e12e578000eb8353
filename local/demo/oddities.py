"""What arrives besides ordinary usage: repeats, late records, strange but valid ones, and wrong ones of every kind."""

import unicodedata
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from local.demo.events import Event, Sent, batch, refused_batch, single
from local.demo.records import MARKETING, SEARCH, SUPPORT, Call, Record, Writer

BEDROCK_LOGS = "com.example.bedrock-invocation-logs"
UNPRICED = (
    Call("aws.bedrock", "arn:aws:bedrock:us-east-1:111122223333:imported-model/4xk2acme9d1p", fresh=3_000, answer=600),
    Call("acme.vllm", "acme-legal-70b", fresh=5_000, answer=900),
)
_NAME = "josé.álvarez"
ONE_PERSON = tuple(unicodedata.normalize(form, _NAME) for form in ("NFC", "NFD"))
"""One name in two spellings of Unicode: equal to the eye, not to a computer."""


def seen_twice(record: Record, writer: Writer) -> Event:
    """The same Bedrock call, told by another adapter under an id of its own: same provider and request id."""
    copy = {**record, "id": f"bedrock-log-{writer.rng.getrandbits(64):016x}", "latency_ms": None}
    del copy["latency_ms"]
    return single(BEDROCK_LOGS, copy)


def late(writer: Writer, seconds: float, count: int) -> Iterator[Event]:
    """From ten minutes to twenty days late: each counts in the period in which it happened."""
    for number in range(count):
        age = timedelta(minutes=10 * 1.166**number)
        time = (writer.clock.at(seconds) - min(age, timedelta(days=20))).isoformat()
        yield single(SUPPORT.source, writer.record(SUPPORT, seconds, time=time))


def unusual(writer: Writer, seconds: float) -> Iterator[Event]:
    """Valid: two spellings of one name, unknown fields, another offset, batch tier, a cost that the producer knows."""
    for number in range(24):
        user = ONE_PERSON[number % 2]
        yield single(MARKETING.source, writer.record(MARKETING, seconds, user_id=user, environment="staging"))
        yield single(SUPPORT.source, writer.record(SUPPORT, seconds, prompt_version="v7", trace={"span": number}))
        time = writer.clock.at(seconds).astimezone(_offset(5.5)).isoformat()
        yield single(SUPPORT.source, writer.record(SUPPORT, seconds, time=time))
        yield single(
            MARKETING.source, writer.record(MARKETING, seconds, MARKETING.calls[0], service_tier="batch", model=_SONNET)
        )
    yield single(
        SEARCH.source,
        writer.record(SEARCH, seconds, workload_type="training", cost_usd="3.1072", usage={}, user_id="trainer"),
    )


_SONNET = MARKETING.calls[0].model


def wrong(writer: Writer, seconds: float) -> Iterator[Event]:
    """One event for each kind of bad input, and one batch in which 1 of 100 records is bad."""
    for bad, fields in _wrong_fields(writer, seconds).items():
        record = writer.record(SUPPORT, seconds, **fields)
        yield single(SUPPORT.source, {name: value for name, value in record.items() if value is not ...}, bad)
    records = [writer.record(SEARCH, seconds) for _ in range(100)]
    records[41]["usage"] = {"input_uncached": "many"}
    yield batch(SEARCH.source, [Sent(item, "tokens as text" if n == 41 else None) for n, item in enumerate(records)])
    yield refused_batch(SEARCH.source, [], "an empty batch")
    yield refused_batch(SEARCH.source, [{"id": f"{number}"} for number in range(501)], "501 records in a batch")


def _wrong_fields(writer: Writer, seconds: float) -> dict[str, dict[str, Any]]:
    now = writer.clock.at(seconds)
    return {
        "no project": {"project_id": ...},
        "no user": {"user_id": ...},
        "unknown environment": {"environment": "prod"},
        "time without an offset": {"time": now.replace(tzinfo=None).isoformat()},
        "impossible time": {"time": "2026-02-30T12:00:00Z"},
        "from the future": {"time": (now + timedelta(hours=2)).isoformat()},
        "too old": {"time": (now - timedelta(days=40)).isoformat()},
        "negative tokens": {"usage": {"input_uncached": -350, "output": 900}},
        "half a token": {"usage": {"input_uncached": 350.5, "output": 900}},
        "true as a number of tokens": {"usage": {"output": True}},
        "a trillion trillion tokens": {"usage": {"output": 10**24}},
        "more reasoning than output": {"usage": {"output": 10, "reasoning": 11}},
        "negative cost": {"cost_usd": "-0.05"},
        "cost in words": {"cost_usd": "five cents"},
        "control character": {"user_id": "employee\u0007452"},
        "2 KB of name": {"user_id": "e" * 2048},
        "# in an identifier": {"provider_request_id": "req#42"},
        "empty name": {"user_id": "   "},
    }


def contradictions(counted: Sequence[Record]) -> Iterator[Event]:
    """The id of a record that was counted already, with other tokens: neither is believed twice."""
    for record in counted:
        changed = {**record, "usage": {**record["usage"], "output": record["usage"].get("output", 0) + 1_000}}
        yield single(SUPPORT.source, changed, "same id, other payload")


def unpriced(writer: Writer, seconds: float, count: int) -> Iterator[Event]:
    """Models that no price list knows."""
    for number in range(count):
        yield single(SUPPORT.source, writer.record(SUPPORT, seconds, UNPRICED[number % 2], environment="staging"))


def _offset(hours: float) -> Any:
    from datetime import timezone

    return timezone(timedelta(hours=hours))
