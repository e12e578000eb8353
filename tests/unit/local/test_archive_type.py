"""The local account's `AWS::Events::Archive` comes, changes, keeps what its bus gets, and goes."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from ministack.services import eventbridge

from local.resource_types.archive import ARCHIVE, RefusedError

BUS = "arn:aws:events:us-east-1:000000000000:event-bus/mine"
PROPS: dict[str, Any] = {
    "ArchiveName": "usage",
    "SourceArn": BUS,
    "EventPattern": {"detail-type": ["wanted"]},
    "RetentionDays": "35",
}


@pytest.fixture(autouse=True)
def account() -> Iterator[None]:
    """With a bus, and without archives."""
    eventbridge.reset()
    eventbridge._create_event_bus({"Name": "mine"})
    yield
    eventbridge.reset()


def described(name: str = "usage") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(eventbridge._describe_archive({"ArchiveName": name})[2])
    return found


def put(kind: str) -> None:
    entry = {"Source": "s", "DetailType": kind, "Detail": "{}", "EventBusName": "mine"}
    eventbridge._put_events({"Entries": [entry]})


def test_it_keeps_what_its_pattern_wants() -> None:
    name, attributes = ARCHIVE.create("Archive", PROPS, "Stack")
    assert (name, attributes["ArchiveName"]) == ("usage", "usage")
    assert attributes["Arn"].endswith(":archive/usage")
    put("wanted")
    put("other")
    assert (described()["EventCount"], described()["RetentionDays"]) == (1, 35)


def test_it_changes_in_place_and_keeps_what_it_has() -> None:
    ARCHIVE.create("Archive", PROPS, "Stack")
    put("wanted")
    changed = {**PROPS, "RetentionDays": 10, "EventPattern": {"detail-type": ["other"]}}
    assert ARCHIVE.update("usage", PROPS, changed, "Stack")[0] == "usage"
    put("other")
    assert (described()["RetentionDays"], described()["EventCount"]) == (10, 2)


def test_it_goes_and_may_be_gone_already() -> None:
    ARCHIVE.create("Archive", PROPS, "Stack")
    ARCHIVE.delete("usage", PROPS)
    ARCHIVE.delete("usage", PROPS)
    assert described()["__type"] == "ResourceNotFoundException"


def test_without_a_name_it_gets_one() -> None:
    props = {key: value for key, value in PROPS.items() if key != "ArchiveName"}
    name, _ = ARCHIVE.create("Archive", props, "Stack")
    assert name.startswith("Stack-Archive")
    assert len(name) <= 48


def test_what_the_service_refuses_fails_with_its_words() -> None:
    ARCHIVE.create("Archive", PROPS, "Stack")
    with pytest.raises(RefusedError, match="already exists"):
        ARCHIVE.create("Archive", PROPS, "Stack")
