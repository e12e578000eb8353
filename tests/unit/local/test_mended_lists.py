"""Long lists come in pages here as on AWS: whoever reads the first one only finds that out before production does."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from typing import Any

import pytest

from local.mended import role_pages, tags

XML = "{https://iam.amazonaws.com/doc/2010-05-08/}"


def found(*arns: str) -> Any:
    """GetResources as the emulator has it: everything at once, what has no tags as well."""
    items = [{"ResourceARN": arn, "Tags": [{"Key": "project", "Value": "x"}]} for arn in arns]
    answer = {"ResourceTagMappingList": [*items, {"ResourceARN": "untagged", "Tags": []}], "PaginationToken": ""}
    return lambda _request: (200, {}, json.dumps(answer).encode())


def page(handler: Any, request: Mapping[str, Any]) -> tuple[list[str], str]:
    answer = json.loads(tags.paged(handler)(request)[2])
    return [item["ResourceARN"] for item in answer["ResourceTagMappingList"]], answer["PaginationToken"]


def test_tagged_resources_come_in_pages() -> None:
    first, token = page(found("c", "a", "b"), {"ResourcesPerPage": 2})

    assert first == ["a", "b"]
    assert page(found("c", "b"), {"ResourcesPerPage": 2, "PaginationToken": token}) == (["c"], "")


def test_a_full_last_page_promises_no_other() -> None:
    assert page(found("a", "b"), {"ResourcesPerPage": 2}) == (["a", "b"], "")


def test_fifty_is_a_page_where_nobody_says_otherwise() -> None:
    arns, token = page(found(*(f"{number:03}" for number in range(60))), {})

    assert (len(arns), token) == (50, "049")


def test_an_error_is_passed_on() -> None:
    refused: tuple[int, dict[str, str], bytes] = (400, {}, b'{"__type": "InvalidParameterException"}')

    assert tags.paged(lambda _request: refused)({}) == refused


def details(*roles: str) -> bytes:
    """GetAccountAuthorizationDetails with these roles, each with a list of its own, and one policy."""
    members = "".join(f"<member><RoleName>{name}</RoleName><Tags><member/></Tags></member>" for name in roles)
    inner = f"<RoleDetailList>{members}</RoleDetailList><Policies><member/></Policies><IsTruncated>false</IsTruncated>"
    result = f"<GetAccountAuthorizationDetailsResult>{inner}</GetAccountAuthorizationDetailsResult>"
    root = "GetAccountAuthorizationDetailsResponse"
    return f'<{root} xmlns="https://iam.amazonaws.com/doc/2010-05-08/">{result}</{root}>'.encode()


@pytest.mark.parametrize(
    ("asked", "names", "policies", "marker"),
    [
        ({}, ["a", "b", "c"], 1, None),
        ({"MaxItems": "2"}, ["a", "b"], 0, "2"),
        ({"MaxItems": "2", "Marker": "2"}, ["c"], 1, None),
    ],
)
def test_roles_come_in_pages(asked: dict[str, str], names: list[str], policies: int, marker: str | None) -> None:
    """All lists together are one, as on AWS; what a role lists itself stays whole."""
    handler = role_pages.paged(
        lambda _request: (200, {}, details("a", "b", "c")), lambda request, key: request.get(key, "")
    )

    answer = ET.fromstring(handler(asked)[2])

    assert [role.text for role in answer.iter(f"{XML}RoleName")] == names
    assert [len(list(own)) for own in answer.iter(f"{XML}Tags")] == [1] * len(names)
    assert [len(list(found)) for found in answer.iter(f"{XML}Policies")] == [policies]
    assert [flag.text for flag in answer.iter(f"{XML}IsTruncated")] == [str(marker is not None).lower()]
    assert [found.text for found in answer.iter(f"{XML}Marker")] == ([marker] if marker else [])
