"""Which producer may charge which project: the whole rule, case by case."""

import pytest

from spendplane.contract import hours_record, invocation_log
from spendplane.domain.producers import ANYBODY, OWN, Producers, without_session

ROLE = "spendplane.http/arn:aws:sts::123456789012:assumed-role/chat"
USER = "spendplane.http/arn:aws:iam::123456789012:user/ann"
BOUND = Producers(
    (
        ("com.example.chat", ("chat-prod", "chat-staging")),
        ("com.example.gateway", ("*",)),
        ("com.example.twin", ("chat-prod", "twin")),
        (ROLE, ("over-http",)),
        (USER, ("by-ann",)),
    )
)


@pytest.mark.parametrize(
    ("source", "project", "allowed"),
    [
        ("com.example.chat", "chat-prod", True),
        ("com.example.chat", "chat-staging", True),
        ("com.example.twin", "chat-prod", True),  # a project may have more than one
        ("com.example.rival", "chat-prod", False),
        ("com.example.chat", "twin", False),
        ("com.example.chat", "nobodys", False),  # a producer that is named charges its own projects alone
        ("com.example.rival", "nobodys", True),  # neither is named
        ("com.example.gateway", "chat-prod", True),
        ("com.example.gateway", "nobodys", True),
        ("com.example.rival", "*", True),  # `*` names no project
        ("com.example.chat", "*", False),
        ("com.example.Chat", "chat-prod", False),
        ("com.example.rival", "Chat-prod", True),
        ("com.example.chat ", "chat-prod", False),
        ("", "chat-prod", False),
        ("", "nobodys", True),
        ("spendplane.hours", "chat-prod", True),
        ("spendplane.bedrock-logs", "nobodys", True),
        ("spendplane.hours.evil", "chat-prod", False),
        ("spendplane", "chat-prod", False),
        ("spendplane.cli", "chat-prod", False),
        (f"{ROLE}/task-1", "over-http", True),
        (ROLE, "over-http", True),
        (f"{ROLE}/task-1", "chat-prod", False),
        (f"{ROLE}-2/task-1", "over-http", False),
        (f"{ROLE}/task-1/more", "over-http", False),
        (USER, "by-ann", True),
        (f"{USER}/x", "by-ann", False),
        (f"com.example/{ROLE}/x", "over-http", False),
    ],
)
def test_who_may_charge_what(source: str, project: str, *, allowed: bool) -> None:
    assert BOUND.allows(source, project) is allowed
    assert ANYBODY.allows(source, project) is True


def test_a_session_may_be_named_too_and_goes_before_its_role() -> None:
    one = Producers(((ROLE, ("a",)), (f"{ROLE}/ann", ("b",))))
    assert [one.allows(f"{ROLE}/ann", project) for project in "ab"] == [False, True]
    assert [one.allows(f"{ROLE}/ben", project) for project in "ab"] == [True, False]


@pytest.mark.parametrize("source", ["", "/", "a/b", ROLE, USER, f"{ROLE}/", "spendplane.http/arn:aws:iam::1:role/x/y"])
def test_only_a_session_of_a_role_over_http_is_taken_away(source: str) -> None:
    assert without_session(source) == source
    assert without_session(f"{ROLE}/ann@example.com") == ROLE


def test_what_is_named_is_found_again() -> None:
    assert BOUND.owners("chat-prod") == ["com.example.chat", "com.example.twin"]
    assert BOUND.owners("nobodys") == []
    assert BOUND.projects_of("com.example.rival") is None
    assert BOUND.projects_of("com.example.chat") == frozenset({"chat-prod", "chat-staging"})


def test_our_own_adapters_are_those_that_publish_usage() -> None:
    assert {hours_record.SOURCE, invocation_log.SOURCE} == OWN
