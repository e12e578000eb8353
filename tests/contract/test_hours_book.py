"""The book of hours: what every adapter promises."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from spendplane.adapters.dynamodb.hours import DynamoHoursBook
from spendplane.adapters.dynamodb.keys import hours_key
from spendplane.adapters.memory.hours import MemoryHoursBook
from spendplane.application.sources.hours import HoursBook
from spendplane.domain.hours import Held, Part, Running, Stretch
from tests.support.builders import NOW
from tests.support.places import DynamoPlace, Engine

SOON, LATER = NOW + timedelta(minutes=5), NOW + timedelta(minutes=10)
HELD = (Held(Part("all", "ml.g5.xlarge", 2, Decimal("1.4080")), NOW), Held(Part("b", "unknown", 1), NOW))
NEW = Running("arn:x|2026", "arn:x", "sagemaker-endpoint", "x", NOW, HELD, (("project_id", "ränk"),), None, False, 1)
PENDING = replace(NEW, covered_to=SOON, pending=Stretch(NOW, SOON, HELD, NEW.attributes), version=2)


@pytest.fixture
def book(engine: Engine) -> HoursBook:
    place = engine.place()
    return DynamoHoursBook(place.table) if isinstance(place, DynamoPlace) else MemoryHoursBook()


def test_the_first_round_of_all_begins_the_counting(book: HoursBook) -> None:
    assert book.last() is None
    assert (book.rounds(NOW).begun_at, book.rounds(SOON).last_at) == (NOW, NOW)
    assert book.last() == book.rounds(SOON)
    book.done(LATER)
    book.done(SOON)
    assert (book.rounds(LATER).begun_at, book.rounds(LATER).last_at) == (NOW, LATER)


def test_what_is_stored_comes_back_as_it_was(book: HoursBook) -> None:
    assert book.put(NEW)
    assert book.put(PENDING)
    assert book.running([]) == {NEW.id: PENDING}
    assert book.running([NEW.id, "other"]) == {NEW.id: PENDING}


def test_what_was_over_and_is_seen_again_is_kept(engine: Engine) -> None:
    """It would be taken for a new one as soon as it had expired."""
    place = engine.place()
    if not isinstance(place, DynamoPlace):
        return
    book = DynamoHoursBook(place.table)
    for version, over in ((1, False), (2, True), (3, False)):
        assert book.put(replace(NEW, version=version, over=over))
        assert ("expires_at" in (place.table.get(hours_key(NEW.id)) or {})) is over
    assert book.running([]) == {NEW.id: replace(NEW, version=3)}


def test_only_the_version_that_was_read_is_written_over(book: HoursBook) -> None:
    assert book.put(NEW)
    assert not book.put(replace(NEW, name="y"))
    assert not book.put(replace(NEW, version=3))
    assert book.put(PENDING)
    assert not book.put(PENDING)
    assert book.running([]) == {NEW.id: PENDING}


def test_what_is_over_is_remembered_for_those_who_ask_for_it(book: HoursBook) -> None:
    """Until its last stretch is published it is among the open ones, so that nobody forgets that."""
    book.put(NEW)
    last = replace(PENDING, over=True, held=())
    assert book.put(last)
    assert book.running([]) == {NEW.id: last}
    assert book.put(last.settled)
    assert book.running([]) == {}
    assert book.running([NEW.id]) == {NEW.id: last.settled}
    assert not book.put(NEW)


def test_more_than_a_page_of_them_is_read(book: HoursBook) -> None:
    for number in range(130):
        book.put(replace(NEW, id=f"arn:{number}|2026"))
    assert len(book.running(["arn:7|2026", "arn:none|2026"])) == 130
