"""`dynamodb:LeadingKeys`, the partition keys that a request names: MiniStack leaves this condition key out.

Without it a ban on some items bans nothing, and a grant of some items grants all. In a transaction, as on AWS, each
item is judged by its own key.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

KEY = "dynamodb:LeadingKeys"
Schema = Callable[[str, str | None], str | None]
"""Name of the partition key of a table, or of one of its indexes."""
_EQUALS = re.compile(r"([\w.#-]+)\s*=\s*(:\w+)")


class ItemArn(str):
    """The ARN of an item's table, which remembers the item's partition key."""

    __slots__ = ("leading_key",)
    leading_key: str | None


def install(iam_actions: Any, iam_evaluator: Any, dynamodb: Any) -> None:  # MiniStack's modules
    """Puts the key into what MiniStack tells its evaluator."""
    context, checks, enforce = (
        iam_actions.dynamodb_service_context,
        iam_actions.dynamodb_transaction_checks,
        iam_evaluator.enforce,
    )
    members = iam_actions._DYNAMODB_TRANSACT_ITEM_ACTIONS  # noqa: SLF001

    def schema(table: str, index: str | None) -> str | None:
        known = dynamodb._tables.get(table.rpartition("/")[2]) or {}  # noqa: SLF001
        indexes = (known.get(kind) or () for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"))
        by_name = {found["IndexName"]: found for kind in indexes for found in kind}
        key_schema = (by_name.get(index, {}) if index else known).get("KeySchema") or ()
        return next((key["AttributeName"] for key in key_schema if key["KeyType"] == "HASH"), None)

    def with_keys(body: bytes) -> Any:
        keys = list(leading_keys(_parsed(body), schema))
        return {**context(body), **({KEY: keys} if keys else {})}

    def with_items(action: str, body: bytes, region: str, account: str) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = checks(action, body, region, account)
        items = _parsed(body).get("TransactItems", ()) if found else ()
        parts = [item[member] for item in items for member in members if item.get(member, {}).get("TableName")]
        return [(right, _item_arn(arn, part, schema)) for (right, arn), part in zip(found, parts, strict=True)]

    def enforced(*request: Any, **more: Any) -> Any:
        key = getattr(more.get("resource_arn"), "leading_key", None)
        if key is not None:
            more = {**more, "service_context": {**(more.get("service_context") or {}), KEY: [key]}}
        return enforce(*request, **more)

    iam_actions.dynamodb_service_context, iam_actions.dynamodb_transaction_checks = with_keys, with_items
    iam_evaluator.enforce = enforced


def leading_keys(request: Mapping[str, Any], schema: Schema) -> Iterator[str]:
    """Of a request for one item, for a query, or for a batch; a scan names none."""
    for table, entries in (request.get("RequestItems") or {}).items():
        for entry in entries.get("Keys", ()) if isinstance(entries, dict) else entries:
            put_or_deleted = (
                entry.get("PutRequest", {}).get("Item") or entry.get("DeleteRequest", {}).get("Key") or entry
            )
            yield from _value(put_or_deleted.get(schema(table, None)))
    name = schema(request.get("TableName", ""), request.get("IndexName"))
    if name:
        yield from _value((request.get("Key") or request.get("Item") or {}).get(name))
        yield from _value(_queried(request, name))


def _queried(request: Mapping[str, Any], name: str) -> Any:
    names = request.get("ExpressionAttributeNames") or {}
    for left, right in _EQUALS.findall(request.get("KeyConditionExpression") or ""):
        if names.get(left, left) == name:
            return (request.get("ExpressionAttributeValues") or {}).get(right)
    condition = (request.get("KeyConditions") or {}).get(name) or {}
    return next(iter(condition.get("AttributeValueList", ())), None)


def _value(typed: Mapping[str, str] | None) -> Iterator[str]:
    """Of `{"S": "x"}`, `x`."""
    yield from (typed or {}).values()


def _item_arn(arn: str, part: Mapping[str, Any], schema: Schema) -> ItemArn:
    made = ItemArn(arn)
    made.leading_key = next(leading_keys(part, schema), None)
    return made


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(body or b"{}")
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}
