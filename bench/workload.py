"""Realistic usage, seeded: the same call gives the same events."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from spendplane.contract.envelope import Message
from spendplane.domain.budgets import Budget
from spendplane.domain.limits import Limits
from spendplane.domain.periods import Period

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PROJECT = "marketing-gen-v1"
MODELS = (
    "global.anthropic.claude-sonnet-4-5-20250929-v1:0",
    "anthropic.claude-haiku-4-5-20251001-v1:0",
    "amazon.nova-pro-v1:0",
)


def records(count: int, *, users: int = 5_000, start: int = 0, seed: int = 7) -> Iterator[dict[str, Any]]:
    """Records of about 560 bytes, all of one project in staging, over so many users."""
    rng = random.Random(seed + start)
    for number in range(start, start + count):
        yield {
            "id": f"01JD{number:022d}",
            "time": "2026-11-22T11:59:30Z",
            "project_id": PROJECT,
            "user_id": f"employee-{rng.randrange(users)}",
            "environment": "staging",
            "department_id": "marketing",
            "team": "growth",
            "cost_center": "cc-17",
            "workload_type": "inference",
            "provider": "aws.bedrock",
            "model": rng.choice(MODELS),
            "provider_request_id": f"3f2a9c1e-{number:027d}",
            "session_id": f"session-{number % 997}",
            "region": "us-east-1",
            "service_tier": "standard",
            "usage": {
                "input_uncached": rng.randrange(20, 4_000),
                "cache_read": rng.randrange(0, 120_000),
                "cache_write_5m": 0,
                "cache_write_1h": 0,
                "output": rng.randrange(50, 2_000),
                "reasoning": 0,
            },
            "outcome": "success",
            "cache_hit": False,
            "latency_ms": rng.randrange(200, 9_000),
        }


def envelope(detail_type: str, detail: dict[str, Any]) -> str:
    """The body that EventBridge puts into the queue."""
    return json.dumps(
        {
            "version": "0",
            "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
            "detail-type": detail_type,
            "source": "marketing.api",
            "account": "111122223333",
            "time": "2026-11-22T11:59:59Z",
            "region": "us-east-1",
            "resources": [],
            "detail": detail,
        }
    )


def single(count: int, **options: int) -> list[Message]:
    """A message per record."""
    return [Message(record["id"], envelope("AI Usage Recorded", record), NOW) for record in records(count, **options)]


def batched(count: int, size: int = 100, **options: int) -> list[Message]:
    """A message per `size` records."""
    found = list(records(count, **options))
    return [
        Message(f"batch-{start}", envelope("AI Usage Batch Recorded", {"records": found[start : start + size]}), NOW)
        for start in range(0, count, size)
    ]


def five_budgets() -> list[Budget]:
    """Five that every record of the workload counts in, none of them per user, none ever crossed."""
    selectors = (
        (),
        (("project_id", (PROJECT,)), ("environment", ("staging",))),
        (("department_id", ("marketing",)),),
        (("team", ("growth",)),),
        (("cost_center", ("cc-17",)), ("environment", ("development", "staging"))),
    )
    ids = ("everything", "marketing-gen-staging", "marketing", "growth", "cc-17")
    return [
        Budget(id_, match=tuple(sorted(match)), period=Period.MONTHLY, limits=Limits(usd=Decimal(10**9)))
        for id_, match in zip(ids, selectors, strict=True)
    ]


def per_user() -> Budget:
    """One more: a counter per user and day."""
    return Budget("every-user-daily", per="user_id", period=Period.DAILY, limits=Limits(usd=Decimal(10**6)))


def strangers(count: int) -> list[Budget]:
    """Budgets of other projects: there, but matching no record of the workload."""
    return [
        Budget(
            f"project-{number}-monthly",
            match=(("environment", ("staging",)), ("project_id", (f"project-{number}",))),
            limits=Limits(usd=Decimal(100)),
        )
        for number in range(count)
    ]
