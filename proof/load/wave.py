"""One wave of records: published, metered while meters are killed, and waited for until nothing is left."""

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from local.account import LocalAccount
from proof.load.meters import LOOK_S, Meters, killing
from proof.load.traffic import Parcel, Traffic

SOURCE = "com.example.load"
BACKLOG = 60
"""Messages that wait at most, so that what is sent again comes long after the first."""
MAX_ENTRIES, MAX_CALL_BYTES = 10, 250_000
GIVE_UP_S = 1_800


@dataclass(frozen=True, slots=True)
class Wave:
    """What one wave took. `seconds` are from the first PutEvents until the queue was empty, `waited_s` of these all
    meters waited for a batch that was cut off to come again.
    """

    records: int
    rows: int
    seconds: float
    waited_s: float
    peak_mb: float | None
    kills: int

    @property
    def records_a_second(self) -> float:
        """While there was something to do."""
        return self.records / (self.seconds - self.waited_s)


def run_wave(
    account: LocalAccount, meters: Meters, traffic: Traffic, count: int, kills: int, tell: Callable[[str], None]
) -> Wave:
    """Raises TimeoutError when the queue is never empty."""
    draw = random.Random(traffic.seed + traffic.books.published)
    marks = sorted(draw.randrange(count // 20, count * 6 // 10) for _ in range(kills))  # later ones are waited for
    progress, idle, before = [0], meters.idle_s, len(meters.killed)
    began = time.monotonic()
    with killing(meters, marks, progress, traffic.seed):
        for sent in _publish(account, traffic.parcels(count)):
            progress[0] += sent
            tell(f"{progress[0]:,} of {count:,} published, {len(meters.killed)} meters killed")
            while not meters.watch() and meters.depth()[0] > BACKLOG:
                time.sleep(LOOK_S)
    while not meters.watch():
        if time.monotonic() - began > GIVE_UP_S:
            raise TimeoutError(f"after {GIVE_UP_S} s the usage queue still holds {meters.depth()}")
        tell(f"{count:,} published; {sum(meters.depth())} messages left, {len(meters.killed)} meters killed")
        time.sleep(LOOK_S)
    return Wave(
        count,
        len(traffic.books.rows),
        time.monotonic() - began,
        meters.idle_s - idle,
        meters.peak_kb / 1024 if meters.peak_kb else None,
        len(meters.killed) - before,
    )


def _publish(account: LocalAccount, parcels: Iterator[Parcel]) -> Iterator[int]:
    client, bus = account.client("events"), account.outputs["BusName"]
    entries: list[dict[str, Any]] = []
    size = records = 0
    for parcel in parcels:
        detail = parcel.detail
        if entries and (len(entries) == MAX_ENTRIES or size + len(detail) > MAX_CALL_BYTES):
            _put(client, entries)
            yield records
            entries, size, records = [], 0, 0
        kind = "AI Usage Batch Recorded" if parcel.batch else "AI Usage Recorded"
        entries.append({"Source": SOURCE, "DetailType": kind, "Detail": detail, "EventBusName": bus})
        size += len(detail)
        records += len(parcel.records)
    _put(client, entries)
    yield records


def _put(client: Any, entries: list[dict[str, Any]]) -> None:
    answer = client.put_events(Entries=entries)
    if answer["FailedEntryCount"]:
        raise RuntimeError(f"PutEvents refused {answer['FailedEntryCount']} entries: {answer['Entries']}")
