"""Usage records as three services and an agent would write them: seeded, so that the same seed gives the same spend."""

import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

Record = dict[str, Any]
SONNET = "global.anthropic.claude-sonnet-4-5-20250929-v1:0"
OPUS = "global.anthropic.claude-opus-4-5-20251101-v1:0"


@dataclass(frozen=True, slots=True)
class Call:
    """What a service typically asks of one model; token figures are upper bounds of a range."""

    provider: str
    model: str
    fresh: int
    cached: int = 0
    written: int = 0
    answer: int = 0
    thought: int = 0
    workload: str = "inference"


@dataclass(frozen=True, slots=True)
class Service:
    """A producer: `source` is its name on the bus."""

    name: str
    source: str
    tags: dict[str, str]
    users: Sequence[str]
    calls: Sequence[Call]


def _people(prefix: str, count: int) -> tuple[str, ...]:
    return tuple(f"{prefix}-{number:03d}" for number in range(1, count + 1))


MARKETING = Service(
    "marketing-gen",
    "com.example.marketing-gen",
    {"project_id": "marketing-gen", "department_id": "marketing", "team": "growth", "cost_center": "cc-17"},
    _people("employee", 60),
    (
        Call("aws.bedrock", SONNET, fresh=1_800, cached=24_000, written=2_000, answer=1_400),
        Call("aws.bedrock", "us.amazon.nova-pro-v1:0", fresh=4_000, cached=8_000, answer=1_200),
    ),
)
SUPPORT = Service(
    "support-agents",
    "com.example.support-agents",
    {"project_id": "support-agents", "department_id": "operations", "team": "support", "cost_center": "cc-42"},
    _people("agent", 90),
    (
        Call("anthropic", "claude-haiku-4-5-20251001", fresh=2_500, cached=30_000, written=1_500, answer=700),
        Call("openai", "gpt-5-mini", fresh=5_000, cached=6_000, answer=1_500, thought=900),
        Call("aws.bedrock", "amazon.nova-lite-v1:0", fresh=6_000, answer=500),
    ),
)
SEARCH = Service(
    "search",
    "com.example.search",
    {"project_id": "search", "department_id": "product", "team": "search"},
    ("indexer", "query-rewriter", "reranker"),
    (
        Call("openai", "text-embedding-3-small", fresh=8_000, workload="embedding"),
        Call("gcp.gemini", "gemini-2.5-flash", fresh=9_000, cached=4_000, answer=600, thought=300),
        Call("openai", "gpt-5-mini", fresh=3_000, answer=400),
    ),
)
SERVICES = (MARKETING, SUPPORT, SEARCH)
AGENT = Service(
    "lead-finder",
    "com.example.lead-finder",
    {"project_id": "lead-finder", "department_id": "sales", "team": "growth", "cost_center": "cc-23"},
    ("lead-finder-agent",),
    (Call("aws.bedrock", SONNET, fresh=2_000, cached=12_000, answer=900),),
)
"""Runs in production and in staging."""


@dataclass(slots=True)
class Clock:
    """Times of the story. They stay within the UTC day in which it began, so that daily budgets do not split it."""

    start: datetime

    def at(self, seconds: float) -> datetime:
        """So many seconds into the story."""
        midnight = self.start.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        last = midnight + timedelta(days=1) - timedelta(milliseconds=1)
        return max(midnight, min(last, self.start + timedelta(seconds=seconds)))


@dataclass(slots=True)
class Writer:
    """Makes records; everything in them that is random comes from the seed."""

    rng: random.Random
    clock: Clock

    def record(self, service: Service, seconds: float, call: Call | None = None, **fields: Any) -> Record:
        """A valid record of a service, `seconds` into the story; `fields` replace others."""
        rng = self.rng
        chosen = call or rng.choices(service.calls, range(len(service.calls) + 1, 1, -1))[0]
        made = {
            "id": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
            "time": self.clock.at(seconds - rng.uniform(0.2, 1.5)).isoformat(timespec="milliseconds"),
            **service.tags,
            "user_id": rng.choice(service.users),
            "environment": "production",
            "workload_type": chosen.workload,
            "provider": chosen.provider,
            "model": chosen.model,
            "provider_request_id": f"req-{rng.getrandbits(96):024x}",
            "region": "us-east-1",
            "usage": self._tokens(chosen),
            "latency_ms": rng.randrange(180, 9_000),
        }
        return {**made, **fields}

    def _tokens(self, call: Call) -> dict[str, int]:
        rng = self.rng
        thought = rng.randrange(call.thought // 2, call.thought + 1)
        answer = rng.randrange(call.answer // 3, call.answer + 1) + thought
        buckets = {
            "input_uncached": rng.randrange(call.fresh // 4, call.fresh + 1),
            "cache_read": rng.randrange(call.cached // 2, call.cached + 1),
            "cache_write_5m": call.written if rng.random() < 0.1 else 0,  # a cache begins rarely
            "output": answer,
            "reasoning": thought,
        }
        return {name: tokens for name, tokens in buckets.items() if tokens}
