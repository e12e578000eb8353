"""The store of the kill switch: leases, switches, and the crossings that set them off."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from spendplane.application.alerting.announcing import threshold_crossed, usage_unpriced
from spendplane.application.alerting.judge import UNSENT_AFTER
from spendplane.application.ports import Announcement, BusyError
from spendplane.application.ports.switches import AuditEntry
from spendplane.domain.alerts import Alert, due
from spendplane.domain.budgets import Budget
from spendplane.domain.counters import CounterRef
from spendplane.domain.idle_policy import ref_of
from spendplane.domain.ledger import transaction
from spendplane.domain.periods import Period
from spendplane.domain.switches import Hold, Level, Order, Phase, Switch
from tests.support.builders import NOW, event, ref, row
from tests.support.fleets import PROJECT, staging
from tests.support.places import Engine, Stores

DAILY = staging(10, period=Period.DAILY)
REF, KEYED = ref(DAILY), CounterRef("staging", "m2026-11-01", "ann/b#c")
LEVEL = Level.THROTTLE
UNTIL, SOON = NOW + timedelta(seconds=75), NOW + timedelta(seconds=50)
MOMENT = timedelta(milliseconds=1)
LONG = "𝔘" * 256
"""As long as an attribute may be: 1,024 bytes."""


@pytest.fixture
def stores(engine: Engine) -> Stores:
    connected: Stores = engine.place().connect()
    return connected


def entry(number: int = 0, at: Any = NOW, **detail: Any) -> AuditEntry:
    return AuditEntry("throttle/staging/d2026-11-22", at, number, "engage", detail)


def news(name: str) -> Announcement:
    return usage_unpriced(event(model=name), "why", NOW)


def leased(stores: Stores, of: CounterRef = REF, level: Level = LEVEL) -> Switch:
    switch = stores.switches.lease(of, level, NOW, UNTIL)
    assert switch is not None
    return switch


@pytest.mark.parametrize("of", [REF, KEYED, CounterRef("s", "t", LONG)], ids=["plain", "keyed", "long"])
@pytest.mark.parametrize("level", Level)
def test_a_switch_that_is_not_there_is_made_by_its_lease(stores: Stores, of: CounterRef, level: Level) -> None:
    assert stores.switches.get(of, level) is None
    switch = leased(stores, of, level)
    assert (switch.ref, switch.level, switch.phase, switch.generation) == (of, level, Phase.DUE, 0)
    assert stores.switches.get(of, level) == switch
    assert list(stores.switches.of_budget(of.budget_id)) == [switch]


def test_of_two_one_gets_the_lease_until_it_is_over(stores: Stores) -> None:
    leased(stores)
    assert stores.switches.lease(REF, LEVEL, UNTIL - MOMENT, UNTIL + UNSENT_AFTER) is None
    assert stores.switches.lease(REF, Level.DEGRADE, NOW, UNTIL) is not None, "each level is a switch of its own"
    again = stores.switches.lease(REF, LEVEL, UNTIL, UNTIL + UNSENT_AFTER)
    assert again is not None, "its holder crashed"
    assert again.turn > 1


def test_whoever_dies_with_a_lease_is_followed(stores: Stores) -> None:
    leased(stores)
    assert list(stores.switches.waiting(UNTIL - MOMENT)) == []
    assert list(stores.switches.waiting(UNTIL)) == [(REF, LEVEL)]


def test_a_lease_that_is_given_back_is_free_and_the_switch_stays_due(stores: Stores) -> None:
    switch = leased(stores)
    stores.switches.give_back(switch, SOON)
    assert list(stores.switches.waiting(SOON)) == [(REF, LEVEL)]
    assert stores.switches.lease(REF, LEVEL, NOW, UNTIL) is not None


def test_whose_lease_was_taken_over_can_store_nothing_any_more(stores: Stores) -> None:
    old = leased(stores)
    current = stores.switches.lease(REF, LEVEL, UNTIL, UNTIL + UNSENT_AFTER)
    assert current is not None
    on = replace(old, phase=Phase.ON)
    with pytest.raises(BusyError):
        stores.switches.note(on, [entry()])
    for due_at in (None, SOON):
        with pytest.raises(BusyError):
            stores.switches.save(on, due_at, [entry()], [news("m")])
    stores.switches.give_back(old, NOW)
    assert stores.switches.get(REF, LEVEL) == current
    assert list(stores.switches.audit(entry().switch_id)) == []
    assert list(stores.outbox.due(UNTIL + UNSENT_AFTER)) == []
    assert stores.switches.lease(REF, LEVEL, UNTIL, UNTIL + UNSENT_AFTER) is None, "the later lease still stands"
    stores.switches.save(replace(current, phase=Phase.ON), SOON, [], [])


FULL = Switch(
    KEYED, Level.THROTTLE, Phase.ON, 7, "reason «ü»", NOW - timedelta(days=2), frozenset({"a", "b#c"}),
    frozenset({"a", "!b"}), frozenset({"*", PROJECT}), Hold("ann", "why", UNTIL, Decimal("12.500000")), None,
)  # fmt: skip


SHAPES = {
    "full": FULL,
    "empty": Switch(KEYED, Level.THROTTLE),
    "held for good": replace(FULL, hold=Hold("ann", "why")),
    "ordered": replace(FULL, hold=None, order=Order("ben", "why", 30)),
    "ordered without a cap": replace(FULL, hold=None, order=Order("ben", "why")),
    "of a total": replace(FULL, ref=CounterRef("all", "t")),
    "with a long key": replace(FULL, ref=CounterRef("s", "d2026-11-22", LONG)),
}


@pytest.mark.parametrize("name", SHAPES)
def test_what_is_saved_comes_back_whole(stores: Stores, name: str) -> None:
    shape = SHAPES[name]
    for store in (lambda item: stores.switches.note(item, []), lambda item: stores.switches.save(item, SOON, [], [])):
        switch = replace(shape, turn=leased(stores, shape.ref, shape.level).turn)
        store(switch)
        assert stores.switches.get(shape.ref, shape.level) == switch
        assert list(stores.switches.of_budget(shape.ref.budget_id)) == [switch]
        stores.switches.give_back(switch, SOON)


def test_of_a_budget_are_all_of_its_switches_and_no_others(stores: Stores) -> None:
    for of, level in ((REF, LEVEL), (KEYED, LEVEL), (REF, Level.DEGRADE), (CounterRef("stagin", "t"), LEVEL)):
        leased(stores, of, level)
    found = {(item.ref, item.level) for item in stores.switches.of_budget("staging")}
    assert found == {(REF, LEVEL), (KEYED, LEVEL), (REF, Level.DEGRADE)}
    assert list(stores.switches.of_budget("nobody")) == []


def test_a_note_keeps_the_lease(stores: Stores) -> None:
    switch = replace(leased(stores), phase=Phase.ON, held=frozenset({"a"}))
    stores.switches.note(switch, [entry(a=1)])
    assert stores.switches.get(REF, LEVEL) == switch
    assert stores.switches.lease(REF, LEVEL, NOW, UNTIL) is None
    assert list(stores.switches.waiting(UNTIL)) == [(REF, LEVEL)]
    assert list(stores.switches.audit(entry().switch_id)) == [entry(a=1)]


def test_saving_ends_the_lease_and_says_when_to_look_again(stores: Stores) -> None:
    stores.switches.save(leased(stores), SOON, [], [])
    assert list(stores.switches.waiting(SOON - MOMENT)) == []
    assert list(stores.switches.waiting(SOON)) == [(REF, LEVEL)]
    stores.switches.save(leased(stores), None, [], [])
    assert list(stores.switches.waiting(NOW + timedelta(days=400))) == []
    assert stores.switches.get(REF, LEVEL) is not None
    assert leased(stores).turn == 3


def test_what_waits_comes_oldest_first(stores: Stores) -> None:
    for minute in (5, 1, 9, 3):
        of = CounterRef(f"b{minute}", "t")
        stores.switches.save(leased(stores, of), NOW + timedelta(minutes=minute), [], [])
    waiting = [of.budget_id for of, _ in stores.switches.waiting(NOW + timedelta(minutes=5))]
    assert waiting == ["b1", "b3", "b5"]


def test_a_save_stores_the_news_once_and_says_which_are_new(stores: Stores) -> None:
    first, second = news("m1"), news("m2")
    assert list(stores.switches.save(leased(stores), SOON, [entry(a=1)], [first])) == [first]
    assert list(stores.switches.save(leased(stores), None, [entry(a=2)], [first, second])) == [second]
    assert {item.id for item in stores.outbox.due(NOW + UNSENT_AFTER)} == {first.id, second.id}
    assert list(stores.outbox.due(NOW + UNSENT_AFTER - MOMENT)) == []
    assert {item.detail["a"] for item in stores.switches.audit(entry().switch_id)} == {1, 2}
    assert list(stores.switches.save(leased(stores), SOON, [entry(a=1)], [first, second])) == []


def crossed(stores: Stores, of: Budget = DAILY, usd: str = "12", **fields: Any) -> list[Alert]:
    """The alerts of one call that costs so much."""
    stores.ledger.commit(transaction([row(f"e-{len(str(fields))}", usd, [of], **fields)]))
    (counter,) = stores.ledger.all_counters()
    return due(of, counter, NOW)


def raise_alert(stores: Stores, alert: Alert) -> bool:
    return stores.outbox.add_alert(alert, threshold_crossed(alert, NOW), SOON)


def test_an_alert_and_the_switch_that_it_sets_off_stand_together(stores: Stores) -> None:
    soft, hard = crossed(stores)
    assert raise_alert(stores, soft)
    assert list(stores.switches.of_budget("staging")) == []
    assert raise_alert(stores, hard)
    assert list(stores.switches.waiting(SOON - MOMENT)) == []
    assert list(stores.switches.waiting(SOON)) == [(REF, LEVEL)]
    assert stores.switches.get(REF, LEVEL) == Switch(REF, LEVEL)


def test_an_alert_that_is_not_raised_sets_nothing_off(stores: Stores) -> None:
    """Its announcement is there already: neither the marker nor the switch is written."""
    _, hard = crossed(stores)
    stores.outbox.add(threshold_crossed(hard, NOW), SOON)
    assert not raise_alert(stores, hard)
    assert stores.switches.get(REF, LEVEL) is None


def test_an_alert_that_only_notifies_sets_nothing_off(stores: Stores) -> None:
    for alert in crossed(stores, replace(DAILY, on_hard_limit="notify")):
        assert raise_alert(stores, alert)
    assert list(stores.switches.of_budget("staging")) == []


def test_a_soft_alert_may_degrade(stores: Stores) -> None:
    (soft, _) = crossed(stores, replace(DAILY, on_soft_limit="degrade"))
    assert raise_alert(stores, soft)
    assert list(stores.switches.waiting(SOON)) == [(REF, Level.DEGRADE)]


def test_a_user_of_the_longest_name_has_a_switch(stores: Stores) -> None:
    of = staging(10, "a" * 64, per="user_id")
    _, hard = crossed(stores, of, user_id=LONG)
    assert raise_alert(stores, hard)
    assert list(stores.switches.waiting(SOON)) == [(hard.ref, LEVEL)]
    assert leased(stores, hard.ref).ref.key == LONG


def test_a_crossing_leaves_what_is_known_of_the_switch(stores: Stores) -> None:
    held = replace(leased(stores), phase=Phase.HELD, generation=3, hold=Hold("ann", "why"))
    stores.switches.save(held, None, [], [])
    _, hard = crossed(stores)
    assert raise_alert(stores, hard)
    assert list(stores.switches.waiting(SOON)) == [(REF, LEVEL)]
    assert stores.switches.get(REF, LEVEL) == held


def test_an_announced_switch_is_kept_and_due_when_it_is_to_go_on(stores: Stores) -> None:
    of, starts_at = ref_of("endpoint/Summaries"), NOW + timedelta(hours=24)
    switch = stores.switches.lease(of, Level.IDLE, NOW, UNTIL)
    assert switch is not None
    announced = replace(switch, phase=Phase.ANNOUNCED, generation=1, since=NOW, starts_at=starts_at)
    stores.switches.save(announced, starts_at, [], [])
    assert stores.switches.get(of, Level.IDLE) == announced
    assert list(stores.switches.of_budget("idle")) == [announced]
    assert (of, Level.IDLE) not in list(stores.switches.waiting(starts_at - timedelta(seconds=1)))
    assert list(stores.switches.waiting(starts_at)) == [(of, Level.IDLE)]


def test_a_crossing_while_somebody_is_at_the_switch_is_not_lost(stores: Stores) -> None:
    switch = leased(stores)
    _, hard = crossed(stores)
    assert raise_alert(stores, hard)
    stored = list(stores.switches.save(replace(switch, phase=Phase.OFF), None, [entry(a=1)], [news("m")]))
    assert stored == [news("m")]
    found = stores.switches.get(REF, LEVEL)
    assert found is not None
    assert found.phase is Phase.OFF
    assert list(stores.switches.waiting(SOON)) == [(REF, LEVEL)], "it is looked at again"
    assert stores.switches.lease(REF, LEVEL, NOW, UNTIL) is not None, "the lease was ended"
