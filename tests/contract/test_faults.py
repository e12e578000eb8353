"""What the adapters over a table make of conflicts, throttles, outages and replies that never arrive."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from botocore.exceptions import ClientError

from spendplane.adapters.dynamodb.client import Table
from spendplane.adapters.dynamodb.ledger import DynamoLedger
from spendplane.adapters.dynamodb.outbox import DynamoOutbox
from spendplane.application.alerting.announcing import threshold_crossed
from spendplane.application.alerting.contributors import Contributors
from spendplane.application.metering.booking import Booker
from spendplane.application.ports import BusyError, UnstorableError
from spendplane.application.ports.retry import Retry
from spendplane.domain.alerts import due
from spendplane.domain.counters import Increment
from spendplane.domain.ledger import LedgerRow, transaction
from tests.support.builders import NOW, budget, ref, row
from tests.support.faults import CONFLICT, LOST, PASS, THROTTLED_ITEM, UNREACHABLE, Faults, client_with
from tests.support.places import QUICK, DynamoPlace, Engine

MONTHLY = budget("monthly", 10)
ONCE = Retry(attempts=1)


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)


@dataclass(frozen=True, slots=True)
class Broken:
    """A table whose next transactions meet faults, and a clear view of what is in it."""

    place: DynamoPlace
    faulty: Table
    faults: Faults

    @property
    def ledger(self) -> DynamoLedger:
        return DynamoLedger(self.faulty)

    def booker(self, retry: Retry = QUICK) -> Booker:
        return Booker(self.ledger, Contributors(self.ledger), retry)

    def spent(self) -> tuple[float, int]:
        counter = self.place.connect().ledger.counters([(ref(MONTHLY), 1)])[ref(MONTHLY)]
        return float(counter.spend.usd), counter.spend.requests

    def rows(self) -> set[str]:
        return {item.row.event.id for item in self.place.connect().ledger.rows()}


@pytest.fixture
def broken(request: pytest.FixtureRequest, table_engine: Engine) -> Iterator[Broken]:
    """`@pytest.mark.parametrize("broken", [[…faults…]], indirect=True)`."""
    place = table_engine.place()
    faults = Faults(getattr(request, "param", []))
    with closing(client_with(table_engine.url, "TransactWriteItems", faults)) as client:
        yield Broken(place, Table(client, place.name, ONCE), faults)


def rows(*names: str) -> list[LedgerRow]:
    return [row(name, "1", [MONTHLY]) for name in names]


BUSY = [
    [CONFLICT],
    [THROTTLED_ITEM],
    ["TransactionInProgressException"] * 3,
    ["ThrottlingException"] * 3,
    ["ProvisionedThroughputExceededException"] * 3,
    ["InternalServerError"] * 3,
    ["ServiceUnavailable"] * 3,
    [UNREACHABLE] * 3,
]


@pytest.mark.parametrize("broken", BUSY, indirect=True, ids=lambda plan: plan[0])
def test_what_may_succeed_later_is_busy_and_changes_nothing(broken: Broken) -> None:
    with pytest.raises(BusyError):
        broken.ledger.commit(transaction(rows("a", "b")))
    assert broken.rows() == set()
    assert broken.ledger.commit(transaction(rows("a", "b"))) == []
    assert broken.spent() == (2, 2)


@pytest.mark.parametrize("broken", [[LOST], [LOST, LOST]], indirect=True)
def test_a_lost_reply_is_asked_for_again_under_the_same_token(broken: Broken) -> None:
    assert broken.ledger.commit(transaction(rows("a"))) == []
    assert len(broken.faults.sent) == len(broken.faults.plan) + 1
    assert len({body["ClientRequestToken"] for body in broken.faults.sent}) == 1
    assert broken.spent() == (1, 1)


@pytest.mark.parametrize("broken", [[LOST]], indirect=True)
def test_a_correction_whose_reply_is_lost_is_made_once(broken: Broken) -> None:
    broken.ledger.correct(Increment(ref(MONTHLY), usd=Decimal(3), requests=1))
    assert len({body["ClientRequestToken"] for body in broken.faults.sent}) == 1
    assert len(broken.faults.sent) == 2
    assert broken.spent() == (3, 1)


@pytest.mark.parametrize("broken", [[LOST, LOST, LOST]], indirect=True)
def test_when_every_reply_is_lost_the_rows_are_recognised_as_booked(broken: Broken) -> None:
    booked = broken.booker()(rows("a", "b"))
    assert (len(booked.rows), booked.duplicates, booked.failed) == (0, 2, set())
    assert list(booked.refs) == [ref(MONTHLY)], "they are judged all the same"
    assert broken.spent() == (2, 2)


@pytest.mark.parametrize("broken", [[LOST] * 3 + [CONFLICT] * 2], indirect=True)
def test_an_unpriced_row_whose_reply_was_lost_is_still_announced(broken: Broken) -> None:
    booked = broken.booker()([row("a", None, [MONTHLY])])
    assert [(event.id, reason) for event, reason in booked.unpriced] == [("a", "unpriced: no price in this test")]


@pytest.mark.parametrize("broken", [[CONFLICT] * 4], indirect=True)
def test_conflicts_are_tried_again(broken: Broken) -> None:
    assert len(broken.booker()(rows("a", "b")).rows) == 2
    assert len(broken.faults.sent) == 5
    assert broken.spent() == (2, 2)


@pytest.mark.parametrize("broken", [[CONFLICT] * 8], indirect=True)
def test_after_eight_conflicts_the_rows_are_reported_as_failed(broken: Broken) -> None:
    booked = broken.booker()(rows("a", "b"))
    assert (booked.failed, booked.rows) == ({"i#a", "i#b"}, [])
    assert broken.spent() == (0, 0)


@pytest.mark.parametrize("broken", [["AccessDeniedException"]], indirect=True)
def test_a_missing_permission_is_neither_busy_nor_swallowed(broken: Broken) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        broken.booker()(rows("a"))


def test_what_is_too_large_is_put_aside_and_the_others_are_booked(broken: Broken) -> None:
    """400 KB is the bound of an item. The contract's own bound, 32 KB, keeps events far from it."""
    huge = row("huge", "1", [MONTHLY], extra="x" * 410_000)
    with pytest.raises(UnstorableError):
        broken.ledger.commit(transaction([huge]))
    booked = broken.booker()([*rows("a", "b", "c"), huge, *rows("d")])
    assert booked.failed == {"i#huge"}
    assert broken.rows() == {"a", "b", "c", "d"}
    assert broken.spent() == (4, 4)


