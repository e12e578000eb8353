"""The account against the publisher's books, to the last record and digit. The table is read as it lies there."""

import json
import subprocess
import sys
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from local.account import LocalAccount
from local.demo.inbox import Notice
from local.environment import isolated
from proof.load.books import CROSSED, Books, Place, Standing
from proof.load.traffic import CONTRADICTION

THRESHOLDS = {"budget-alerts": [80, 100], "on-call": [100]}
"""What people hear of a budget that only notifies."""
MAX_NAMED = 3
"""Of one kind of mistake so many are named."""


@dataclass(slots=True)
class Found:
    """What the account holds. `entries` are the quarantine's: what was refused, and why."""

    rows: dict[str, Decimal | None] = field(default_factory=dict)
    counters: defaultdict[Place, Standing] = field(default_factory=lambda: defaultdict(Standing))
    shards: Counter[str] = field(default_factory=Counter)
    entries: list[tuple[str, str]] = field(default_factory=list)


def read(account: LocalAccount) -> Found:
    """Everything, in one scan of the table."""
    pages = account.client("dynamodb").get_paginator("scan")
    scanned = pages.paginate(TableName=account.outputs["TableName"], ConsistentRead=True)
    return sort(item for page in scanned for item in page["Items"])


def sort(items: Iterable[Mapping[str, Any]]) -> Found:
    """By what they are."""
    found = Found()
    for item in items:
        kind, _, name = item["pk"]["S"].partition("#")
        if kind == "E":
            found.rows[name] = Decimal(item["usd"]["N"]) if "usd" in item else None
        elif kind == "C":
            budget, code, slot = name.split("#")
            standing = found.counters[budget, code[1:], None if slot[0] == "s" else item["sk"]["S"]]
            standing.usd += Decimal(item["usd"]["N"])
            standing.tokens += int(item["tokens"]["N"])
            standing.requests += int(item["requests"]["N"])
            found.shards[budget] += slot[0] == "s"
        elif kind == "Q":
            found.entries.append((zlib.decompress(item["body"]["B"]).decode(), item["reason"]["S"]))
    return found


def compare(books: Books, found: Found) -> list[str]:
    """What is not as it has to be, in words."""
    return [*_rows(books, found), *_counters(books, found), *_entries(books, found)]


def _rows(books: Books, found: Found) -> Iterator[str]:
    yield from _named("not in the ledger", books.rows.keys() - found.rows.keys())
    yield from _named("in the ledger, and never published", found.rows.keys() - books.rows.keys())
    wrong = [
        f"{key}: ${found.rows[key]} instead of ${usd}"
        for key, usd in books.rows.items()
        if key in found.rows and found.rows[key] != usd
    ]
    yield from _named("another cost in the ledger", wrong)


def _counters(books: Books, found: Found) -> Iterator[str]:
    wrong = [
        f"{place}: {found.counters.get(place)} instead of {books.counters.get(place)}"
        for place in books.counters.keys() | found.counters.keys()
        if books.counters.get(place) != found.counters.get(place)
    ]
    yield from _named("another sum in a counter", wrong)


def _entries(books: Books, found: Found) -> Iterator[str]:
    entries = [(mark(body, reason), reason) for body, reason in found.entries]
    seen = Counter(name for name, _ in entries)
    yield from _named("refused, and not in quarantine", books.refused.keys() - seen.keys())
    yield from _named("in quarantine, and not refused", seen.keys() - books.refused.keys())
    yield from _named("more than once in quarantine", [name for name, times in seen.items() if times > 1])
    wrong = [
        f"{name}: {reason!r} instead of {books.refused[name]!r}"
        for name, reason in entries
        if name in books.refused and books.refused[name] not in reason
    ]
    yield from _named("another reason in quarantine", wrong)


def mark(body: str, reason: str) -> str:
    """By what a refused record is known in the books: its id, and what differs where the id is another record's too."""
    record = json.loads(body)
    if not isinstance(record, dict):
        return str(record)
    return f"{record['id']} {record['usage']['output']}" if CONTRADICTION in reason else str(record["id"])


def told(notices: Iterable[Notice]) -> dict[str, list[int]]:
    """Thresholds of the crossed budget, by topic, in the order in which people heard of them."""
    found: dict[str, list[int]] = {topic: [] for topic in THRESHOLDS}
    for notice in _crossings(notices):
        if notice.detail["budget_id"] == CROSSED:
            found.setdefault(notice.topic, []).append(notice.detail["threshold_percent"])
    return found


def alerts(notices: Sequence[Notice], *, at_once: bool = False) -> list[str]:
    """Each threshold of the crossed budget once on each topic that it is for, in order, and no other.

    `at_once`: one batch crosses them all. They are published in order then, but told by two processes side by side.
    """
    heard = {topic: sorted(found) if at_once else found for topic, found in told(notices).items()}
    wrong = [
        f"alerts on {topic}: {heard[topic]} instead of {due}"
        for topic, due in THRESHOLDS.items()
        if heard[topic] != due
    ]
    others = [item.detail["budget_id"] for item in _crossings(notices) if item.detail["budget_id"] != CROSSED]
    return wrong + [f"an alert of {budget}, which is below its limit" for budget in others]


def _crossings(notices: Iterable[Notice]) -> Iterator[Notice]:
    return (notice for notice in notices if notice.detail["detail_type"] == "Budget Threshold Crossed")


def rebuild(account: LocalAccount) -> tuple[dict[str, Any], list[str]]:
    """What `spendplane rebuild --check` says."""
    command = [str(Path(sys.executable).with_name("spendplane")), "rebuild", "--check", "--json"]
    env = isolated(account.env)
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode:
        return {}, [f"rebuild --check ended with {done.returncode}: {done.stdout[-300:]} {done.stderr[-300:]}"]
    said: dict[str, Any] = json.loads(done.stdout, parse_float=Decimal)
    return said, [f"rebuild --check: {item}" for item in said["differences"][:MAX_NAMED]]


def dead_letters(account: LocalAccount) -> list[str]:
    """Every queue whose name says that it is one must be empty."""
    sqs = account.client("sqs")
    wrong = []
    for url in sqs.list_queues()["QueueUrls"]:
        if "dlq" in url.lower():
            attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
            if count := int(attributes["Attributes"]["ApproximateNumberOfMessages"]):
                wrong.append(f"{count} messages in {url.rpartition('/')[2]}")
    return wrong


def _named(what: str, which: Iterable[str]) -> Iterator[str]:
    names = sorted(which)
    if names:
        more = f", and {len(names) - MAX_NAMED:,} more" if len(names) > MAX_NAMED else ""
        yield f"{what}: {'; '.join(names[:MAX_NAMED])}{more}"
