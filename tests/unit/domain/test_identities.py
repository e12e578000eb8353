"""Who called, whose money it was, and that nobody can say of their own calls that they were a rival's."""

import pytest

from spendplane.domain.identities import Attribution, Caller, Identities, Identity, caller_of

ANN = caller_of("arn:aws:sts::123456789012:assumed-role/chat-bot/ann")
STRANGER = caller_of("arn:aws:sts::123456789012:assumed-role/other/eve")


@pytest.mark.parametrize(
    ("arn", "kind", "name", "person"),
    [
        ("arn:aws:sts::123456789012:assumed-role/chat-bot/ann@example.com", "role", "chat-bot", "ann@example.com"),
        ("arn:aws:iam::123456789012:role/teams/chat-bot", "role", "chat-bot", None),
        ("arn:aws:iam::123456789012:user/people/bob", "user", "bob", "bob"),
        ("arn:aws-us-gov:iam::123456789012:user/bob", "user", "bob", "bob"),
        ("arn:aws:iam::123456789012:root", "root", "root", "root"),
        ("arn:aws:sts::123456789012:federated-user/carol", "other", "", None),
        ("arn:aws:iam::123456789012:user/", "other", "", None),
        ("arn:aws", "other", "", None),
        ("", "other", "", None),
    ],
)
def test_a_caller_is_known_by_its_arn(arn: str, kind: str, name: str, person: str | None) -> None:
    caller = caller_of(arn)
    assert (caller.kind, caller.name, caller.person) == (kind, name, person)


@pytest.mark.parametrize(
    ("rule", "matches"),
    [
        (Identity("role", "chat-*"), True),
        (Identity("role", "chat-???"), True),
        (Identity("role", "chat"), False),
        (Identity("role", "Chat-*"), False),
        (Identity("user", "chat-*"), False),
        (Identity("arn", "arn:aws:sts::123456789012:assumed-role/chat-*/*"), True),
        (Identity("arn", "arn:aws:sts::999999999999:assumed-role/chat-*/*"), False),
        (Identity("role", "chat-*", session="a*"), True),
        (Identity("role", "chat-*", session="bob"), False),
    ],
)
def test_a_rule_matches_as_iam_compares_names(rule: Identity, matches: bool) -> None:
    assert rule.matches(ANN) is matches


def test_a_rule_for_a_session_does_not_match_a_role_without_one() -> None:
    assert not Identity("role", "*", session="a*").matches(caller_of("arn:aws:iam::123456789012:role/chat-bot"))


def test_the_order_is_rule_then_profile_then_metadata_then_caller() -> None:
    metadata = dict.fromkeys(("project_id", "user_id", "team", "cost_center"), "metadata")
    profile = dict.fromkeys(("project_id", "team"), "profile")
    rule = Identity("role", "chat-*", fields={"project_id": "rule"}, from_metadata=frozenset({"team", "cost_center"}))
    assert Identities().attribute(ANN, {}, {}).fields == {"user_id": "ann"}
    assert Identities().attribute(ANN, {}, metadata).fields == metadata
    assert Identities().attribute(ANN, profile, metadata).fields == {**metadata, **profile}
    assert Identities((rule,)).attribute(ANN, profile, metadata).fields == {
        "project_id": "rule",
        "team": "profile",
        "cost_center": "metadata",
        "user_id": "ann",
    }


def test_the_first_rule_that_matches_is_taken_alone() -> None:
    rules = Identities(
        (
            Identity("role", "chat-bot", fields={"team": "first"}),
            Identity("role", "chat-*", fields={"project_id": "second", "team": "second"}),
        )
    )
    assert rules.attribute(ANN, {}, {}).fields == {"user_id": "ann", "team": "first"}
    assert rules.attribute(Caller("", "role", "chat-x"), {}, {}).fields == {"project_id": "second", "team": "second"}


RIVAL = Identity("role", "rival-*", fields={"project_id": "rival", "environment": "staging"})
CHAT = Identity("role", "chat-*", fields={"project_id": "chat"})
GATEWAY = Identity("role", "gateway", from_metadata=frozenset({"project_id"}))
FORGED = {"project_id": "rival", "environment": "staging", "user_id": "victim"}


def test_a_listed_caller_cannot_say_that_it_is_another() -> None:
    found = Identities((RIVAL, CHAT)).attribute(ANN, {}, FORGED)
    assert found == Attribution({"project_id": "chat", "user_id": "ann"})


def test_a_caller_that_is_not_listed_cannot_claim_a_project_that_is() -> None:
    """And nothing else that it says beside the claim is believed."""
    found = Identities((RIVAL, CHAT)).attribute(STRANGER, {}, FORGED)
    assert found == Attribution({"user_id": "eve"}, refused_project="rival")
    assert not found.known


def test_a_caller_that_is_not_listed_is_believed_about_projects_that_nobody_listed() -> None:
    claimed = {**FORGED, "project_id": "new-idea"}
    assert Identities((RIVAL,)).attribute(STRANGER, {}, claimed).fields == claimed
    assert Identities((RIVAL,), trust_unlisted=False).attribute(STRANGER, {}, claimed).fields == {"user_id": "eve"}


def test_a_gateway_is_believed_about_what_its_rule_lets_it_say_and_no_more() -> None:
    gateway = caller_of("arn:aws:sts::123456789012:assumed-role/gateway/task-1")
    found = Identities((RIVAL, GATEWAY)).attribute(gateway, {}, FORGED)
    assert found == Attribution({"project_id": "rival", "user_id": "task-1"})
