"""Denials on shared roles: exact, complete, and beside what others wrote."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spendplane.adapters.fleet import deny_policy
from spendplane.adapters.fleet.bedrock_role import QUOTA, BedrockRole
from spendplane.application.ports.fleet import RefusedError
from spendplane.domain.targets import Target
from tests.unit.adapters.fleet.cloud import Cloud, Stubs
from tests.unit.adapters.fleet.fakes.directory import FakeIam
from tests.unit.adapters.fleet.worlds import ROLE_ARN, target_of

WHOLE, SESSION = target_of(BedrockRole, ROLE_ARN), target_of(BedrockRole, ROLE_ARN, "employee-452")
ROLE = {
    "Path": "/apps/",
    "RoleName": "shared",
    "RoleId": "AROAEXAMPLE0000000001",
    "Arn": ROLE_ARN,
    "CreateDate": 0,
}
NAME = {"RoleName": "shared"}
OURS = {**NAME, "PolicyName": "spendplane-deny"}
STATEMENT = {
    "Effect": "Deny",
    "Action": [
        "bedrock:Invoke*",
        "bedrock:Converse*",
        "bedrock:CallWithBearerToken",
        "bedrock-mantle:Create*",
        "bedrock-mantle:CallWithBearerToken",
    ],
    "Resource": "*",
}
DENIAL = {"Version": "2012-10-17", "Statement": [STATEMENT]}
OF_SESSION = {"Condition": {"StringEquals": {"aws:userid": "AROAEXAMPLE0000000001:employee-452"}}}


def written(document: Any) -> str:
    """As IAM returns it, in whatever form it was sent."""
    return quote(json.dumps(document, indent=4))


def expect_role(stubs: Stubs) -> None:
    """Its id is asked for each time: a role of the same name may be another one."""
    stubs.expect("iam", "get_role", NAME, {"Role": ROLE})


def test_a_role_with_our_policy_is_denied(stubs: Stubs) -> None:
    expect_role(stubs)
    stubs.expect("iam", "get_role_policy", OURS, {**OURS, "PolicyDocument": written(DENIAL)})
    assert BedrockRole(stubs).observe(WHOLE) == {"denied": True}


@pytest.mark.parametrize(
    "other", [{**DENIAL, "Statement": []}, {**DENIAL, "Statement": [{**STATEMENT, "Resource": "x"}]}]
)
def test_with_another_document_under_our_name_it_is_not(stubs: Stubs, other: Any) -> None:
    expect_role(stubs)
    stubs.expect("iam", "get_role_policy", OURS, {**OURS, "PolicyDocument": written(other)})
    assert BedrockRole(stubs).observe(WHOLE) == {"denied": False}


def test_nor_without_one_and_a_missing_role_is_not_there(stubs: Stubs) -> None:
    expect_role(stubs)
    stubs.refuse("iam", "get_role_policy", "NoSuchEntity", status=404)
    stubs.refuse("iam", "get_role", "NoSuchEntity", status=404)
    kind = BedrockRole(stubs)
    assert [kind.observe(WHOLE), kind.observe(WHOLE)] == [{"denied": False}, None]


def test_throttling_writes_our_policy_and_reads_how_much_room_there_is(stubs: Stubs) -> None:
    expect_role(stubs)
    stubs.refuse("iam", "get_role_policy", "NoSuchEntity", status=404)
    first = {"PolicyNames": ["own-1"], "IsTruncated": True, "Marker": "m"}
    stubs.expect("iam", "list_role_policies", NAME, first)
    stubs.expect("iam", "list_role_policies", {**NAME, "Marker": "m"}, {"PolicyNames": ["own-2"], "IsTruncated": False})
    for name in ("own-1", "own-2"):
        own = {**NAME, "PolicyName": name}
        stubs.expect("iam", "get_role_policy", own, {**own, "PolicyDocument": written({"Statement": []})})
    stubs.expect("iam", "put_role_policy", {**OURS, "PolicyDocument": json.dumps(DENIAL, separators=(",", ":"))})
    BedrockRole(stubs).throttle(WHOLE, {"denied": False})


def test_one_session_is_denied_by_the_exact_id_that_aws_gives_it(cloud: Cloud) -> None:
    fake = FakeIam(cloud)
    fake.add("shared", path="/apps/")
    fake.roles["shared"]["RoleId"] = ROLE["RoleId"]
    BedrockRole(cloud).throttle(SESSION, {"denied": False})
    ((name, text),) = fake.policies["shared"].items()
    assert name.startswith("spendplane-deny-")
    assert json.loads(text) == {**DENIAL, "Statement": [{**STATEMENT, **OF_SESSION}]}


def test_what_is_denied_already_is_not_written_again(stubs: Stubs) -> None:
    expect_role(stubs)
    stubs.expect("iam", "get_role_policy", OURS, {**OURS, "PolicyDocument": written(DENIAL)})
    BedrockRole(stubs).throttle(WHOLE, {"denied": False})


def test_restoring_removes_our_policy_once(stubs: Stubs) -> None:
    stubs.expect("iam", "delete_role_policy", OURS)
    stubs.refuse("iam", "delete_role_policy", "NoSuchEntity", status=404)
    for _ in range(2):
        BedrockRole(stubs).restore(WHOLE, {"denied": False})


def test_what_was_denied_before_stays_denied(cloud: Cloud) -> None:
    fake = FakeIam(cloud)
    fake.add("shared", path="/apps/")
    BedrockRole(cloud).restore(WHOLE, {"denied": True})
    assert list(fake.policies["shared"]) == ["spendplane-deny"]


def test_switches_on_one_role_never_touch_each_other(cloud: Cloud) -> None:
    fake = FakeIam(cloud)
    fake.add("shared", path="/apps/", policies={"own": {"Statement": []}})
    kind, other = BedrockRole(cloud), target_of(BedrockRole, ROLE_ARN, "employee-453")
    for target in (WHOLE, SESSION, other):
        kind.throttle(target, {"denied": False})
    assert len(fake.policies["shared"]) == 4
    kind.restore(SESSION, {"denied": False})
    assert [kind.observe(target) for target in (WHOLE, SESSION, other)] == [
        {"denied": True},
        {"denied": False},
        {"denied": True},
    ]
    for target in (WHOLE, other):
        kind.restore(target, {"denied": False})
    assert list(fake.policies["shared"]) == ["own"]


def test_a_role_that_was_made_anew_is_denied_anew(cloud: Cloud) -> None:
    fake = FakeIam(cloud)
    fake.add("shared", path="/apps/")
    kind = BedrockRole(cloud)
    kind.throttle(SESSION, {"denied": False})
    fake.roles["shared"]["RoleId"] = "AROAEXAMPLE0000000002"
    assert kind.observe(SESSION) == {"denied": False}
    kind.throttle(SESSION, {"denied": False})
    assert kind.observe(SESSION) == {"denied": True}


@pytest.mark.parametrize(
    "name",
    [
        "",
        "x",
        "x" * 65,
        "*",
        "employee-*",
        "a?c",
        "${aws:userid}",
        "a b",
        "a:b",
        "a/b",
        "zo\u00eb",
        "a\n",
        "\uff41\uff42",
    ],
)
def test_a_name_that_no_session_can_have_is_refused_before_any_call(name: str) -> None:
    cloud = Cloud()
    kind, target = BedrockRole(cloud), Target("bedrock-role", ROLE_ARN, "shared", {}, name)
    for act in (kind.observe, lambda it: kind.throttle(it, {"denied": False})):
        with pytest.raises(RefusedError, match="no session can have this name"):
            act(target)
    assert cloud.calls == []


@given(
    st.from_regex(r"[A-Za-z0-9_+=,.@-]{2,64}", fullmatch=True),
    st.from_regex(r"[A-Za-z0-9_+=,.@-]{2,64}", fullmatch=True),
)
def test_each_session_has_a_policy_of_its_own_with_a_name_that_iam_takes(one: str, two: str) -> None:
    names = [deny_policy.name_of(session) for session in (None, one, two)]
    assert all(len(name) <= 128 and deny_policy.is_session(name) for name in names)
    assert len(set(names)) == (2 if one == two else 3)


def filled(cloud: Cloud, free: int) -> FakeIam:
    """A role whose policies leave this many characters free."""
    fake = FakeIam(cloud)
    statement = {"Sid": "", "Effect": "Allow"}
    statement["Sid"] = "x" * (QUOTA - free - len(deny_policy.compact({"Statement": [statement]})))
    fake.add("shared", path="/apps/", policies={"own": {"Statement": [statement]}})
    return fake


def test_it_fits_to_the_last_character(cloud: Cloud) -> None:
    needed = len(deny_policy.compact(DENIAL))
    fake = filled(cloud, needed)
    BedrockRole(cloud).throttle(WHOLE, {"denied": False})
    assert json.loads(fake.policies["shared"]["spendplane-deny"]) == DENIAL


def test_without_room_it_says_how_much_there_is_and_writes_nothing(cloud: Cloud) -> None:
    needed = len(deny_policy.compact(DENIAL))
    fake = filled(cloud, needed - 1)
    with pytest.raises(RefusedError) as raised:
        BedrockRole(cloud).throttle(WHOLE, {"denied": False})
    text = str(raised.value)
    assert f"have {QUOTA - needed + 1} of the {QUOTA} characters" in text
    assert f"so {needed - 1} are free and the denial needs {needed}. Move an inline policy of the role" in text
    assert list(fake.policies["shared"]) == ["own"]


def test_a_broken_policy_of_ours_makes_way_for_the_new_one(cloud: Cloud) -> None:
    fake = filled(cloud, len(deny_policy.compact(DENIAL)))
    fake.policies["shared"]["spendplane-deny"] = json.dumps({**DENIAL, "Statement": []})
    BedrockRole(cloud).throttle(WHOLE, {"denied": False})
    assert json.loads(fake.policies["shared"]["spendplane-deny"]) == DENIAL


def test_iams_own_word_on_the_size_counts_too(stubs: Stubs) -> None:
    expect_role(stubs)
    stubs.refuse("iam", "get_role_policy", "NoSuchEntity", status=404)
    stubs.expect("iam", "list_role_policies", NAME, {"PolicyNames": [], "IsTruncated": False})
    message = "Maximum policy size of 10240 bytes exceeded for role shared"
    stubs.refuse("iam", "put_role_policy", "LimitExceeded", message, 409)
    with pytest.raises(RefusedError, match=r"Maximum policy size .* Move an inline policy"):
        BedrockRole(stubs).throttle(WHOLE, {"denied": False})


def test_documents_are_read_whether_the_sdk_did_so_or_not() -> None:
    for stored in (DENIAL, json.dumps(DENIAL), written(DENIAL)):
        assert deny_policy.parsed(stored) == DENIAL


def test_roles_are_known_by_their_last_name() -> None:
    kind = BedrockRole(Cloud())
    assert kind.parse("arn:aws:iam::123456789012:role/plain") == "plain"
    assert kind.parse(ROLE_ARN) == "shared"
    assert kind.parse("arn:aws:iam::123456789012:user/shared") is None
