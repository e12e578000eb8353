"""What only a table can do to the kill switch's store: expiry, conflicts, throttles and replies that never arrive."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from spendplane.adapters.dynamodb import keys
from spendplane.adapters.dynamodb.client import Table
from spendplane.adapters.dynamodb.switches import DynamoSwitches
from spendplane.application.alerting.announcing import usage_unpriced
from spendplane.application.alerting.judge import UNSENT_AFTER
from spendplane.application.ports import BusyError
from spendplane.application.ports.retry import Retry
from spendplane.application.ports.switches import AuditEntry, Standing
from spendplane.domain.counters import CounterRef
from spendplane.domain.switches import Grip, GripPhase, Level, Phase, Switch
from tests.support.builders import NOW, event
from tests.support.faults import CONFLICT, LOST, PASS, THROTTLED_ITEM, UNREACHABLE, Faults, client_with
from tests.support.fleets import target
from tests.support.places import QUICK, DynamoPlace, Engine

REF, LEVEL = CounterRef("staging", "d2026-11-22"), Level.THROTTLE
UNTIL, SOON = NOW + timedelta(seconds=75), NOW + timedelta(seconds=50)
GRIP = Grip(target("agent"), {"reserved": 10}, GripPhase.ENGAGING, frozenset({"one"}), NOW)
NEWS = usage_unpriced(event(model="m"), "why", NOW)
ENTRY = AuditEntry("throttle/staging/d2026-11-22", NOW, 2, "undo stored", {"a": 1})
ONCE = Retry(attempts=1)


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)


@dataclass(frozen=True, slots=True)
class Broken:
    """A table of which one operation meets faults, and a clear view of what is in it."""

    place: DynamoPlace
    client: Any
    faults: Faults

    def switches(self, retry: Retry = QUICK) -> DynamoSwitches:
        return DynamoSwitches(Table(self.client, self.place.name, retry))

    @property
    def clear(self) -> Any:
        return self.place.connect().switches

    def audit(self) -> list[AuditEntry]:
        return list(self.clear.audit(ENTRY.switch_id))

    def leased(self) -> Switch:
        switch: Switch = self.clear.lease(REF, LEVEL, NOW, UNTIL)
        return switch


Break = Callable[..., Broken]


@pytest.fixture
def broken(table_engine: Engine) -> Iterator[Break]:
    """`broken("UpdateItem", LOST)`."""
    with closing(_Clients()) as clients:

        def make(operation: str, *plan: str) -> Broken:
            faults = Faults(plan)
            client = client_with(table_engine.url, operation, faults)
            clients.made.append(client)
            return Broken(table_engine.place(), client, faults)

        yield make


class _Clients:
    def __init__(self) -> None:
        self.made: list[Any] = []

    def close(self) -> None:
        for client in self.made:
            client.close()


# --- expiry


def expiry(place: DynamoPlace, key: dict[str, Any]) -> datetime | None:
    item = place.table.get(key)
    assert item is not None
    return datetime.fromtimestamp(int(item["expires_at"]["N"]), UTC) if "expires_at" in item else None


def test_the_audit_and_what_is_over_are_kept_400_days(table_engine: Engine) -> None:
    place: DynamoPlace = table_engine.place()
    switches, days = place.connect().switches, timedelta(days=400)
    switches.record([ENTRY])
    (item,) = place.table.query(keys.audit_partition(ENTRY.switch_id))
    assert expiry(place, {name: item[name] for name in ("pk", "sk")}) == NOW + days
    total = CounterRef("all", "t")
    for of, end in ((REF, datetime(2026, 11, 23, tzinfo=UTC) + days), (total, None)):
        switch = switches.lease(of, LEVEL, NOW, UNTIL)
        assert switch is not None
        switches.save(switch, None, [], [])
        assert expiry(place, keys.switch_key(of, LEVEL)) == end
    stored = switches.put_grip(GRIP)
    for phase in GripPhase:
        stored = switches.put_grip(replace(stored, phase=phase))
        assert expiry(place, keys.grip_key(GRIP.target.key)) == (None if stored.live else NOW + days), phase
    switches.stand([Standing("p", "s", LEVEL, {}, "why", UNTIL), Standing("q", "s", LEVEL, {}, "why", None)])
    assert expiry(place, keys.standing_key("p", "s")) == UNTIL
    assert expiry(place, keys.standing_key("q", "s")) is None


def test_the_audit_is_only_ever_put_where_nothing_is(broken: Break) -> None:
    """The functions' policies deny everything else under its keys."""
    made = broken("TransactWriteItems")
    switches, switch = made.switches(), made.leased()
    switches.note(switch, [ENTRY])
    switches.save(switch, SOON, [replace(ENTRY, number=3)], [NEWS])
    switches.put_grip(GRIP, replace(ENTRY, number=4))
    switches.record([replace(ENTRY, number=5)])
    items = [item for body in made.faults.sent for item in body["TransactItems"]]
    audit = [item for item in items if str(item).find("'D#") >= 0]
    assert len(audit) == 4
    assert [set(item) for item in audit] == [{"Put"}] * 4
    assert {item["Put"]["ConditionExpression"] for item in audit} == {"attribute_not_exists(pk)"}


# --- faults


def note(switches: DynamoSwitches, switch: Switch) -> None:
    switches.note(replace(switch, phase=Phase.ON), [ENTRY])


