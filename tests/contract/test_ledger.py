"""The ledger port: what every adapter promises."""

from dataclasses import replace
from decimal import Decimal

import pytest

from spendplane.application.ports import BookedRow
from spendplane.domain.counters import Counter, Increment
from spendplane.domain.ledger import MAX_TRANSACTION_ITEMS, Amendment, Transaction, transaction
from spendplane.domain.limits import Spend
from spendplane.domain.periods import Period, window_of
from tests.support.builders import NOW, at, budget, ref, row
from tests.support.places import Engine, Stores

MONTHLY = budget("monthly", 500)
DAILY_USER = budget("daily-user", 5, period=Period.DAILY, per="user_id")

MINUS = Increment(ref(MONTHLY), usd=Decimal("-0.75"))


@pytest.fixture
def stores(engine: Engine) -> Stores:
    connected: Stores = engine.place().connect()
    return connected


def read(stores: Stores, *refs: object) -> list[Counter]:
    return list(stores.ledger.counters((item, 1) for item in refs).values())  # type: ignore[misc]


def test_rows_and_counters_are_booked_together(stores: Stores) -> None:
    booked = transaction([row("a", "1.25", [MONTHLY, DAILY_USER]), row("b", "2", [MONTHLY])])
    assert stores.ledger.commit(booked) == []
    monthly, daily = read(stores, ref(MONTHLY), ref(DAILY_USER, key="employee-452"))
    assert monthly.spend == Spend(Decimal("3.25"), 2500, 2)
    assert daily.spend == Spend(Decimal("1.25"), 1250, 1)
    assert monthly.since == NOW
    assert {item.row.event.id: item.row.usd for item in stores.ledger.rows()} == {"a": Decimal("1.25"), "b": Decimal(2)}


def test_one_known_row_stops_the_whole_transaction(stores: Stores) -> None:
    stores.ledger.commit(transaction([row("a", "1", [MONTHLY])]))
    before = list(stores.ledger.all_counters())
    known = row("a", "1", [MONTHLY])
    (stored,) = stores.ledger.commit(transaction([row("b", "2", [MONTHLY]), known, row("c", "4", [MONTHLY])]))
    assert (stored.dedup_key, stored.event_id) == ("i#a", "a")
    assert stored.payload_hash == known.event.payload_hash
    assert stored.refs == (ref(MONTHLY),)
    assert list(stores.ledger.all_counters()) == before
    assert [item.row.event.id for item in stores.ledger.rows()] == ["a"]


def test_every_known_row_is_told(stores: Stores) -> None:
    stores.ledger.commit(transaction([row("a", "1", [MONTHLY]), row("b", None, [MONTHLY, DAILY_USER])]))
    stored = stores.ledger.commit(transaction([row(name, "1", [MONTHLY]) for name in "xabyz"]))
    assert {item.event_id: item.unpriced for item in stored} == {"a": None, "b": "unpriced: no price in this test"}
    assert {item.event_id: item.refs for item in stored}["b"] == (ref(MONTHLY), ref(DAILY_USER, key="employee-452"))


def test_a_call_seen_by_two_adapters_is_one_row(stores: Stores) -> None:
    stores.ledger.commit(transaction([row("a", "1", [MONTHLY], provider_request_id="req-9")]))
    (stored,) = stores.ledger.commit(transaction([row("b", "1", [MONTHLY], provider_request_id="req-9")]))
    assert (stored.dedup_key, stored.event_id) == ("r#aws.bedrock#req-9", "a")


def test_a_transaction_of_exactly_one_hundred_items(stores: Stores) -> None:
    rows = [row(f"e{number}", "0.01", [MONTHLY]) for number in range(MAX_TRANSACTION_ITEMS - 1)]
    rows = [replace(item, counted=rows[0].counted) for item in rows]
    booked = transaction(rows)
    assert len(booked.rows) + len(booked.increments) == MAX_TRANSACTION_ITEMS
    assert stores.ledger.commit(booked) == []
    assert read(stores, ref(MONTHLY))[0].spend.usd == Decimal("0.99")


def test_sums_are_exact_to_the_last_digit(stores: Stores, engine: Engine) -> None:
    """38 digits, DynamoDB's bound; MiniStack adds with 28."""
    large = "1234567890" if engine.name == "ministack" else "12345678901234567890"
    small = "0.123456789012345678"
    stores.ledger.commit(transaction([row("a", large, [MONTHLY])]))
    stores.ledger.commit(transaction([row("b", small, [MONTHLY])]))
    assert read(stores, ref(MONTHLY))[0].spend.usd == Decimal(large + small[1:])
    found = stores.ledger.row("i#b")
    assert found is not None
    assert found.row.usd == Decimal(small)


