"""One table with a sparse index: what DynamoDB promises of conditions, transactions and their repetition."""

from base64 import b64decode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from proof.simulator.expressions import Item, condition, updated

Key = tuple[str, str]
Change = tuple[Key, Item | None, Item]
"""A key with its item before and after."""
MAX_ITEMS = 100
TOKEN_HOLDS = timedelta(minutes=10)


class CancelledError(Exception):
    """A condition did not hold. A reason per item: None, or the old item (empty when there is none)."""

    def __init__(self, reasons: Sequence[Item | None]) -> None:
        super().__init__("condition failed")
        self.reasons = list(reasons)


@dataclass(slots=True)
class SimTable:
    """Items by key. `listeners` hear of the changes of each write, all at once; `written` is when an item last changed.

    A repeated transaction with the same token succeeds and changes nothing, for ten minutes.
    """

    items: dict[Key, Item] = field(default_factory=dict)
    partitions: dict[str, dict[str, Item]] = field(default_factory=dict)
    index: dict[str, dict[Key, str]] = field(default_factory=dict)
    written: dict[Key, datetime] = field(default_factory=dict)
    tokens: dict[str, datetime] = field(default_factory=dict)
    listeners: list[Callable[[list[Change]], None]] = field(default_factory=list)

    def get(self, key: Item) -> Item | None:
        """One item."""
        found = self.items.get(_key(key))
        return None if found is None else _read(found)

    def partition(self, pk: str) -> list[Item]:
        """In order of the sort key."""
        found = self.partitions.get(pk, {})
        return [_read(found[sk]) for sk in sorted(found)]

    def indexed(self, partition: str, until: str | None) -> list[Key]:
        """Keys in a partition of the index, by time."""
        found = sorted((at, key) for key, at in self.index.get(partition, {}).items() if until is None or at <= until)
        return [key for _, key in found]

    def beginning(self, prefix: str) -> list[Item]:
        """Every item whose partition key begins so."""
        return [_read(item) for (pk, _), item in self.items.items() if pk.startswith(prefix)]

    def transact(self, actions: Sequence[Item], token: str, now: datetime) -> None:
        """All or nothing. Raises CancelledError, and ValueError for what DynamoDB refuses as it stands."""
        if token in self.tokens and now - self.tokens[token] < TOKEN_HOLDS:
            return
        if not 0 < len(actions) <= MAX_ITEMS:
            raise ValueError(f"{len(actions)} items in a transaction")
        keys = [_key(body["Item"] if "Put" in action else body["Key"]) for action in actions for body in action.values()]
        if len(set(keys)) < len(keys):
            raise ValueError("two actions of a transaction on one item")
        reasons = [self._reason(action, key) for action, key in zip(actions, keys, strict=True)]
        if any(reason is not None for reason in reasons):
            raise CancelledError(reasons)
        self._write([(key, self._after(action, key)) for action, key in zip(actions, keys, strict=True)], now)
        self.tokens[token] = now

    def update(self, parameters: Item, now: datetime) -> Item:
        """One item; returns it whole. Raises CancelledError."""
        action, key = {"Update": parameters}, _key(parameters["Key"])
        reason = self._reason(action, key)
        if reason is not None:
            raise CancelledError([reason])
        after = self._after(action, key)
        self._write([(key, after)], now)
        return _read(after)

    def _reason(self, action: Item, key: Key) -> Item | None:
        ((_, body),) = action.items()
        text = body.get("ConditionExpression")
        old = self.items.get(key, {})
        if text is None:
            return None
        names, values = body.get("ExpressionAttributeNames", {}), body.get("ExpressionAttributeValues", {})
        return None if condition(text)(old, names, values) else old

    def _after(self, action: Item, key: Key) -> Item:
        if "Put" in action:
            return dict(action["Put"]["Item"])
        body = action["Update"]
        old = self.items.get(key) or {"pk": {"S": key[0]}, "sk": {"S": key[1]}}
        names, values = body.get("ExpressionAttributeNames", {}), body.get("ExpressionAttributeValues", {})
        return updated(old, body["UpdateExpression"], names, values)

    def _write(self, new: list[tuple[Key, Item]], now: datetime) -> None:
        changes: list[Change] = []
        for key, item in new:
            old = self.items.get(key)
            changes.append((key, old, item))
            self.items[key] = item
            self.partitions.setdefault(key[0], {})[key[1]] = item
            self.written[key] = now
            if old and "work" in old:
                self.index[old["work"]["S"]].pop(key, None)
            if "work" in item:
                self.index.setdefault(item["work"]["S"], {})[key] = item["work_at"]["S"]
        for listener in self.listeners:
            listener(changes)


def _key(item: Item) -> Key:
    return item["pk"]["S"], item["sk"]["S"]


def _read(item: Item) -> Any:
    """As a client gets it: binary values as bytes."""
    found = dict(item)
    if "B" in found.get("body", {}):
        found["body"] = {"B": b64decode(found["body"]["B"])}
    return found
