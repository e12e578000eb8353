"""A replay of the archive: what is missing counts, what counted already is told as a repeat."""

import json

import pytest

from spendplane.adapters.memory.replays import MemoryReplays
from spendplane.application.books.archive import MeterQueue, Tally
from spendplane.application.ports import BusyError
from spendplane.application.ports.retry import Retry
from spendplane.contract.envelope import Message
from tests.support.builders import NOW, budget, envelope, message, record
from tests.support.world import World, world_with

NAME = "spendplane-20261128"


def replayed(item: Message, name: str = NAME) -> Message:
    """The same, as EventBridge hands it over in a replay."""
    body = json.dumps({**json.loads(item.body), "replay-name": name})
    return Message(f"{item.id}-again", body, item.received_at)


def queue(world: World, replays: MemoryReplays) -> MeterQueue:
    return MeterQueue(world.process().meter(), replays, Retry(sleep=lambda _: None))


@pytest.fixture
def world() -> World:
    return world_with(budget("all", 100))


def test_what_was_lost_counts_and_what_was_not_is_a_repeat(world: World) -> None:
    replays = MemoryReplays()
    meter = queue(world, replays)
    kept, lost = message(record("kept")), message(record("lost"))
    meter([kept], NOW)
    report = meter([replayed(kept), replayed(lost), message("{}")], NOW)
    assert (report.received, report.counted, report.duplicates, report.quarantined) == (3, 1, 1, 1)
    assert replays.tallies == {NAME: Tally(counted=1, repeats=1)}
    meter([replayed(kept), replayed(lost)], NOW)
    assert replays.tally(NAME) == Tally(counted=1, repeats=3)
    (counter,) = world.counters().values()
    assert counter.spend.requests == 2


def test_live_records_of_the_same_batch_are_in_no_tally(world: World) -> None:
    replays = MemoryReplays()
    report = queue(world, replays)([message(record("a")), replayed(message(record("b")))], NOW)
    assert (report.counted, replays.tally(NAME)) == (2, Tally(counted=1))


def test_two_replays_at_once_are_told_apart(world: World) -> None:
    replays = MemoryReplays()
    item = message(record("a"))
    queue(world, replays)([replayed(item, "one"), replayed(item, "two")], NOW)
    assert sorted(replays.tallies.values(), key=lambda tally: tally.counted) == [Tally(repeats=1), Tally(counted=1)]


def test_what_is_refused_again_is_told_so(world: World) -> None:
    replays = MemoryReplays()
    queue(world, replays)([replayed(message(envelope({"id": "x"})))], NOW)
    assert replays.tally(NAME) == Tally(refused=1)


@pytest.mark.parametrize("value", [7, None, "", ["x"]])
def test_only_a_name_makes_a_replay(value: object) -> None:
    body = json.dumps({**json.loads(message(record("a")).body), "replay-name": value})
    assert Message("m", body, NOW).replay is None


def test_a_producer_cannot_speak_of_a_replay() -> None:
    """What it writes stands in the detail; only EventBridge writes the envelope."""
    assert message(record("a", **{"replay-name": NAME})).replay is None
    assert Message("m", '"replay-name" is not JSON', NOW).replay is None


def test_a_tally_that_cannot_be_written_sends_the_batch_back(world: World) -> None:
    """The books are exact: the redelivery finds duplicates."""

    class Busy(MemoryReplays):
        def add(self, *_: object) -> None:
            raise BusyError

    with pytest.raises(BusyError):
        queue(world, Busy())([replayed(message(record("a")))], NOW)
    replays = MemoryReplays()
    queue(world, replays)([replayed(message(record("a")))], NOW)
    assert replays.tally(NAME) == Tally(repeats=1)
