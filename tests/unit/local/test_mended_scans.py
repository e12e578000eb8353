"""Pages of a scan: the whole table once, whatever lies in one partition, and no more of it touched than a page."""

import json
from typing import Any

import pytest

from local.mended.scan_pages import Parts, install

PAGE = 1024 * 1024


def table(items: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {"items": items, "pk_name": "pk"}


def item(pk: str, sk: str, size: int) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}, "text": {"S": "x" * size}}


@pytest.fixture(scope="module")
def dynamodb() -> Any:
    """MiniStack's module, with a table of small, large and crowded partitions."""
    from ministack.services import dynamodb as module

    install(module)
    keys = [{"AttributeName": name, "KeyType": kind} for name, kind in (("pk", "HASH"), ("sk", "RANGE"))]
    types = [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")]
    asked = {"TableName": "pages", "KeySchema": keys, "AttributeDefinitions": types, "BillingMode": "PAY_PER_REQUEST"}
    assert module._create_table(asked)[0] == 200
    for number in range(900, 0, -1):
        for sort in range(3 if number % 50 else 40):
            module._put_item({"TableName": "pages", "Item": item(f"E#{number:04}", f"{sort:02}", number * 2)})
    return module


@pytest.mark.parametrize("more", [{}, {"Limit": 7}, {"Limit": 400}])
def test_every_item_comes_once_in_order(dynamodb: Any, more: dict[str, Any]) -> None:
    whole = [
        (pk, sk) for pk in sorted(dynamodb._tables.get("pages")["items"])
        for sk in sorted(dynamodb._tables.get("pages")["items"][pk])
    ]  # fmt: skip
    seen, pages, start = [], 0, None
    while pages == 0 or start:
        asked = {"TableName": "pages", **more, **({"ExclusiveStartKey": start} if start else {})}
        status, _, body = dynamodb._scan(asked)
        assert status == 200
        answer = json.loads(body)
        seen += [(found["pk"]["S"], found["sk"]["S"]) for found in answer["Items"]]
        start, pages = answer.get("LastEvaluatedKey"), pages + 1
    assert seen == whole
    assert pages > 2


def test_no_more_is_shown_than_a_page_takes() -> None:
    tables = {"t": table({f"{number:04}": {"-": item("", "", 100)} for number in range(1_000)})}
    shown = Parts(tables, lambda found: len(found["text"]["S"]), 1_000).get("t")
    assert shown is not None
    assert list(shown["items"]) == [f"{number:04}" for number in range(12)]
