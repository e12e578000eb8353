"""Short ways to make what tests need: every builder gives a valid thing, and a test says only what matters to it."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from spendplane.contract.envelope import Message
from spendplane.contract.usage_event import USAGE_BATCH_RECORDED, USAGE_RECORDED, UsageRecord, to_domain
from spendplane.domain.budgets import Budget
from spendplane.domain.counters import Counter, CounterRef
from spendplane.domain.ledger import LedgerRow
from spendplane.domain.limits import Limits, Spend
from spendplane.domain.periods import Period, window_of
from spendplane.domain.usage import TokenUsage, UsageEvent

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SONNET = "anthropic.claude-sonnet-4-5-20250929-v1:0"
_numbers = count()


def at(text: str) -> datetime:
    """`2026-11-22T04:00Z` as a time."""
    return datetime.fromisoformat(text)


def record(event_id: str = "evt-1", **fields: Any) -> dict[str, Any]:
    """A usage record as a producer writes it; a field set to `...` is left out."""
    base: dict[str, Any] = {
        "id": event_id,
        "time": "2026-11-22T11:59:00Z",
        "project_id": "marketing-gen-v1",
        "user_id": "employee-452",
        "environment": "staging",
        "provider": "aws.bedrock",
        "model": SONNET,
        "usage": {"input_uncached": 350, "output": 900},
    }
    return {name: value for name, value in {**base, **fields}.items() if value is not ...}


def envelope(detail: object, kind: str = USAGE_RECORDED, source: str = "com.example.app") -> dict[str, Any]:
    """What EventBridge puts on the queue."""
    return {
        "version": "0",
        "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
        "detail-type": kind,
        "source": source,
        "account": "123456789012",
        "time": "2026-11-22T12:00:00Z",
        "region": "us-east-1",
        "resources": [],
        "detail": detail,
    }


def message(
    detail: object, kind: str = USAGE_RECORDED, received_at: datetime = NOW, source: str = "com.example.app"
) -> Message:
    """A queue message with an id of its own."""
    return raw(json.dumps(envelope(detail, kind, source)), received_at)


def raw(body: str, received_at: datetime = NOW) -> Message:
    """A queue message with any text."""
    return Message(f"message-{next(_numbers)}", body, received_at)


def batch(records: Sequence[object], received_at: datetime = NOW) -> Message:
    """A message with several records."""
    return message({"records": list(records)}, USAGE_BATCH_RECORDED, received_at)


def event(event_id: str = "evt-1", **fields: Any) -> UsageEvent:
    """A valid event of the domain."""
    parsed = UsageRecord.model_validate(record(event_id, **fields))
    return to_domain(parsed, datetime.fromisoformat(parsed.time), "com.example.app")


def usage(**used: Any) -> TokenUsage:
    """Tokens in buckets, and images."""
    return TokenUsage(**used)


def budget(
    budget_id: str = "staging",
    usd: str | int | None = 100,
    *,
    tokens: int | None = None,
    requests: int | None = None,
    period: Period = Period.MONTHLY,
    match: dict[str, str | tuple[str, ...]] | None = None,
    **fields: Any,
) -> Budget:
    """A budget; `usd` None means no limit in dollars."""
    selector = {} if match is None else match
    return Budget(
        id=budget_id,
        match=tuple((name, (value,) if isinstance(value, str) else value) for name, value in sorted(selector.items())),
        period=period,
        limits=Limits(None if usd is None else Decimal(usd), tokens, requests),
        **fields,
    )


def ref(of: Budget, time: datetime = NOW, key: str | None = None) -> CounterRef:
    """The counter of a budget at a time."""
    return CounterRef(of.id, window_of(of.period, time).code, key)


def counter(of: Budget, usd: str | int = 0, *, key: str | None = None, time: datetime = NOW, **fields: Any) -> Counter:
    """A counter with so many dollars."""
    spend = Spend(Decimal(usd), fields.pop("tokens", 0), fields.pop("requests", 1 if Decimal(usd) else 0))
    return Counter(ref(of, time, key), spend, **fields)


def row(event_id: str, usd: str | None, counted: Sequence[Budget] = (), **fields: Any) -> LedgerRow:
    """A ledger row that counts in these budgets, booked at NOW; its key is the event's value of `per`."""
    booked_at = fields.pop("booked_at", NOW)
    made = event(event_id, **fields)
    refs = tuple(
        (ref(item, made.time, made.attributes.get(item.per, "(none)") if item.per else None), item) for item in counted
    )
    price = "test" if usd is not None else "unpriced: no price in this test"
    return LedgerRow(made, None if usd is None else Decimal(usd), price, refs, booked_at)
