"""A page of a table's scan costs what the page holds, as on AWS.

MiniStack goes through the whole table for every page, so that reading 200,000 rows takes minutes. It is shown the
part of the table in which the page lies, and makes the page of it itself.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from types import FunctionType
from typing import Any

Table = dict[str, Any]
_start: ContextVar[str | None] = ContextVar("start", default=None)


class Parts:
    """MiniStack's tables, each with no more partitions than a page takes, from the scan's start on.

    The order of the keys is kept while a scan goes on. What is put meanwhile may be missed, as on AWS.
    """

    def __init__(self, tables: Any, size_of: Any, page_bytes: int) -> None:
        self._tables, self._size_of, self._page_bytes = tables, size_of, page_bytes
        self._orders: dict[int, list[str]] = {}

    def get(self, name: str) -> Table | None:
        """As the scan asks for its table."""
        table: Table | None = self._tables.get(name)
        if table is None:
            return None
        start, order = _start.get(), self._orders.get(id(table))
        if start is None or order is None:
            order = self._orders[id(table)] = sorted(table["items"])
        return {**table, "items": self._part(table["items"], order, bisect_left(order, start or ""))}

    def _part(self, items: Mapping[str, Table], order: Sequence[str], place: int) -> dict[str, Table]:
        """Whole partitions, until more than a page lies beyond the first, in which the last page may end."""
        found: dict[str, Table] = {}
        size = 0
        for key in order[place:]:
            partition = items.get(key)
            if not partition:
                continue
            found[key] = partition
            if len(found) > 1:
                size += sum(self._size_of(item) for item in partition.values())
            if size > self._page_bytes:
                break
        return found


def install(dynamodb: Any) -> None:  # MiniStack's module
    """Puts itself before MiniStack's scan. What reads an index or a segment is left as it is."""
    whole = dynamodb._scan  # noqa: SLF001
    parts = Parts(dynamodb._tables, dynamodb._item_size_bytes, dynamodb._DDB_PAGE_SIZE_BYTES)  # noqa: SLF001
    paged = FunctionType(whole.__code__, {**vars(dynamodb), "_tables": parts}, "_scan")

    def scan(request: Table) -> Any:
        if "IndexName" in request or "Segment" in request or "TotalSegments" in request:
            return whole(request)
        key = (request.get("ExclusiveStartKey") or {}).get("pk", {}).get("S")
        if request.get("ExclusiveStartKey") and key is None:
            return whole(request)  # of a table whose key is another: none of ours
        token = _start.set(key)
        try:
            return paged(request)
        finally:
            _start.reset(token)

    dynamodb._scan = scan  # noqa: SLF001
