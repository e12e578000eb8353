"""The outbox port: what every adapter promises."""

from datetime import timedelta

import pytest

from spendplane.application.alerting.announcing import threshold_crossed, usage_unpriced
from spendplane.application.ports import Announcement, AnnouncementState
from spendplane.domain.alerts import Alert, due
from spendplane.domain.ledger import transaction
from tests.support.builders import NOW, budget, event, ref, row
from tests.support.places import Engine, Stores

BUDGET = budget("staging", 10)
SOON, LATER = NOW + timedelta(seconds=60), NOW + timedelta(minutes=5)
UNPRICED = usage_unpriced(event(model="mystery"), "unpriced: no price for model 'mystery'", NOW)


@pytest.fixture
def stores(engine: Engine) -> Stores:
    connected: Stores = engine.place().connect()
    return connected


def alerts(stores: Stores, usd: str = "12", user: str = "employee-452") -> list[tuple[Alert, Announcement]]:
    per_user = budget("per-user", 10, per="user_id")
    stores.ledger.commit(transaction([row(f"e-{len(user)}", usd, [BUDGET, per_user], user_id=user)]))
    wanted = {ref(BUDGET): BUDGET, ref(per_user, key=user): per_user}
    counters = stores.ledger.counters((item, 1) for item in wanted)
    found = [alert for key, of in wanted.items() for alert in due(of, counters[key], NOW)]
    return [(alert, threshold_crossed(alert, NOW)) for alert in found]


def test_an_alert_is_raised_once(stores: Stores) -> None:
    (soft, said), (hard, said_too), *_ = alerts(stores)
    assert (soft.threshold, hard.threshold) == (80, 100)
    assert stores.outbox.add_alert(soft, said, SOON) is True
    assert stores.outbox.add_alert(soft, said, SOON) is False
    assert stores.outbox.add_alert(hard, said_too, SOON) is True
    counter = stores.ledger.counters([(ref(BUDGET), 1)])[ref(BUDGET)]
    assert counter.fired == {"80.1", "100.1"}
    assert counter.spend.usd == 12
    assert {item.id for item in stores.outbox.due(SOON)} == {said.id, said_too.id}


def test_the_marker_and_the_announcement_stand_together(stores: Stores) -> None:
    """An announcement that is there already: neither is written, so no marker stands without its announcement."""
    (soft, said), *_ = alerts(stores)
    assert stores.outbox.add(said, SOON) is True
    assert stores.outbox.add_alert(soft, said, LATER) is False
    assert stores.ledger.counters([(ref(BUDGET), 1)])[ref(BUDGET)].fired == frozenset()
    assert [item.id for item in stores.outbox.due(SOON)] == [said.id]


def test_alerts_are_listed_for_audits(stores: Stores) -> None:
    raised = [*alerts(stores), *alerts(stores, user="𝔘" * 256)]
    for alert, said in raised:
        stores.outbox.add_alert(alert, said, SOON)
    stores.outbox.add(UNPRICED, SOON)
    assert {item.id for item in stores.outbox.alerts()} == {said.id for _, said in raised}
    mine = {said.id for alert, said in raised if alert.budget.id == "per-user"}
    assert {item.id for item in stores.outbox.alerts("per-user")} == mine
    assert list(stores.outbox.alerts("per")) == []


def test_an_announcement_is_stored_once_and_comes_back_whole(stores: Stores) -> None:
    assert stores.outbox.add(UNPRICED, SOON) is True
    assert stores.outbox.add(UNPRICED, LATER) is False
    assert list(stores.outbox.due(SOON)) == [UNPRICED]


def test_what_is_due_comes_oldest_first(stores: Stores) -> None:
    news = {minute: usage_unpriced(event(model=f"m{minute}"), "why", NOW) for minute in (5, 1, 3, 9)}
    for minute, item in news.items():
        stores.outbox.add(item, NOW + timedelta(minutes=minute))
    assert list(stores.outbox.due(NOW)) == []
    due_now = [item.id for item in stores.outbox.due(NOW + timedelta(minutes=5))]
    assert due_now == [news[1].id, news[3].id, news[5].id]


def test_sent_postpones_and_never_undoes_notified(stores: Stores) -> None:
    stores.outbox.add(UNPRICED, SOON)
    stores.outbox.sent(UNPRICED.id, LATER)
    assert list(stores.outbox.due(SOON)) == []
    (waiting,) = stores.outbox.due(LATER)
    assert waiting.state is AnnouncementState.SENT
    assert stores.outbox.claim(UNPRICED.id, NOW, SOON) is not None
    stores.outbox.done(UNPRICED.id)
    stores.outbox.sent(UNPRICED.id, SOON)
    assert list(stores.outbox.due(LATER + timedelta(days=30))) == []
    assert stores.outbox.claim(UNPRICED.id, LATER, LATER) is None


def test_what_is_unknown_is_not_invented(stores: Stores) -> None:
    stores.outbox.sent("nobody", SOON)
    assert stores.outbox.claim("nobody", NOW, SOON) is None
    assert list(stores.outbox.due(LATER)) == []


def test_of_two_notifiers_one_gets_the_claim(stores: Stores) -> None:
    stores.outbox.add(UNPRICED, SOON)
    until = NOW + timedelta(seconds=45)
    assert stores.outbox.claim(UNPRICED.id, NOW, until) is not None
    assert stores.outbox.claim(UNPRICED.id, NOW + timedelta(seconds=44), LATER) is None
    assert stores.outbox.claim(UNPRICED.id, until, LATER) is not None, "the lease is over: its holder crashed"


def test_a_claim_that_is_given_back_is_free(stores: Stores) -> None:
    stores.outbox.add(UNPRICED, SOON)
    stores.outbox.claim(UNPRICED.id, NOW, LATER)
    stores.outbox.release(UNPRICED.id)
    assert stores.outbox.claim(UNPRICED.id, NOW, LATER) is not None


def test_topics_that_have_it_are_remembered(stores: Stores) -> None:
    stores.outbox.add(UNPRICED, SOON)
    stores.outbox.claim(UNPRICED.id, NOW, SOON)
    stores.outbox.delivered(UNPRICED.id, "on-call")
    stores.outbox.delivered(UNPRICED.id, "on-call")
    stores.outbox.delivered(UNPRICED.id, "budget-alerts")
    stores.outbox.release(UNPRICED.id)
    again = stores.outbox.claim(UNPRICED.id, NOW, SOON)
    assert again is not None
    assert again.delivered == {"on-call", "budget-alerts"}


def test_an_id_longer_than_a_key_may_be(stores: Stores) -> None:
    long = usage_unpriced(event(model="𝔘" * 256, provider="𝔓" * 256), "why", NOW)
    assert stores.outbox.add(long, SOON) is True
    assert stores.outbox.claim(long.id, NOW, SOON) == long
    stores.outbox.done(long.id)
    assert list(stores.outbox.due(LATER)) == []


def test_one_is_read_as_it_stands(stores: Stores) -> None:
    assert stores.outbox.announcement(UNPRICED.id) is None
    stores.outbox.add(UNPRICED, SOON)
    assert stores.outbox.announcement(UNPRICED.id) == UNPRICED
    stores.outbox.sent(UNPRICED.id, LATER)
    sent = stores.outbox.announcement(UNPRICED.id)
    assert sent is not None
    assert sent.state is AnnouncementState.SENT
