"""The load section's bookkeeping: the publisher's books are right, and no mistake of an account passes them."""

import json
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from local.demo.inbox import Notice
from proof.load.books import Books, Standing, cost, identity, places
from proof.load.check import Found, alerts, compare, sort, told
from proof.load.section import growth_in_words
from proof.load.traffic import CONTRADICTION, KINDS, Traffic
from spendplane.contract.envelope import Message, Rejected, read
from spendplane.domain.usage import UsageEvent

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
Change = Callable[[Found], object]


@cache
def filled(count: int = 10_000) -> tuple[Traffic, list[Any]]:
    """What was published, in the books and as it was sent; nobody changes it."""
    traffic = Traffic(7, NOW)
    sent = [record for parcel in traffic.parcels(count // 2) for record in parcel.records]
    traffic.settle()
    return traffic, sent + [record for parcel in traffic.parcels(count // 2) for record in parcel.records]


def account(books: Books) -> Found:
    """What an account holds that made no mistake."""
    items: list[dict[str, Any]] = [
        {"pk": {"S": f"E#{key}"}, "sk": {"S": "E"}, "usd": {"N": str(usd)}} for key, usd in books.rows.items()
    ]
    for (budget, start, key), standing in books.counters.items():
        slot = "s3" if key is None else "k07"
        items.append({
            "pk": {"S": f"C#{budget}#x{start}#{slot}"}, "sk": {"S": key or "-"}, "usd": {"N": str(standing.usd)},
            "tokens": {"N": str(standing.tokens)}, "requests": {"N": str(standing.requests)},
        })  # fmt: skip
    for mark, word in books.refused.items():
        id_, _, output = mark.partition(" ") if word == CONTRADICTION else (mark, "", "0")
        body = json.dumps({"id": id_, "usage": {"output": int(output)}}) if word != "record" else json.dumps(mark)
        items.append(
            {"pk": {"S": f"Q#{mark}"}, "body": {"B": zlib.compress(body.encode())}, "reason": {"S": f"{word}: no"}}
        )
    return sort(items)


def test_the_books_agree_with_the_contract() -> None:
    """Of what is published, exactly the good records are valid, each under the identity that the books give it."""
    traffic, sent = filled()
    found: dict[str, UsageEvent] = {}
    refused = 0
    for record in sent:
        (event,) = read(Message("m", json.dumps({"detail-type": "AI Usage Recorded", "detail": record}), NOW))
        if isinstance(event, Rejected):
            refused += 1
        else:
            found.setdefault(event.dedup_key, event)
    contradictions = sum(word == CONTRADICTION for word in traffic.books.refused.values())
    assert found.keys() == traffic.books.rows.keys()
    assert len(sent) == traffic.books.published == len(found) + traffic.books.duplicates + traffic.books.bad
    assert contradictions
    assert refused <= traffic.books.bad - contradictions
    assert set(traffic.books.refused.values()) == {CONTRADICTION, *(word for _, word in KINDS)}


def test_a_record_costs_and_counts_as_reckoned_by_hand() -> None:
    record = {
        "id": "a", "time": "2026-11-29T00:00:00+00:00", "project_id": "marketing-gen-v1", "user_id": "u",
        "environment": "staging", "team": "growth", "department_id": "research", "provider": "aws.bedrock",
        "model": "global.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "usage": {"input_uncached": 350, "cache_read": 120_000, "cache_write_5m": 0, "output": 900},
    }  # fmt: skip
    assert cost(record) == Decimal("0.05055")
    assert cost({**record, "cost_usd": "0.1"}) == Decimal("0.1")
    assert (identity(record), identity({**record, "provider_request_id": "r"})) == ("i#a", "r#aws.bedrock#r")
    assert places(record) == [
        ("everything", "2026-11-01", None), ("every-user-daily", "2026-11-29", "u"), ("staging", "2026-11-01", None),
        ("growth", "2026-11-23", None), ("research", "", None),
    ]  # fmt: skip


def test_what_agrees_passes() -> None:
    traffic, _ = filled()
    assert compare(traffic.books, account(traffic.books)) == []


def first(values: Any) -> Any:
    return next(iter(values))


def add_last_digit(standing: Standing) -> None:
    standing.usd += Decimal("1e-12")


def notice(topic: str, percent: int, budget: str = "research") -> Notice:
    detail = {"detail_type": "Budget Threshold Crossed", "budget_id": budget, "threshold_percent": percent}
    return Notice(topic, 0.0, "", detail)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda found: found.rows.pop(first(found.rows)), "not in the ledger"),
        (lambda found: found.rows.update({"i#stranger": Decimal(1)}), "never published"),
        (lambda found: found.rows.update({first(found.rows): None}), "another cost"),
        (lambda found: found.counters.pop(first(found.counters)), "another sum"),
        (lambda found: found.counters["stranger", "", None], "another sum"),
        (lambda found: add_last_digit(found.counters[first(found.counters)]), "another sum"),
        (lambda found: found.entries.pop(), "not in quarantine"),
        (lambda found: found.entries.append(found.entries[0]), "more than once"),
        (lambda found: found.entries.append(('{"id": "x"}', "no")), "not refused"),
        (lambda found: found.entries.append((found.entries.pop(0)[0], "whatever")), "another reason"),
    ],
)
def test_no_mistake_passes(change: Change, said: str) -> None:
    """One row, one counter, one entry."""
    traffic, _ = filled()
    found = account(traffic.books)
    change(found)
    assert any(said in line for line in compare(traffic.books, found))


def test_alerts_come_once_and_in_order() -> None:
    good = [notice("budget-alerts", 80), notice("on-call", 100), notice("budget-alerts", 100)]
    assert alerts(good) == []
    assert told(good) == {"budget-alerts": [80, 100], "on-call": [100]}
    assert alerts(good[::-1]) == ["alerts on budget-alerts: [100, 80] instead of [80, 100]"]
    assert alerts(good[::-1], at_once=True) == []
    assert alerts([*good[::-1], good[1]], at_once=True) == ["alerts on on-call: [100, 100] instead of [100]"]
    assert alerts([*good, good[1]]) == ["alerts on on-call: [100, 100] instead of [100]"]
    assert alerts(good[1:])
    assert alerts([*good, notice("on-call", 100, "staging")])


def test_growth_is_said_and_fails() -> None:
    small = {"api_calls_per_record": 0.1, "wcu_per_record": 4.0, "rcu_per_record": 0.1, "usd_per_million_records": 3.0}
    assert "does not grow" in growth_in_words([small, {**small, "wcu_per_record": 4.1}])
    assert "GROWS" in growth_in_words([small, {**small, "wcu_per_record": 4.3}])