def save(switches: DynamoSwitches, switch: Switch) -> None:
    switches.save(replace(switch, phase=Phase.ON), None, [ENTRY], [NEWS])


def put(switches: DynamoSwitches, _: Switch) -> None:
    assert switches.put_grip(GRIP, ENTRY) == replace(GRIP, version=1)


def check(made: Broken, act: Callable[..., None]) -> None:
    """It was carried out once."""
    assert made.audit() == [ENTRY]
    if act is put:
        assert made.clear.grips([GRIP.target.key]) == {GRIP.target.key: replace(GRIP, version=1)}
        return
    found = made.clear.get(REF, LEVEL)
    assert found.phase is Phase.ON
    told = [item.id for item in made.place.connect().outbox.due(NOW + UNSENT_AFTER)]
    assert told == ([NEWS.id] if act is save else [])
    assert list(made.clear.waiting(UNTIL)) == ([] if act is save else [(REF, LEVEL)])


FAULTS = {
    "conflicts": [CONFLICT] * 4,
    "throttled": [THROTTLED_ITEM, CONFLICT],
    "throttled as a whole": ["ThrottlingException"] * 4,
    "not reached": [UNREACHABLE] * 4,
    "a reply lost": [LOST],
    "every reply of a call lost": [LOST] * 3,
    "lost, and a conflict": [LOST] * 3 + [CONFLICT],
    "everything": [CONFLICT, LOST, PASS],
}


@pytest.mark.parametrize("act", [note, save, put])
@pytest.mark.parametrize("name", FAULTS)
def test_what_was_asked_for_happens_once(broken: Break, name: str, act: Callable[..., None]) -> None:
    made = broken("TransactWriteItems", *FAULTS[name])
    act(made.switches(), made.leased())
    check(made, act)


@pytest.mark.parametrize("act", [note, save, put])
@pytest.mark.parametrize("fault", [CONFLICT, THROTTLED_ITEM])
def test_what_does_not_happen_changes_nothing(broken: Break, fault: str, act: Callable[..., None]) -> None:
    made = broken("TransactWriteItems", *[fault] * 8)
    switch = made.leased()
    with pytest.raises(BusyError):
        act(made.switches(), switch)
    assert made.audit() == []
    assert made.clear.grips([GRIP.target.key]) == {}
    assert made.clear.get(REF, LEVEL) == switch
    assert list(made.place.connect().outbox.due(NOW + UNSENT_AFTER)) == []
    act(made.switches(), switch)
    check(made, act)


@pytest.mark.parametrize("act", [note, save, put])
def test_doing_again_what_was_done_unseen_is_doing_it_once(broken: Break, act: Callable[..., None]) -> None:
    """Every reply was lost, and the caller was told that it is busy."""
    made = broken("TransactWriteItems", *[LOST] * 3)
    switch = made.leased()
    with pytest.raises(BusyError):
        act(made.switches(ONCE), switch)
    act(made.switches(), switch)
    check(made, act)


def test_a_lost_reply_hides_nobody_elses_write(broken: Break) -> None:
    made = broken("TransactWriteItems", *[LOST] * 3)
    switches = made.switches(ONCE)
    with pytest.raises(BusyError):
        switches.put_grip(GRIP)
    theirs = made.clear.put_grip(replace(GRIP, holders=frozenset({"two"}), version=1))
    with pytest.raises(BusyError, match="somebody else is at it"):
        switches.put_grip(GRIP)
    assert made.clear.grips([GRIP.target.key]) == {GRIP.target.key: theirs}


def test_a_crossing_is_not_lost_by_a_save_whose_reply_was(broken: Break) -> None:
    made = broken("TransactWriteItems", *[LOST] * 3)
    switch = made.leased()
    made.clear.give_back(switch, SOON)
    again = replace(switch, turn=2)
    assert made.clear.lease(REF, LEVEL, NOW, UNTIL) == again
    made.place.table.update(
        keys.switch_key(REF, LEVEL),
        "SET work_at = :rung",
        ExpressionAttributeValues={":rung": {"S": keys.instant(SOON)}},
    )
    made.switches().save(replace(again, phase=Phase.OFF), None, [ENTRY], [NEWS])
    assert list(made.clear.waiting(SOON)) == [(REF, LEVEL)]
    assert made.audit() == [ENTRY]


@pytest.mark.parametrize("fault", [LOST, "ThrottlingException", UNREACHABLE, "InternalServerError"])
def test_a_lease_that_was_not_seen_is_over_in_its_time(broken: Break, fault: str) -> None:
    made = broken("UpdateItem", *[fault] * 3)
    try:
        leased = made.switches().lease(REF, LEVEL, NOW, UNTIL)
    except BusyError:
        leased = None
    assert leased is None
    assert made.switches().lease(REF, LEVEL, UNTIL, UNTIL + UNSENT_AFTER) is not None
    assert list(made.clear.waiting(UNTIL)) in ([], [(REF, LEVEL)])


def test_a_lease_whose_reply_was_lost_is_followed_by_the_round(broken: Break) -> None:
    made = broken("UpdateItem", LOST)
    assert made.switches().lease(REF, LEVEL, NOW, UNTIL) is None, "its own lease stands in its way"
    assert list(made.clear.waiting(UNTIL)) == [(REF, LEVEL)]
    assert made.clear.lease(REF, LEVEL, UNTIL, UNTIL + UNSENT_AFTER) is not None
