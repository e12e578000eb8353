"""The tags of stacks, and tagging, each in its service's way."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from spendplane.adapters.tagging.account import AwsTaggedAccount
from tests.unit.adapters.fleet.cloud import Stubs

FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:summarise"


@pytest.fixture
def stubs() -> Iterator[Stubs]:
    made = Stubs()
    yield made
    made.all_were_called()


def test_tags_of_stacks_and_no_word_on_those_that_cannot_be_read(stubs: Stubs) -> None:
    stack = {"StackName": "shop", "CreationTime": datetime.now(UTC), "StackStatus": "CREATE_COMPLETE"}
    tags = [{"Key": "project", "Value": "search"}]
    stubs.expect("cloudformation", "describe_stacks", {"StackName": "shop"}, {"Stacks": [{**stack, "Tags": tags}]})
    stubs.refuse("cloudformation", "describe_stacks", "ValidationError", "Stack with id gone does not exist")
    assert AwsTaggedAccount(stubs).stack_tags(["shop", "gone"]) == {"shop": {"project": "search"}}


def test_what_gets_the_same_tags_goes_in_calls_of_twenty(stubs: Stubs) -> None:
    arns = [f"{FUNCTION}{number}" for number in range(21)]
    tags = {"environment": "test"}
    tagging = "resourcegroupstaggingapi"
    failed = {arns[3]: {"StatusCode": 400, "ErrorCode": "InvalidParameterException", "ErrorMessage": "gone"}}
    stubs.expect(tagging, "tag_resources", {"ResourceARNList": arns[:20], "Tags": tags}, {"FailedResourcesMap": failed})
    stubs.expect(tagging, "tag_resources", {"ResourceARNList": arns[20:], "Tags": tags})
    stubs.expect(tagging, "tag_resources", {"ResourceARNList": ["arn:aws:x:y"], "Tags": {"project": "a"}})
    wanted = {**dict.fromkeys(arns, tags), "arn:aws:x:y": {"project": "a"}}
    assert AwsTaggedAccount(stubs).tag(wanted) == {arns[3]: "InvalidParameterException: gone"}


def test_roles_are_tagged_by_iam(stubs: Stubs) -> None:
    arns = [f"arn:aws:iam::123456789012:role/teams/{name}" for name in ("one", "two")]
    tags = [{"Key": "environment", "Value": "test"}]
    stubs.expect("iam", "tag_role", {"RoleName": "one", "Tags": tags})
    stubs.refuse("iam", "tag_role", "AccessDenied", "not you", status=403)
    failed = AwsTaggedAccount(stubs).tag({arn: {"environment": "test"} for arn in arns})
    assert list(failed) == arns[1:]
    assert "not you" in failed[arns[1]]


def test_a_call_that_fails_fails_for_all_in_it(stubs: Stubs) -> None:
    stubs.refuse("resourcegroupstaggingapi", "tag_resources", "AccessDeniedException")
    assert list(AwsTaggedAccount(stubs).tag({FUNCTION: {"a": "b"}, f"{FUNCTION}2": {"a": "b"}})) == [
        FUNCTION,
        f"{FUNCTION}2",
    ]
