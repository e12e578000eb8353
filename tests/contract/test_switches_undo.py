"""The store of the kill switch: undos, the audit, and what is asked of those who serve models."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from spendplane.application.ports import BusyError
from spendplane.application.ports.switches import AuditEntry, Standing
from spendplane.domain.switches import Grip, GripPhase, Level
from tests.support.builders import NOW
from tests.support.fleets import PROJECT, ROLE, target
from tests.support.places import Engine, Stores

UNTIL = NOW + timedelta(seconds=75)
MOMENT = timedelta(milliseconds=1)
LONG = "𝔘" * 256
"""As long as an attribute may be: 1,024 bytes."""


@pytest.fixture
def stores(engine: Engine) -> Stores:
    connected: Stores = engine.place().connect()
    return connected


def entry(number: int = 0, at: Any = NOW, **detail: Any) -> AuditEntry:
    return AuditEntry("throttle/staging/d2026-11-22", at, number, "engage", detail)


def grip(**changes: Any) -> Grip:
    made = Grip(target("agent"), {"reserved": 10, "b": None}, GripPhase.ENGAGING, frozenset({"one"}), NOW)
    return replace(made, **changes)


def test_an_undo_comes_back_whole(stores: Stores) -> None:
    whole = grip(
        target=replace(target("shared", ROLE, team="«ü»"), scope="ann"),
        before={"a": {"min": 1, "list": [1, None, "x"]}, "b": None, "c": True}, phase=GripPhase.LEFT,
        holders=frozenset({"one", "two"}), attempts=4, error="AccessDenied", partial=True,
    )  # fmt: skip
    for made in (whole, grip(holders=frozenset())):
        stored = stores.switches.put_grip(made)
        assert stored == replace(made, version=1)
        assert stores.switches.grips([made.target.key]) == {made.target.key: stored}


def test_an_undo_is_written_over_the_version_that_was_read(stores: Stores) -> None:
    first = stores.switches.put_grip(grip())
    second = stores.switches.put_grip(replace(first, phase=GripPhase.THROTTLED))
    assert (first.version, second.version) == (1, 2)
    for stale in (grip(attempts=1), replace(first, attempts=1)):
        with pytest.raises(BusyError, match="lambda-function agent: somebody else is at it"):
            stores.switches.put_grip(stale, entry(stale=True))
    assert stores.switches.grips([first.target.key])[first.target.key] == second
    assert list(stores.switches.audit(entry().switch_id)) == [], "nor is its audit entry there"


def test_an_undo_and_its_audit_entry_stand_together(stores: Stores) -> None:
    stores.switches.put_grip(grip(), entry(undo=1))
    assert list(stores.switches.audit(entry().switch_id)) == [entry(undo=1)]


def test_undos_are_found_by_their_keys(stores: Stores) -> None:
    made = [grip(target=target(f"f-{number:03}")) for number in range(120)]
    for item in made:
        stores.switches.put_grip(item)
    keys = [item.target.key for item in made]
    assert stores.switches.grips(keys) == {item.target.key: replace(item, version=1) for item in made}
    assert stores.switches.grips(["nobody"]) == stores.switches.grips([]) == {}


def test_the_audit_is_in_order_of_time_and_number(stores: Stores) -> None:
    later = NOW + MOMENT
    entries = [entry(3, NOW, x=3), entry(0, later, x=4), entry(1, NOW, x=1), entry(12, later, x=5), entry(2, NOW, x=2)]
    for item in entries:
        stores.switches.record([item])
    assert [item.detail["x"] for item in stores.switches.audit(entry().switch_id)] == [1, 2, 3, 4, 5]
    assert list(stores.switches.audit("throttle/other/t")) == []


def test_an_entry_is_there_once_and_never_changes(stores: Stores) -> None:
    for _ in range(2):
        stores.switches.record([entry(a=1)])
    stores.switches.record([entry(a=2)])
    stores.switches.record([entry(a=1), entry(a=3)])
    found = list(stores.switches.audit(entry().switch_id))
    assert sorted(item.detail["a"] for item in found) == [1, 2, 3], "another content is another entry"
    assert [item.at for item in found] == [NOW] * 3


def test_many_entries_of_a_switch_with_a_long_name(stores: Stores) -> None:
    made = [
        AuditEntry(f"throttle/b/t/{LONG}", NOW, number, "x", {"n": number, "pad": "«" * 999}) for number in range(99)
    ]
    stores.switches.record([*made, AuditEntry("other", NOW, 0, "x"), AuditEntry("another", NOW, 0, "x")])
    assert list(stores.switches.audit(f"throttle/b/t/{LONG}")) == made


def standing(project: str = PROJECT, switch: str = "throttle/one/t", **changes: Any) -> Standing:
    made = Standing(project, switch, Level.THROTTLE, {"environment": ["staging"]}, "why", None)
    return replace(made, **changes)


def test_what_is_asked_of_a_project_and_of_everybody(stores: Stores) -> None:
    asked = [
        standing(),
        standing("*", "degrade/two/t", level=Level.DEGRADE),
        standing(LONG),
        standing("other", LONG * 2),
    ]
    stores.switches.stand(asked)
    found = stores.switches.standings(PROJECT, NOW)
    assert sorted(found, key=lambda item: item.switch_id) == [asked[1], asked[0]]
    assert stores.switches.standings("unknown", NOW) == [asked[1]]
    assert asked[2] in stores.switches.standings(LONG, NOW)
    assert asked[3] in stores.switches.standings("other", NOW)


def test_a_switch_asks_once_per_project_and_takes_it_back(stores: Stores) -> None:
    stores.switches.stand([standing(), standing(switch="throttle/two/t")])
    stores.switches.stand([standing(reason="another", match={})])
    found = {item.switch_id: item for item in stores.switches.standings(PROJECT, NOW)}
    assert found["throttle/one/t"].reason == "another"
    stores.switches.stand([standing(until=NOW)])
    assert [item.switch_id for item in stores.switches.standings(PROJECT, NOW)] == ["throttle/two/t"]


def test_what_is_asked_ends_at_its_moment(stores: Stores) -> None:
    stores.switches.stand([standing(until=UNTIL)])
    assert stores.switches.standings(PROJECT, UNTIL - MOMENT) == [standing(until=UNTIL)]
    assert stores.switches.standings(PROJECT, UNTIL) == []


def test_more_projects_than_fit_into_one_call(stores: Stores) -> None:
    stores.switches.stand([standing(f"p{number}") for number in range(150)])
    assert [len(stores.switches.standings(f"p{number}", NOW)) for number in (0, 99, 100, 149)] == [1] * 4
