"""A DynamoDB client of one process: botocore's answers and errors, over the simulated table."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from proof.simulator.actor import READ, Actor
from proof.simulator.expressions import Item, condition
from proof.simulator.table import CancelledError, SimTable

INDEX_LAG = timedelta(seconds=4)
_CODES = {"throttled": "ProvisionedThroughputExceededException", "conflict": "TransactionConflictException"}
_NO_EVENTS = SimpleNamespace(register=lambda *_, **__: None, register_first=lambda *_, **__: None)


@dataclass(slots=True)
class SimDynamo:
    """What the adapters call. Each call may fail on its way; a repetition carries the same token."""

    table: SimTable
    actor: Actor
    meta: Any = field(default_factory=lambda: SimpleNamespace(events=_NO_EVENTS))
    _tokens: "count[int]" = field(default_factory=count)

    def transact_write_items(self, *, TransactItems: list[Item]) -> Item:  # noqa: N803  # DynamoDB's names
        """All or nothing."""
        token = f"{self.actor.name}/{next(self._tokens)}"

        def effect() -> Item:
            try:
                self.table.transact(TransactItems, token, self.actor.loop.now)
            except CancelledError as error:
                reasons = [_reason(item, reason) for item, reason in zip(TransactItems, error.reasons, strict=True)]
                raise _error("TransactionCanceledException", reasons) from None
            return {}

        def refuse(fault: str) -> Exception:
            if fault != "conflict":
                return refusal(fault)
            return _error(
                "TransactionCanceledException",
                [{"Code": "TransactionConflict"}, *({"Code": "None"},) * (len(TransactItems) - 1)],
            )

        return self.actor.io(self._said(TransactItems), effect, refuse)

    def update_item(self, **parameters: Any) -> Item:
        """One item."""

        def effect() -> Item:
            try:
                item = self.table.update(parameters, self.actor.loop.now)
            except CancelledError:
                raise _error("ConditionalCheckFailedException", []) from None
            return {"Attributes": item} if parameters.get("ReturnValues") == "ALL_NEW" else {}

        return self.actor.io(self._said([{"Update": parameters}]), effect, refusal)

    def put_item(self, *, TableName: str, Item: Item) -> Item:  # noqa: N803
        """One item, whatever was there."""
        put = {"Put": {"TableName": TableName, "Item": Item}}

        def effect() -> dict[str, Any]:
            self.table.transact([put], f"{self.actor.name}/{next(self._tokens)}", self.actor.loop.now)
            return {}

        return self.actor.io(self._said([put]), effect, refusal)

    def get_item(self, *, Key: Item, **_: Any) -> Item:  # noqa: N803
        """Consistently."""
        return self._read(f"get {_name(Key)}", lambda: {} if (i := self.table.get(Key)) is None else {"Item": i})

    def batch_get_item(self, *, RequestItems: Item) -> Item:  # noqa: N803
        """Consistently."""
        ((name, asked),) = RequestItems.items()
        keys = asked["Keys"]

        def effect() -> Item:
            found = [item for key in keys if (item := self.table.get(key)) is not None]
            return {"Responses": {name: found}, "UnprocessedKeys": {}}

        return self._read(f"get {', '.join(map(_name, keys))}" if self.actor.loop.traced else "", effect)

    def query(self, **asked: Any) -> Item:
        """A partition of the table, or of the index, which may lag."""
        values = asked["ExpressionAttributeValues"]
        if "IndexName" not in asked:
            pk = values[":pk"]["S"]
            return self._read(f"query {pk}", lambda: {"Items": self.table.partition(pk)})
        partition, until = values[":work"]["S"], values.get(":until", {}).get("S")
        lags = self.actor.chaos.pick("index_lag") is not None

        def effect() -> Item:
            keys = self.table.indexed(partition, until)
            if lags:
                seen = self.actor.loop.now - INDEX_LAG
                keys = [key for key in keys if self.table.written[key] < seen]
            if not asked.get("ScanIndexForward", True):
                keys.reverse()
            return {"Items": [{"pk": {"S": pk}, "sk": {"S": sk}} for pk, sk in keys]}

        return self._read(f"query index {partition}" + (" (it lags)" if lags else ""), effect)

    def scan(self, **asked: Any) -> Item:
        """By prefix."""
        prefix = asked["ExpressionAttributeValues"][":prefix"]["S"]
        matches = condition(asked["FilterExpression"])
        names, values = asked.get("ExpressionAttributeNames", {}), asked["ExpressionAttributeValues"]
        return self._read(
            f"scan {prefix}",
            lambda: {"Items": [item for item in self.table.beginning(prefix) if matches(item, names, values)]},
        )

    def _said(self, actions: list[Item]) -> str:
        return _said(actions) if self.actor.loop.traced else ""

    def _read(self, call: str, effect: Callable[[], Item]) -> Item:
        return self.actor.io(call, effect, refusal, READ)


def refusal(fault: str) -> Exception:
    """As botocore says a kind of fault."""
    if fault in _CODES:
        return _error(_CODES[fault], [])
    if fault == "unreachable":
        return EndpointConnectionError(endpoint_url="https://dynamodb.simulated")
    return ReadTimeoutError(endpoint_url="https://dynamodb.simulated")


def _error(code: str, reasons: list[Item]) -> ClientError:
    answer: Any = {"Error": {"Code": code, "Message": "simulated"}, "CancellationReasons": reasons}
    return ClientError(answer, "simulated")


def _reason(action: Item, old: Item | None) -> Item:
    if old is None:
        return {"Code": "None"}
    ((_, body),) = action.items()
    if body.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" and old:
        return {"Code": "ConditionalCheckFailed", "Item": old}
    return {"Code": "ConditionalCheckFailed"}


def _said(actions: list[Item]) -> str:
    """Of a write: which items, and of an update how."""
    parts = []
    for action in actions:
        ((word, body),) = action.items()
        if word == "Put":
            parts.append(f"put {_name(body['Item'])}")
        else:
            parts.append(f"update {_name(body['Key'])}")
    return ", ".join(parts)


def _name(key: Item) -> str:
    sort = key["sk"]["S"]
    return str(key["pk"]["S"]) + (f"/{sort}" if len(sort) > 1 else "")