def test_a_known_row_among_new_ones_costs_one_more_call(broken: Broken) -> None:
    broken.booker()(rows("a", "b"))
    broken.faults.sent.clear()
    booked = broken.booker()(rows("a", "c", "b", "d"))
    assert ([item.event.id for item in booked.rows], booked.duplicates) == (["c", "d"], 2)
    assert len(broken.faults.sent) == 2


@pytest.mark.parametrize("broken", [[PASS, CONFLICT, LOST]], indirect=True)
def test_an_alert_is_marked_once_through_conflicts_and_lost_replies(broken: Broken) -> None:
    booked = broken.booker()([row("a", "12", [MONTHLY])])
    counter = broken.ledger.counters([(ref(MONTHLY), 1)])[ref(MONTHLY)]
    soft, _ = due(MONTHLY, counter, NOW)
    outbox = DynamoOutbox(Table(broken.faulty.client, broken.faulty.name, QUICK))
    assert booked.failed == set()
    assert outbox.add_alert(soft, threshold_crossed(soft, NOW), NOW) is True
    assert outbox.add_alert(soft, threshold_crossed(soft, NOW), NOW) is False
    assert list(broken.place.announcements()) == [soft.id]


def test_keys_that_were_not_processed_are_asked_for_again(table_engine: Engine) -> None:
    place = table_engine.place()
    place.connect().ledger.commit(transaction(rows("a")))
    place.hook = _OneKeyAtATime
    other = budget("other", 1)
    found = place.connect().ledger.counters([(ref(MONTHLY), 3), (ref(other), 2)])
    assert (found[ref(MONTHLY)].spend.usd, found[ref(other)].spend.usd) == (1, 0)


def test_keys_that_are_never_processed_are_busy(table_engine: Engine) -> None:
    place = table_engine.place()
    place.hook = _NoKeyEver
    with pytest.raises(BusyError):
        place.connect().ledger.counters([(ref(MONTHLY), 1)])


class _OneKeyAtATime:
    def __init__(self, client: Any) -> None:
        self._client, self.meta = client, client.meta

    def batch_get_item(self, **given: Any) -> Any:
        ((table, wanted),) = given["RequestItems"].items()
        first, rest = wanted["Keys"][:1], wanted["Keys"][1:]
        answer = self._client.batch_get_item(RequestItems={table: {**wanted, "Keys": first}})
        left = {table: {**wanted, "Keys": rest}} if rest else {}
        return {**answer, "Responses": {table: answer["Responses"].get(table, [])}, "UnprocessedKeys": left}


class _NoKeyEver:
    def __init__(self, client: Any) -> None:
        self.meta = client.meta

    def batch_get_item(self, **given: Any) -> Any:
        return {"Responses": {}, "UnprocessedKeys": given["RequestItems"]}
