"""`TransactWriteItems` without the detour through botocore's serialiser.

Our items are in DynamoDB's JSON form already. botocore walks every value of them against its service model, and looks
through them for table names to choose an endpoint: half of the meter's processor time (docs/performance.md). So the
items are taken out before that and put into the body after it. Signing, retries, the idempotency token and the errors
stay botocore's.
"""

from typing import Any

from pydantic_core import from_json, to_json

from spendplane.adapters.dynamodb.keys import Item

_KEY = "spendplane_items"
_OPERATION = "dynamodb.TransactWriteItems"


def install(client: Any) -> None:
    """Prepares a DynamoDB client; twice is once. Afterwards a binary value (`B`) is given as base64 text."""
    events = client.meta.events
    events.register_first(f"before-parameter-build.{_OPERATION}", _take_out, unique_id=f"{_KEY}_out")
    events.register(f"before-call.{_OPERATION}", _put_in, unique_id=f"{_KEY}_in")


def _take_out(params: dict[str, Any], context: dict[str, Any], **_: object) -> None:
    context[_KEY] = params["TransactItems"]
    params["TransactItems"] = []


def _put_in(params: dict[str, Any], context: dict[str, Any], **_: object) -> None:
    items: list[Item] = context.pop(_KEY)
    params["body"] = to_json({**from_json(params["body"]), "TransactItems": items})