def test_a_row_comes_back_as_it_was_booked(stores: Stores) -> None:
    booked = row(
        "a", "0.5", [MONTHLY, DAILY_USER], user_id="Zoë ✨", surprise={"deep": [1, 2]}, provider_request_id="q/1"
    )
    stores.ledger.commit(transaction([booked]))
    found = stores.ledger.row(booked.event.dedup_key)
    assert found is not None
    assert found.row.event == booked.event
    assert found.row.event.source == "com.example.app"
    assert (found.row.usd, found.row.price, found.row.booked_at) == (booked.usd, booked.price, booked.booked_at)
    assert found.refs == booked.refs


def test_what_was_never_written_reads_as_empty(stores: Stores) -> None:
    assert read(stores, ref(MONTHLY)) == [Counter(ref(MONTHLY))]
    assert stores.ledger.row("i#nobody") is None
    assert list(stores.ledger.counters_of(MONTHLY, window_of(Period.MONTHLY, NOW))) == [Counter(ref(MONTHLY))]
    assert list(stores.ledger.counters_of(DAILY_USER, window_of(Period.DAILY, NOW))) == []
    assert stores.ledger.counters([]) == {}


def test_shards_are_read_together(stores: Stores) -> None:
    hot = replace(MONTHLY, shards=4)
    for number in range(24):
        stores.ledger.commit(transaction([row(f"e{number}", "0.5", [hot])]))
    whole = stores.ledger.counters([(ref(hot), 4)])[ref(hot)]
    part = stores.ledger.counters([(ref(hot), 1)])[ref(hot)]
    assert whole.spend == Spend(Decimal(12), 24 * 1250, 24)
    assert part.spend.usd < whole.spend.usd
    assert [item.spend for item in stores.ledger.all_counters()] == [whole.spend]
    assert [item.spend for item in stores.ledger.counters_of(hot, window_of(Period.MONTHLY, NOW))] == [whole.spend]


def test_counters_per_key_are_found_whatever_the_key_is(stores: Stores) -> None:
    keys = ["-", "a/b", "100% ✓", "x" * 256, "(none)", "Ωmega", "s0", "k01", " inner space "[1:-1], "𝔘" * 256]
    for number, key in enumerate(keys):
        stores.ledger.commit(transaction([row(f"e{number}", "1", [DAILY_USER], user_id=key)]))
    found = stores.ledger.counters_of(DAILY_USER, window_of(Period.DAILY, NOW))
    assert {item.ref.key for item in found} == set(keys)
    direct = stores.ledger.counters([(ref(DAILY_USER, key=key), 1) for key in keys])
    assert {item.spend.usd for item in direct.values()} == {Decimal(1)}


def test_counters_of_a_budget_are_of_one_period_and_one_grouping(stores: Stores) -> None:
    ungrouped = replace(DAILY_USER, per=None)
    stores.ledger.commit(transaction([row("a", "1", [DAILY_USER])]))
    stores.ledger.commit(transaction([row("b", "2", [ungrouped])]))
    stores.ledger.commit(transaction([row("c", "4", [DAILY_USER], time="2026-11-21T10:00:00Z")]))
    today = window_of(Period.DAILY, NOW)
    assert [item.spend.usd for item in stores.ledger.counters_of(DAILY_USER, today)] == [Decimal(1)]
    assert [item.spend.usd for item in stores.ledger.counters_of(ungrouped, today)] == [Decimal(2)]


def test_more_counters_than_one_read_takes(stores: Stores) -> None:
    users = [f"user-{number}" for number in range(130)]
    refs = [ref(DAILY_USER, key=user) for user in users]
    for start in (0, 49, 98):
        rows = [row(f"e-{user}", "1", [DAILY_USER], user_id=user) for user in users[start : start + 49]]
        stores.ledger.commit(transaction(rows))
    found = stores.ledger.counters((item, 1) for item in refs)
    assert sum(item.spend.requests for item in found.values()) == 130


def test_an_unpriced_row_is_counted_apart_and_rated_once(stores: Stores) -> None:
    stores.ledger.commit(transaction([row("a", None, [MONTHLY]), row("b", "1", [MONTHLY])]))
    assert read(stores, ref(MONTHLY))[0] == Counter(
        ref(MONTHLY), Spend(Decimal(1), 2500, 2), 1, since=NOW, contributors=read(stores, ref(MONTHLY))[0].contributors
    )
    (booked,) = stores.ledger.unpriced(NOW)
    rated = replace(booked.row, usd=Decimal("0.75"), price="prices.yaml: contract")
    change = Transaction((rated,), (Increment(ref(MONTHLY), usd=Decimal("0.75"), unpriced=-1),))
    assert stores.ledger.rerate(booked, change) is True
    assert stores.ledger.rerate(booked, change) is False
    counter = read(stores, ref(MONTHLY))[0]
    assert (counter.spend.usd, counter.spend.requests, counter.unpriced) == (Decimal("1.75"), 2, 0)
    (unsettled,) = stores.ledger.unpriced(NOW)
    assert unsettled.row.usd == Decimal("0.75")
    stores.ledger.settled(unsettled)
    stores.ledger.settled(unsettled)
    assert list(stores.ledger.unpriced(NOW)) == []
    found = stores.ledger.row("i#a")
    assert found is not None
    assert (found.row.usd, found.row.price, found.refs) == (Decimal("0.75"), rated.price, booked.refs)


