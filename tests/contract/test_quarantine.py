"""The quarantine port: what every adapter promises."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from spendplane.application.ports import QuarantineEntry, UnstorableError
from tests.support.builders import NOW
from tests.support.places import Engine, Stores

ENTRY = QuarantineEntry("e1", "user_id: Field required", '{"id":"1"}', "com.example.app", NOW)
TODAY, YESTERDAY = "2026-11-22", "2026-11-21"


@pytest.fixture
def stores(engine: Engine) -> Stores:
    connected: Stores = engine.place().connect()
    return connected


def test_an_entry_comes_back_whole(stores: Stores) -> None:
    strange = replace(ENTRY, id="e2", body='{"user_id":"\x00\ud800 Zoë ✨"}', reason="Zoë’s “reason”", source="")
    stores.quarantine.put([ENTRY, strange])
    assert stores.quarantine.get("e1") == ENTRY
    assert stores.quarantine.get("e2") == strange
    assert stores.quarantine.get("e3") is None


def test_the_same_record_again_is_one_entry(stores: Stores) -> None:
    stores.quarantine.put([ENTRY])
    stores.quarantine.put([replace(ENTRY, reason="another reason")])
    (found,) = stores.quarantine.entries([TODAY])
    assert found.reason == "another reason"


def test_entries_by_day_newest_first(stores: Stores) -> None:
    times = {"a": NOW, "b": NOW + timedelta(hours=1), "c": NOW - timedelta(days=1), "d": NOW - timedelta(days=3)}
    stores.quarantine.put([replace(ENTRY, id=name, seen_at=time) for name, time in times.items()])
    assert [entry.id for entry in stores.quarantine.entries([TODAY, YESTERDAY])] == ["b", "a", "c"]
    assert list(stores.quarantine.entries([])) == []


def test_a_replayed_entry_stays_listed(stores: Stores) -> None:
    stores.quarantine.put([ENTRY])
    stores.quarantine.replayed(ENTRY)
    (found,) = stores.quarantine.entries([TODAY])
    assert found == replace(ENTRY, state="REPLAYED")


def test_one_that_was_refused_again_before_it_was_marked_is_waiting_again(stores: Stores) -> None:
    stores.quarantine.put([ENTRY])
    again = replace(ENTRY, seen_at=NOW + timedelta(milliseconds=1))
    stores.quarantine.put([again])
    stores.quarantine.replayed(ENTRY)
    assert list(stores.quarantine.entries([TODAY])) == [again]


def test_one_that_is_gone_is_not_marked(stores: Stores) -> None:
    stores.quarantine.replayed(ENTRY)
    assert stores.quarantine.get("e1") is None
    assert list(stores.quarantine.entries([TODAY])) == []


def test_more_than_one_call_takes(stores: Stores) -> None:
    stores.quarantine.put([replace(ENTRY, id=f"n{number}") for number in range(130)])
    assert len(list(stores.quarantine.entries([TODAY]))) == 130


def test_a_batch_of_a_megabyte_is_kept(stores: Stores) -> None:
    large = replace(ENTRY, body='{"user_id":"employee-452","usage":{"output":900}},' * 20_000)
    stores.quarantine.put([large])
    assert stores.quarantine.get("e1") == large


def test_what_cannot_be_kept_is_told(table_engine: Engine) -> None:
    """400 KB that do not compress: the meter reports the message as failed, so that it ends in the dead letters."""
    stores = table_engine.place().connect()
    noise = random.Random(1).randbytes(700_000).hex()
    with pytest.raises(UnstorableError):
        stores.quarantine.put([replace(ENTRY, body=noise)])
    assert stores.quarantine.get("e1") is None
