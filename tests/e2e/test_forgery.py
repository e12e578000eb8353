"""What somebody in the account can forge who may publish usage, and what not."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest

from spendplane.contract.outgoing import THRESHOLD_CROSSED, USAGE_QUARANTINED
from spendplane.contract.switch_events import ENGAGED
from spendplane.contract.usage_event import USAGE_RECORDED
from tests.e2e.deployed import Deployed, both, eventually, record
from tests.e2e.test_http import user
from tests.e2e.test_local_policies import REFUSED, error

PUBLISH = {"Effect": "Allow", "Action": "events:PutEvents", "Resource": "*"}
VICTIM = "arn:aws:iam::000000000000:user/somebody-else"


@contextmanager
def producer(deployed: Deployed, statement: dict[str, Any] = PUBLISH) -> Iterator[Any]:
    """An EventBridge client of somebody who may publish on any bus, and nothing else."""
    with user(deployed, statement) as (keys, _):
        session = boto3.Session(keys.access_key, keys.secret_key, region_name="us-east-1")
        yield session.client("events", endpoint_url=deployed.account.endpoint)


def entry(deployed: Deployed, source: str, kind: str, detail: object) -> dict[str, str]:
    bus = deployed.account.env["SPENDPLANE_BUS"]
    return {"Source": source, "DetailType": kind, "Detail": json.dumps(detail), "EventBusName": bus}


@pytest.mark.parametrize("source", ["spendplane", "spendplane.hours", f"spendplane.http/{VICTIM}"])
def test_nobody_speaks_as_spendplane_or_in_the_name_of_an_http_caller(deployed: Deployed, source: str) -> None:
    item = record("e2e-forged")
    with producer(deployed) as events:
        forged = entry(deployed, source, USAGE_RECORDED, item)
        assert error(lambda: events.put_events(Entries=[forged])) in REFUSED
        honest = entry(deployed, "com.example.forger", USAGE_RECORDED, record("e2e-forged"))
        assert error(lambda: events.put_events(Entries=[honest, forged])) in REFUSED, "one among others is no better"
        assert error(lambda: events.put_events(Entries=[honest])) is None
    deployed.settle()
    assert deployed.row(f"i#{item['id']}") is None


def test_a_crossing_of_anybody_elses_sets_nothing_off(deployed: Deployed) -> None:
    """Rules hear Spendplane's own source only, which that person cannot have."""
    detail = {"id": "forged", "budget_id": "e2e-scaled", "severity": "hard", "late": False}
    with producer(deployed) as events:
        events.put_events(Entries=[entry(deployed, "com.example.forger", THRESHOLD_CROSSED, detail)])
        later = record("e2e-forged")
        events.put_events(Entries=[entry(deployed, "com.example.forger", USAGE_RECORDED, later)])
    assert eventually(lambda: deployed.row(f"i#{later['id']}"))
    assert [event for event in deployed.bus_events(ENGAGED) if event["id"] == "forged"] == []
    assert deployed.notices(id="forged") == []


def test_a_producer_can_be_held_to_a_source_of_its_own(deployed: Deployed) -> None:
    """Then the ledger's word about who published is true: the advice of the threat model, as it is written there."""
    condition = {
        "ForAllValues:StringEquals": {"events:source": ["com.example.chat"]},
        "Null": {"events:source": "false"},
    }
    with producer(deployed, {**PUBLISH, "Condition": condition}) as events:
        mine = record("e2e-forged")
        assert (
            error(lambda: events.put_events(Entries=[entry(deployed, "com.example.chat", USAGE_RECORDED, mine)]))
            is None
        )
        other = entry(deployed, "com.example.search", USAGE_RECORDED, record("e2e-forged"))
        assert error(lambda: events.put_events(Entries=[other])) in REFUSED
    row = eventually(lambda: deployed.row(f"i#{mine['id']}"))
    assert row is not None
    assert row.row.event.source == "com.example.chat"


def test_a_rival_charges_nothing_to_a_project_that_is_named_for_somebody_else(deployed: Deployed) -> None:
    """It is in quarantine, with the reason; counters and alerts say what the owner's own usage says, and no more."""
    forged, own = record("e2e-owned", cost_usd="50"), record("e2e-owned", cost_usd="9")
    with producer(deployed) as events:
        events.put_events(Entries=[entry(deployed, "com.example.rival", USAGE_RECORDED, forged)])
    (kept,) = eventually(lambda: deployed.quarantined(forged["id"]))
    assert kept.source == "com.example.rival"
    assert kept.reason.startswith("producer not allowed: 'com.example.rival' may not charge project 'e2e-owned'")
    assert "gives that to com.example.owner" in kept.reason
    assert any(event["reason"] == kept.reason for event in eventually(lambda: deployed.bus_events(USAGE_QUARANTINED)))
    (told,) = deployed.cli("quarantine", "replay", kept.id, code=3)
    assert told["problem"] == kept.reason, "and stays there as long as the file says so"
    deployed.put(own, source="com.example.owner")
    assert deployed.counted("e2e-owned", 1).spend.usd == 9
    assert eventually(lambda: deployed.alerts("e2e-owned"), lambda found: len(found) == 2)
    deployed.settle()
    assert deployed.counter("e2e-owned").spend.requests == 1
    assert sorted(deployed.alerts("e2e-owned")) == both(80)
    assert deployed.row(f"i#{forged['id']}") is None
