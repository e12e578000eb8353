"""What operators mend in a run, and what was wrong: quarantined records, counters, prices, lost usage; and instances.

Drawn by themselves, after everything else of the plan, so that the rest of a seed stays as it is without them.
"""

import random
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from spendplane.contract.hours_record import ENDPOINT, NOTEBOOK, TRAINING

Draft = tuple[float, str, Any]
"""At so many seconds after the start, what, and what of."""
Segments = Sequence[tuple[float, float]]
RIGHT = {"environment": "staging"}
AGAIN = (0.0, 0.05, 0.8, 40.0)
"""Seconds at most after which a second operator does the same."""
DAMAGES = (("-2.5", -1250, -1), ("-0.37", 0, 0), ("0", 1250, 0), ("0", -7, 3), ("40", 9, 12))
"""Dollars, tokens and requests that a counter has too much: of a restored table, or by somebody's hand."""
WRONG = ("9.5", "0.4")
DAYS = (0.2, 3.0, 20.0, 34.97, 36.0)
"""After which an archive is replayed: usage is accepted for 35."""


def mending(rng: random.Random, segments: Segments, usage: Sequence[Draft]) -> list[Draft]:
    """Half of the seeds have none. Times are inside the segments; a replayed archive comes after them all."""
    drafts: list[Draft] = []
    records = [(at, record) for at, kind, given in usage if kind == "usage" for record in given]
    parts: tuple[tuple[float, Callable[[], list[Draft]]], ...] = (
        (0.20, lambda: _quarantine(rng, segments, records)),
        (0.12, lambda: _counters(rng, segments)),
        (0.12, lambda: _prices(rng, segments)),
        (0.12, lambda: _instances(rng, segments)),
        (0.08, lambda: _archive(rng, segments, records)),
    )
    for share, part in parts:
        if rng.random() < share:
            drafts += part()
    if any(kind == "instance" for _, kind, _ in drafts):  # in weeks they would make thousands of records
        drafts = [draft for draft in drafts if draft[1] != "archive"]
    return sorted(drafts, key=lambda draft: draft[0])


def _quarantine(rng: random.Random, segments: Segments, records: list[tuple[float, dict[str, Any]]]) -> list[Draft]:
    """Entries are replayed, and some of what they hold is sent by somebody else as well, as it should be."""
    drafts: list[Draft] = []
    for at, record in records:
        if record["environment"] == "prod" and rng.random() < 0.5:
            name = record["id"] if rng.random() < 0.5 else f"{record['id']}-twin"
            drafts.append((at + rng.uniform(0, 400), "twin", [{**record, "id": name, **RIGHT}]))
    for _ in range(rng.randrange(1, 4)):
        which = rng.choice((None, None, rng.randrange(20)))
        drafts += _twice(rng, segments, "replay", (which, rng.choice((RIGHT, RIGHT, {}))))
    return drafts


def _counters(rng: random.Random, segments: Segments) -> list[Draft]:
    drafts = [
        (_time(rng, segments), "tamper", (rng.randrange(50), rng.choice(DAMAGES))) for _ in range(rng.randrange(1, 3))
    ]
    for _ in range(rng.randrange(1, 3)):
        drafts += _twice(rng, segments, "rebuild", None)
    return drafts


def _prices(rng: random.Random, segments: Segments) -> list[Draft]:
    """A price that is wrong at first; somebody mends it, perhaps."""
    drafts = [(_time(rng, segments), "misprice", ("mystery-1", Decimal(rng.choice(WRONG))))]
    for _ in range(rng.randrange(3)):
        drafts += _twice(rng, segments, "correct", "mystery-1")
    return drafts


def _instances(rng: random.Random, segments: Segments) -> list[Draft]:
    """What starts, and how long it runs; None: all the time. Only of jobs and notebooks is their end told."""
    drafts: list[Draft] = []
    for number in range(rng.randrange(1, 4)):
        kind = rng.choice((ENDPOINT, NOTEBOOK, TRAINING))
        lasts = None if kind == ENDPOINT else rng.choice((None, 20, 400, 900, 9_000))
        drafts.append((_time(rng, segments), "instance", (f"gpu-{number}", kind, lasts)))
    return drafts


def _archive(rng: random.Random, segments: Segments, records: list[tuple[float, dict[str, Any]]]) -> list[Draft]:
    """Everything again, days later, with some that never arrived; and perhaps a second time."""
    at = max(segments[-1][1] + 60, rng.choice(DAYS) * 86_400)
    lost = [
        {**record, "id": f"{record['id']}-lost", "provider_request_id": f"lost-{number}"}
        for number, (_, record) in enumerate(rng.sample(records, min(3, len(records))))
    ]
    times = rng.choice(((at,), (at, at + 30)))
    return [(time, "archive", (f"replay-{number}", lost)) for number, time in enumerate(times)]


def _twice(rng: random.Random, segments: Segments, kind: str, given: Any) -> list[Draft]:
    """By one operator, or by two at once."""
    at = _time(rng, segments)
    times = [at] if rng.random() < 0.4 else [at, at + rng.uniform(0, rng.choice(AGAIN))]
    return [(time, kind, given) for time in times]


def _time(rng: random.Random, segments: Segments) -> float:
    begin, end = rng.choice(segments)
    return rng.uniform(begin + 60, end)
