"""The story: chapters of events, each with a line on what happens and one on what to look for."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from local.demo import oddities
from local.demo.events import Event, batches, single
from local.demo.records import MARKETING, OPUS, SEARCH, SERVICES, SUPPORT, Call, Clock, Service, Writer

RUNAWAY = "dana.k"


@dataclass(frozen=True, slots=True)
class Chapter:
    """`seconds` is how long its publishing takes. `settled`: not before everything earlier has been counted."""

    title: str
    why: str
    seconds: float
    events: tuple[Event, ...]
    settled: bool = False


def story(seed: int, start: datetime) -> list[Chapter]:
    """The same seed gives the same records; `start` is when the first of them happens."""
    teller = _Teller(Writer(random.Random(seed), Clock(start)))  # noqa: S311  # a story, not a secret
    return [
        teller.morning(),
        teller.repeats(),
        teller.late_and_unusual(),
        teller.wrong(),
        teller.unpriced(),
        teller.load_test(),
        teller.runaway(),
    ]


class _Teller:
    """Keeps what was told, to repeat some of it."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.rng = writer.rng
        self.now = 0.0
        self.told: list[Event] = []

    def morning(self) -> Chapter:
        """Ordinary work of all three services."""
        usual = [
            *self._singles(MARKETING, 280, environment="production"),
            *self._singles(MARKETING, 110, environment="staging"),
            *self._singles(SUPPORT, 420),
            *self._singles(SUPPORT, 90, environment="staging"),
            *batches(SEARCH.source, (self.writer.record(SEARCH, self.now) for _ in range(1_500)), 100),
        ]
        return self._chapter(
            "An ordinary morning",
            "Three services report what their model calls used: two event by event, one in batches of 100. "
            "Each record is priced and added to every budget that it belongs to.",
            11,
            self._shuffled(usual),
        )

    def repeats(self) -> Chapter:
        """Duplicates of two kinds, out of order."""
        singles = [event for event in self.told if len(event.sent) == 1]
        again = self.rng.sample(singles, 160) + self.rng.sample(
            [event for event in self.told if len(event.sent) > 1], 1
        )
        bedrock = [event for event in singles if event.sent[0].record["provider"] == "aws.bedrock"]
        twice = [oddities.seen_twice(event.sent[0].record, self.writer) for event in self.rng.sample(bedrock, 90)]
        return self._chapter(
            "The same calls again",
            "A producer retries, in another order, and the adapter for Bedrock's logs reports calls that the services "
            "reported themselves. Nothing of this may count twice.",
            5,
            self._shuffled([*again, *twice, *self._background(60)]),
        )

    def late_and_unusual(self) -> Chapter:
        """Valid, but not as one would expect."""
        odd = [*oddities.late(self.writer, self.now, 50), *oddities.unusual(self.writer, self.now)]
        return self._chapter(
            "Late, and unusual, but valid",
            "Records up to 13 days late count in the period they happened in. One user's name comes in two Unicode "
            "spellings and is one user; unknown fields are kept; Bedrock's batch tier costs half.",
            4,
            self._shuffled(odd),
        )

    def wrong(self) -> Chapter:
        """Bad input of every kind, with good records around it."""
        counted = [event.sent[0].record for event in self.told if event.source == SUPPORT.source]
        bad = [*oddities.wrong(self.writer, self.now), *oddities.contradictions(self.rng.sample(counted, 3))]
        return self._chapter(
            "Bad input",
            "Missing tags, impossible times, negative tokens, a batch with 1 bad record of 100, an id used twice for "
            "different things: each goes to quarantine with its reason, and the good records around it count.",
            4,
            self._shuffled([*bad, *self._background(60)]),
            settled=True,
        )

    def unpriced(self) -> Chapter:
        """Models without a price."""
        return self._chapter(
            "Two models that no price list knows",
            "An unknown price is never $0 and never a guess: the records are kept apart, and people are told once "
            "per model.",
            3,
            [*oddities.unpriced(self.writer, self.now, 46), *self._background(60)],  # so that both are told of soon
        )

    def load_test(self) -> Chapter:
        """The staging budget of marketing passes 80 %, then 100 %."""
        users = [f"load-test-{number}" for number in range(1, 5)]
        call = MARKETING.calls[0]
        test = [
            self.writer.record(MARKETING, self.now, call, environment="staging", user_id=self.rng.choice(users))
            for _ in range(1_450)
        ]
        events = [single(MARKETING.source, record) for record in test[:850]]
        return self._chapter(
            "Somebody load-tests marketing-gen in staging",
            "Its staging budget is $30 this month. On-call hears of it at 80 % and at 100 %, once each, in about "
            "a second; and of what would now be turned down, because its mode is observe, as it is at first for all.",
            13,
            self._shuffled([*events, *batches(MARKETING.source, test[850:], 50), *self._background(120)]),
        )

    def runaway(self) -> Chapter:
        """One developer's daily budget passes 80 %, then 100 %; the calls grow as agents' calls do."""
        loop = [
            single(
                SUPPORT.source,
                self.writer.record(
                    SUPPORT,
                    self.now,
                    Call("aws.bedrock", OPUS, fresh=6_000 + 400 * turn, cached=9_000 * turn, answer=1_600),
                    environment="development",
                    user_id=RUNAWAY,
                    session_id="agent-loop-1",
                ),
            )
            for turn in range(80)
        ]
        return self._chapter(
            "An agent runs in a loop, in the name of one developer",
            f"Every user of staging and development has $12 a day, counted apart for each of them. {RUNAWAY}'s is "
            "used up.",
            7,
            list(_merged(loop, list(self._background(260)))),
        )

    def _chapter(self, title: str, why: str, seconds: float, events: list[Event], *, settled: bool = False) -> Chapter:
        self.told += [event for event in events if event.sent[0].bad is None and event.source != oddities.BEDROCK_LOGS]
        self.now += seconds
        return Chapter(title, why, seconds, tuple(events), settled)

    def _shuffled(self, events: list[Event]) -> list[Event]:
        """The services do not wait for each other."""
        return self.rng.sample(events, len(events))

    def _singles(self, service: Service, count: int, **fields: Any) -> Iterator[Event]:
        for _ in range(count):
            yield single(service.source, self.writer.record(service, self.now, **fields))

    def _background(self, count: int) -> Iterator[Event]:
        """Production goes on meanwhile."""
        for _ in range(count):
            service = self.rng.choice(SERVICES)
            yield single(service.source, self.writer.record(service, self.now))


def _merged(first: list[Event], second: list[Event]) -> Iterator[Event]:
    """Both in their own order, the first spread evenly over the second."""
    share = max(1, len(second) // max(1, len(first)))
    for number, event in enumerate(first):
        yield event
        yield from second[number * share : (number + 1) * share]
    yield from second[len(first) * share :]
