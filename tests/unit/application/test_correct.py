"""Rows by a wrong price: found, corrected once, and never in silence."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from spendplane.application.books.correct import Correction, Group, Note, Scope
from tests.support.builders import NOW, budget, message, record
from tests.support.snapshot import check_books
from tests.support.world import PriceList, World, world_with

NOTE = Note("ann", "the contract says otherwise")
WRITER = Scope("writer")


@pytest.fixture
def world() -> World:
    """Two calls of `writer` for $10 each, one of `reader`, one with a price of its producer's; then $1 is right."""
    made = world_with(budget("all", 100), prices=PriceList({"writer": Decimal(10), "reader": Decimal(2)}))
    made.deliver(
        message(record("a", model="writer", time=NOW.isoformat())),
        message(record("b", model="writer", provider="acme", time=NOW.isoformat())),
        message(record("c", model="reader")),
        message(record("d", model="writer", cost_usd="7")),
        message(record("e", model="mystery")),
    )
    made.prices = PriceList({"writer": Decimal(1), "reader": Decimal(2), "mystery": Decimal(3)})
    return made


def correct(world: World, scope: Scope = WRITER, note: Note | None = None) -> Correction:
    return world.process().correct()(scope, world.now, note)


def usd(world: World) -> Decimal:
    (counter,) = world.counters().values()
    return counter.spend.usd


def test_without_a_note_it_only_says_what_would_be(world: World) -> None:
    before = world.counters()
    found = correct(world)
    assert found.groups == {
        ("aws.bedrock", "writer", "list", "list"): Group(1, Decimal(10), Decimal(1)),
        ("acme", "writer", "list", "list"): Group(1, Decimal(10), Decimal(1)),
    }
    assert (found.booked, world.counters()) == (0, before)


def test_with_one_it_books_the_differences_once_and_says_whose_word_it_was(world: World) -> None:
    assert usd(world) == 29
    found = correct(world, note=NOTE)
    assert (found.booked, found.booked_usd, usd(world)) == (2, Decimal(-18), Decimal(11))
    again = correct(world, note=NOTE)
    assert not again.groups
    assert (again.booked, usd(world)) == (0, Decimal(11))
    row = world.place.connect().ledger.row("i#a")
    assert row is not None
    (amendment,) = row.amendments
    assert (amendment.by, amendment.reason, amendment.usd, amendment.price) == (
        "ann",
        NOTE.reason,
        Decimal(10),
        "list",
    )
    assert (amendment.at, row.row.usd) == (NOW, Decimal(1))
    check_books(world)


def test_the_shares_of_users_and_models_are_corrected_too(world: World) -> None:
    correct(world, note=NOTE)
    (counter,) = world.counters().values()
    assert counter.contributors["m:writer"] == 9
    assert sum(amount for name, amount in counter.contributors.items() if name.startswith("u:")) == 11


@pytest.mark.parametrize(
    ("scope", "rows"),
    [
        (replace(WRITER, provider="acme"), 1),
        (replace(WRITER, provider="openai"), 0),
        (Scope("w*"), 2),
        (Scope("*"), 2),
        (Scope("wri"), 0),
        (replace(WRITER, since=NOW), 2),
        (replace(WRITER, until=NOW), 0),
        (replace(WRITER, since=NOW + timedelta(seconds=1)), 0),
        (replace(WRITER, priced_by="lis"), 2),
        (replace(WRITER, priced_by="contract"), 0),
    ],
)
def test_a_scope_holds_what_it_names(world: World, scope: Scope, rows: int) -> None:
    """Never what its producer priced, nor what has no price yet: that is for `reprice`."""
    assert sum(group.rows for group in correct(world, scope).groups.values()) == rows


def test_a_row_without_a_price_by_now_stays_as_it_is(world: World) -> None:
    world.prices = PriceList({})
    found = correct(world, note=NOTE)
    assert (found.without_price, found.booked, usd(world)) == (2, 0, Decimal(29))


def test_a_correction_may_be_corrected(world: World) -> None:
    correct(world, note=NOTE)
    world.prices = PriceList({"writer": Decimal(4)})
    world.now += timedelta(hours=1)
    assert correct(world, note=Note("ben", "neither was right")).booked == 2
    row = world.place.connect().ledger.row("i#a")
    assert row is not None
    assert [(item.by, item.usd) for item in row.amendments] == [("ann", Decimal(10)), ("ben", Decimal(1))]
    assert usd(world) == 17
    check_books(world)


def test_a_replay_after_a_correction_is_a_repeat(world: World) -> None:
    correct(world, note=NOTE)
    assert world.deliver(message(record("a", model="writer", time=NOW.isoformat()))).duplicates == 1
    assert usd(world) == 11


def test_a_threshold_that_the_right_price_crosses_is_told(world: World) -> None:
    world.prices = PriceList({"writer": Decimal(45)})
    assert correct(world, note=NOTE).alerts == 1
    world.settle()
    assert world.told()[-1] == "all/*/m2026-11-01/80/r1"


def test_another_correction_at_the_same_time_changes_nothing_more(world: World) -> None:
    """What it read is not there any more."""
    ledger = world.place.connect().ledger
    (stale,) = [item for item in ledger.rows() if item.row.event.id == "a"]
    correct(world, note=NOTE)
    (fresh,) = [item for item in ledger.rows() if item.row.event.id == "a"]
    assert fresh.row != stale.row
    assert correct(world, note=NOTE).booked == 0
