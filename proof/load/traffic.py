"""What services publish in a run: seeded, so that a run can be repeated; entered into the books as it is made."""

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from proof.load.books import PRICES, RESEARCH, Books, Record

DUPLICATES, BAD, SINGLE = 0.10, 0.01, 0.01
"""Shares of all records: sent before, never valid, in an event of their own."""
REMEMBERED = 5_000
"""Records of which any may be sent again."""
USERS = 500
TIMES = timedelta(hours=1)
CONTRADICTION = "another payload"


@dataclass(frozen=True, slots=True)
class Parcel:
    """One PutEvents entry."""

    records: list[Any]
    batch: bool

    @property
    def detail(self) -> str:
        """As JSON."""
        return json.dumps({"records": self.records} if self.batch else self.records[0])


@dataclass
class Traffic:
    """Records of one account. `now` is when the run began: no record is of the future, and none is old."""

    seed: int
    now: datetime
    books: Books = field(default_factory=Books)
    largest: int = 500
    """Records of the largest batch."""

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._number = 0
        self._sent: list[Record] = []
        self._spoilt: list[tuple[Any, str, str]] = []
        self._settled: list[Record] = []

    def settle(self) -> None:
        """Everything so far has been counted: only now is it certain which payload of an id came first."""
        # By its own id alone: under a request id the first may have been what another adapter saw.
        self._settled = [record for record in self._sent if "provider_request_id" not in record]

    def parcels(self, count: int) -> Iterator[Parcel]:
        """So many records."""
        mean = (1 + self.largest) / 2
        alone = SINGLE * mean / (1 - SINGLE + SINGLE * mean)
        while count:
            batch = self._random.random() >= alone
            size = min(self._random.randint(1, self.largest), count) if batch else 1
            yield Parcel([self._next() for _ in range(size)], batch)
            count -= size

    def _next(self) -> Any:
        chance = self._random.random()
        if chance < BAD:
            return self._bad()
        if chance < BAD + DUPLICATES and self._sent:
            self.books.duplicate()
            return self._again(self._random.choice(self._sent))
        record = self.good()
        self._remember(record)
        return record

    def _remember(self, record: Record) -> None:
        if len(self._sent) < REMEMBERED:
            self._sent.append(record)
        else:
            self._sent[self._random.randrange(REMEMBERED)] = record

    def _again(self, record: Record) -> Record:
        """The same, or the same call as another adapter saw it."""
        if "provider_request_id" in record and self._random.random() < 0.5:
            self._number += 1
            return {**record, "id": f"{record['id']}-seen-{self._number}"}
        return record

    def good(self) -> Record:
        """A new one, entered."""
        record = self._record()
        self.books.good(record)
        return record

    def _record(self) -> Record:
        draw = self._random
        self._number += 1
        record: Record = {
            "id": f"01KB{self._number:022d}",
            "time": (self.now - TIMES * draw.random()).isoformat(),
            "project_id": draw.choice(("marketing-gen-v1", "search", "support-bot")),
            "user_id": f"employee-{draw.randrange(USERS)}",
            "environment": draw.choice(("staging", "development")),
            "department_id": draw.choice((RESEARCH, "marketing", "support")),
            "team": draw.choice(("growth", "platform")),
            "provider": "aws.bedrock",
            "model": draw.choice(tuple(PRICES)),
            "usage": {
                "input_uncached": draw.randrange(20, 4_000),
                "cache_read": draw.randrange(0, 100_000),
                "cache_write_5m": draw.randrange(0, 2_000),
                "output": draw.randrange(50, 2_000),
            },
            "latency_ms": draw.randrange(200, 9_000),
        }
        if draw.random() < 0.5:
            record["provider_request_id"] = f"3f2a9c1e-{self._number:027d}"
        if draw.random() < 0.4:
            record["cost_usd"] = f"0.{draw.randrange(10**9):09d}"
        return record

    def _bad(self) -> Any:
        if self._spoilt and self._random.random() < DUPLICATES:
            spoilt, mark, word = self._random.choice(self._spoilt)
        elif self._settled and self._random.random() < 1 / (len(KINDS) + 1):
            spoilt = self._contradiction()
            mark, word = f"{spoilt['id']} {spoilt['usage']['output']}", CONTRADICTION
        else:
            spoil, word = self._random.choice(KINDS)
            spoilt = spoil(self._record())
            mark = spoilt["id"] if isinstance(spoilt, dict) else spoilt
        self._spoilt.append((spoilt, mark, word))
        self.books.refuse(mark, word)
        return spoilt

    def _contradiction(self) -> Record:
        first = self._random.choice(self._settled)
        return {**first, "usage": {**first["usage"], "output": first["usage"]["output"] + self._random.randint(1, 50)}}


def _usage(**values: Any) -> Callable[[Record], Any]:
    return lambda record: {**record, "usage": {**record["usage"], **values}}


def _without(name: str) -> Callable[[Record], Any]:
    return lambda record: {key: value for key, value in record.items() if key != name}


KINDS: tuple[tuple[Callable[[Record], Any], str], ...] = (
    (_without("project_id"), "project_id"),
    (_usage(output=-1), "usage.output"),
    (_usage(cache_read=True), "usage.cache_read"),
    (_usage(input_uncached=10**30), "usage.input_uncached"),
    (lambda record: {**record, "environment": "prod"}, "environment"),
    (lambda record: {**record, "user_id": "eve\nmallory"}, "user_id"),
    (lambda record: {**record, "time": record["time"][:19]}, "without an offset"),
    (lambda record: {**record, "time": "2019-01-01T00:00:00Z"}, "days old"),
    (lambda record: {**record, "cost_usd": "NaN"}, "cost_usd"),
    (lambda record: f"not an object: {record['id']}", "record"),
)
"""How a record is spoilt, and a word of the reason that it must be refused for."""