def test_a_priced_row_is_amended_once_and_keeps_what_it_was(stores: Stores) -> None:
    stores.ledger.commit(transaction([row("a", "1", [MONTHLY]), row("b", "1", [MONTHLY])]))
    booked = stores.ledger.row("i#a")
    assert booked is not None
    first = Amendment(NOW, "ann", "a wrong contract; ünd mehr", Decimal(1), booked.row.price)
    change = Transaction((replace(booked.row, usd=Decimal("0.25"), price="right"),), (MINUS,))
    assert stores.ledger.amend(booked, change, first) is True
    assert stores.ledger.amend(booked, change, first) is False
    assert read(stores, ref(MONTHLY))[0].spend == Spend(Decimal("1.25"), 2500, 2)
    found = stores.ledger.row("i#a")
    assert found is not None
    assert (found.row.usd, found.row.price, found.refs, found.amendments) == (
        Decimal("0.25"),
        "right",
        booked.refs,
        (first,),
    )
    second = replace(first, by="ben", usd=Decimal("0.25"), price="right")
    again = Transaction((replace(found.row, usd=Decimal(1), price="first"),), (replace(MINUS, usd=Decimal("0.75")),))
    assert stores.ledger.amend(found, again, second) is True
    after = stores.ledger.row("i#a")
    assert after is not None
    assert after.amendments == (first, second)


def test_a_row_that_is_gone_or_has_no_price_is_not_amended(stores: Stores) -> None:
    stores.ledger.commit(transaction([row("a", None, [MONTHLY])]))
    note = Amendment(NOW, "ann", "why", Decimal(1), "list")
    for event in (row("a", "1").event, row("zzz", "1").event):
        change = Transaction((replace(row("a", "2"), event=event),), (MINUS,))
        booked = BookedRow(replace(row("a", "1"), event=event), ())
        assert stores.ledger.amend(booked, change, note) is False
    assert read(stores, ref(MONTHLY))[0].spend.usd == 0


def test_rating_a_row_that_is_gone_changes_nothing(stores: Stores) -> None:
    stores.ledger.commit(transaction([row("a", None, [MONTHLY])]))
    (booked,) = stores.ledger.unpriced(NOW)
    gone = replace(booked, row=replace(booked.row, event=row("zzz", None).event))
    change = Transaction((replace(gone.row, usd=Decimal(1)),), (Increment(ref(MONTHLY), usd=Decimal(1), unpriced=-1),))
    assert stores.ledger.rerate(gone, change) is False
    assert read(stores, ref(MONTHLY))[0].spend.usd == 0


def test_unpriced_rows_are_found_for_as_long_as_they_live(stores: Stores) -> None:
    stores.ledger.commit(transaction([row("a", None, booked_at=at("2026-10-10T00:00:00+00:00"))]))
    stores.ledger.commit(transaction([row("b", None, booked_at=NOW)]))
    assert {item.row.event.id for item in stores.ledger.unpriced(NOW)} == {"a", "b"}


def test_a_correction_is_relative(stores: Stores) -> None:
    stores.ledger.commit(transaction([row("a", "5", [MONTHLY])]))
    stores.ledger.correct(Increment(ref(MONTHLY), usd=Decimal("-1.5"), tokens=-50, requests=1, unpriced=2))
    counter = read(stores, ref(MONTHLY))[0]
    assert (counter.spend, counter.unpriced) == (Spend(Decimal("3.5"), 1200, 2), 2)
    assert counter.since == NOW


def test_a_correction_is_made_once_by_whoever_saw_the_same(stores: Stores) -> None:
    change = Increment(ref(MONTHLY), usd=Decimal(1))
    assert [stores.ledger.correct(change, mends) for mends in (1, 0, 0, 2, 1)] == [False, True, False, False, True]
    counter = read(stores, ref(MONTHLY))[0]
    assert (counter.spend, counter.mends) == (Spend(Decimal(2)), 2)
    stores.ledger.commit(transaction([row("a", "5", [MONTHLY])]))
    assert read(stores, ref(MONTHLY))[0].mends == 2


def test_the_first_booking_sets_since(stores: Stores) -> None:
    stores.ledger.commit(transaction([row("a", "1", [MONTHLY], booked_at=at("2026-11-22T12:00:00+00:00"))]))
    stores.ledger.commit(transaction([row("b", "1", [MONTHLY], booked_at=at("2026-11-22T13:00:00+00:00"))]))
    assert read(stores, ref(MONTHLY))[0].since == NOW


def test_contributors_add_up(stores: Stores) -> None:
    for number, usd in enumerate(["1", "2.5"]):
        stores.ledger.commit(transaction([row(f"e{number}", usd, [MONTHLY], user_id="#".replace("#", "ann: ☕"))]))
    assert read(stores, ref(MONTHLY))[0].contributors["u:ann: ☕"] == Decimal("3.5")
