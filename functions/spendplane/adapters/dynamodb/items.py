"""Rows and counters as DynamoDB items. Few attributes a row: each costs time to serialise and bytes to store."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from spendplane.adapters.dynamodb.keys import ROW, ROW_SORT, Item, counter_key, counter_ref, instant, unpriced_on
from spendplane.application.ports import BookedRow, StoredRow
from spendplane.contract.usage_event import from_canonical
from spendplane.domain.budgets import NO_VALUE, Budget
from spendplane.domain.counters import Counter, CounterRef, Increment
from spendplane.domain.ledger import RETENTION, Amendment, LedgerRow
from spendplane.domain.limits import Spend
from spendplane.domain.periods import Period, window_of
from spendplane.domain.usage import UsageEvent

COUNTER_RETENTION = timedelta(days=400)
"""Counters outlive their period so long: a year of status, and the comparison with the month of a year ago."""
_PERIODS = {period.value[0]: period for period in Period}


def rows_to_items(rows: Iterable[LedgerRow]) -> Iterator[Item]:
    """Ledger rows; an unpriced one has no `usd` and stands in the sparse index."""
    counted: dict[int, str] = {}  # rows of one transaction share their tuples of counters
    for row in rows:
        if id(row.counted) not in counted:
            counted[id(row.counted)] = ",".join(_counted(ref, budget) for ref, budget in row.counted)
        yield _row_to_item(row, counted[id(row.counted)])


def _row_to_item(row: LedgerRow, counted: str) -> Item:
    event = row.event
    item: Item = {
        "pk": {"S": ROW + event.dedup_key},
        "sk": {"S": ROW_SORT},
        "event": {"S": event.canonical},
        "hash": {"S": event.payload_hash},
        "price": {"S": row.price},
        "counted": {"S": counted},
        "source": {"S": event.source},
        "expires_at": {"N": _expiry(row.booked_at)},
    }
    if row.usd is None:
        item["work"] = {"S": unpriced_on(row.booked_at.astimezone(UTC))}
        item["work_at"] = {"S": instant(row.booked_at)}
    else:
        item["usd"] = {"N": str(row.usd)}
    return item


@lru_cache(maxsize=64)
def _expiry(booked_at: datetime) -> str:
    """Cached: the rows of a batch are booked at one time."""
    return str(int((booked_at + RETENTION).timestamp()))


def booked_from_item(item: Item) -> BookedRow:
    """The row as it was booked. Its budgets are known by their counters only: definitions change, rows do not."""
    event = from_canonical(item["event"]["S"], item["source"]["S"])
    booked_at = datetime.fromtimestamp(int(item["expires_at"]["N"]), UTC) - RETENTION
    usd = Decimal(item["usd"]["N"]) if "usd" in item else None
    amendments = tuple(_amendment(value["M"]) for value in item.get("amendments", {}).get("L", ()))
    row = LedgerRow(event, usd, item["price"]["S"], (), booked_at)
    return BookedRow(row, _refs(item["counted"]["S"], event), amendments)


def amendment_to_value(amendment: Amendment) -> Item:
    """As it stands in the list on the row."""
    texts = {"at": instant(amendment.at), "by": amendment.by, "reason": amendment.reason, "price": amendment.price}
    return {"M": {**{name: {"S": text} for name, text in texts.items()}, "usd": {"N": str(amendment.usd)}}}


def _amendment(value: Item) -> Amendment:
    at, usd = datetime.fromisoformat(value["at"]["S"]), Decimal(value["usd"]["N"])
    return Amendment(at, value["by"]["S"], value["reason"]["S"], usd, value["price"]["S"])


def stored_from_item(item: Item) -> StoredRow:
    """What a duplicate is compared with."""
    event = from_canonical(item["event"]["S"])
    return StoredRow(
        dedup_key=item["pk"]["S"][2:],
        event_id=event.id,
        payload_hash=item["hash"]["S"],
        refs=_refs(item["counted"]["S"], event),
        unpriced=None if "usd" in item else item["price"]["S"],
    )


def counter_mend(table: str, change: Increment, mends: int) -> Item:
    """An `Update` that adds to one counter unless it was mended more than so many times."""
    update = counter_update(table, change, None)
    update["UpdateExpression"] += ", mends = :now" if " SET " in update["UpdateExpression"] else " SET mends = :now"
    update["ConditionExpression"] = "mends = :seen" if mends else "attribute_not_exists(mends)"
    update["ExpressionAttributeValues"] |= {":now": {"N": str(mends + 1)}}
    if mends:
        update["ExpressionAttributeValues"][":seen"] = {"N": str(mends)}
    return update


def counter_update(table: str, change: Increment, since: datetime | None) -> Item:
    """An `Update` that adds to one counter. `since` is kept from the first one."""
    adds = ["usd :usd", "tokens :tokens", "requests :requests"]
    values: Item = {
        ":usd": {"N": str(change.usd)},
        ":tokens": {"N": str(change.tokens)},
        ":requests": {"N": str(change.requests)},
    }
    names: dict[str, str] = {}
    if change.unpriced:
        adds.append("unpriced :unpriced")
        values[":unpriced"] = {"N": str(change.unpriced)}
    for number, (label, usd) in enumerate(change.contributors.items()):
        adds.append(f"#c{number} :c{number}")
        names[f"#c{number}"] = label
        values[f":c{number}"] = {"N": str(usd)}
    sets = []
    end = change.ref.window.end
    if end is not None:
        sets.append("expires_at = :expires")
        values[":expires"] = {"N": str(int((end + COUNTER_RETENTION).timestamp()))}
    if since is not None:
        sets.append("since = if_not_exists(since, :since)")
        values[":since"] = {"S": instant(since)}
    update: Item = {
        "TableName": table,
        "Key": counter_key(change.ref, change.shard),
        "UpdateExpression": f"ADD {', '.join(adds)}" + (f" SET {', '.join(sets)}" if sets else ""),
        "ExpressionAttributeValues": values,
    }
    if names:
        update["ExpressionAttributeNames"] = names
    return update


def counter_from_item(item: Item) -> Counter:
    """One item of a counter; absent numbers are zero (an alert marker may come first)."""
    return Counter(
        ref=counter_ref(item),
        spend=Spend(_number(item, "usd"), int(_number(item, "tokens")), int(_number(item, "requests"))),
        unpriced=int(_number(item, "unpriced")),
        fired=frozenset(item["fired"]["SS"]) if "fired" in item else frozenset(),
        since=datetime.fromisoformat(item["since"]["S"]) if "since" in item else None,
        contributors={name: Decimal(value["N"]) for name, value in item.items() if name[:2] in {"u:", "m:"}},
        mends=int(_number(item, "mends")),
    )


def _number(item: Item, name: str) -> Decimal:
    return Decimal(item[name]["N"]) if name in item else Decimal(0)


def _counted(ref: CounterRef, budget: Budget) -> str:
    """`<budget>=<period letter>` and `:<attribute>` with `per`; the rest of the reference follows from the event."""
    return f"{ref.budget_id}={ref.code[0]}" + (f":{budget.per}" if budget.per else "")


def _refs(counted: str, event: UsageEvent) -> tuple[CounterRef, ...]:
    refs = []
    for part in counted.split(",") if counted else ():
        budget_id, _, terms = part.partition("=")
        letter, _, per = terms.partition(":")
        key = event.attributes.get(per, NO_VALUE) if per else None
        refs.append(CounterRef(budget_id, window_of(_PERIODS[letter], event.time).code, key))
    return tuple(refs)
