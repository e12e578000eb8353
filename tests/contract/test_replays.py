"""The tallies of replays: what every adapter promises."""

import pytest

from spendplane.adapters.dynamodb.replays import DynamoReplays
from spendplane.adapters.memory.replays import MemoryReplays
from spendplane.application.books.archive import Replays, Tally
from tests.support.builders import NOW
from tests.support.places import DynamoPlace, Engine


@pytest.fixture
def replays(engine: Engine) -> Replays:
    place = engine.place()
    return DynamoReplays(place.table) if isinstance(place, DynamoPlace) else MemoryReplays()


def test_a_replay_of_which_nothing_has_come_is_all_zero(replays: Replays) -> None:
    assert replays.tally("spendplane-1") == Tally()


def test_batches_add_up_each_under_its_own_name(replays: Replays) -> None:
    replays.add("one", Tally(2, 3, 1), NOW)
    replays.add("one", Tally(0, 5, 0), NOW)
    replays.add("other", Tally(7), NOW)
    assert replays.tally("one") == Tally(2, 8, 1)
    assert replays.tally("one").total == 11
    assert replays.tally("other") == Tally(7)
