"""The publisher's own books: what was sent, what it costs, where it counts. Nothing here comes from the product."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

Record = dict[str, Any]
Place = tuple[str, str, str | None]
"""Budget, first day of the period (empty for `total`), value of `per`."""

# List prices, dollars per million tokens: uncached input, cache read, cache write of 5 minutes, output.
# https://aws.amazon.com/bedrock/pricing/, read 2026-11.
PRICES: dict[str, tuple[Decimal, ...]] = {
    "global.anthropic.claude-sonnet-4-5-20250929-v1:0": tuple(map(Decimal, ("3", "0.30", "3.75", "15"))),
    "global.anthropic.claude-haiku-4-5-20251001-v1:0": tuple(map(Decimal, ("1", "0.10", "1.25", "5"))),
}
_BUCKETS = ("input_uncached", "cache_read", "cache_write_5m", "output")

RESEARCH = "research"
"""The department whose budget is crossed."""
BUDGETS = """\
version: 1
aws_budgets: false
defaults: {{thresholds: [80, 100], on_hard_limit: notify}}
budgets:
  - {{id: everything, period: monthly, shards: 4}}
  - {{id: staging, match: {{project_id: marketing-gen-v1, environment: staging}}, limit_usd: 1000000, period: monthly}}
  - {{id: growth, match: {{team: growth}}, period: weekly}}
  - {{id: every-user-daily, per: user_id, limit_usd: 1000000, period: daily}}
  - {{id: research, match: {{department_id: research}}, limit_usd: {limit}, period: total}}
"""
CROSSED = "research"


@dataclass(slots=True)
class Standing:
    """What one counter has to hold."""

    usd: Decimal = Decimal(0)
    tokens: int = 0
    requests: int = 0

    def add(self, record: Record) -> None:
        """One record."""
        self.usd += cost(record)
        self.tokens += sum(record["usage"][bucket] for bucket in _BUCKETS)
        self.requests += 1


@dataclass(slots=True)
class Books:
    """`rows` are the costs by identity, `refused` the reasons (a word of each) by what identifies a bad record."""

    rows: dict[str, Decimal] = field(default_factory=dict)
    counters: defaultdict[Place, Standing] = field(default_factory=lambda: defaultdict(Standing))
    refused: dict[str, str] = field(default_factory=dict)
    published: int = 0
    duplicates: int = 0
    bad: int = 0

    def good(self, record: Record) -> None:
        """A record that must be counted; whoever enters it twice has made a mistake."""
        key = identity(record)
        if key in self.rows:
            raise ValueError(f"entered twice: {key}")
        self.rows[key] = cost(record)
        for place in places(record):
            self.counters[place].add(record)
        self.published += 1

    def duplicate(self) -> None:
        """One more delivery of a record that is in the books."""
        self.published += 1
        self.duplicates += 1

    def refuse(self, mark: str, word: str) -> None:
        """A bad record, known by its mark: one entry, however often it is sent."""
        self.refused[mark] = word
        self.published += 1
        self.bad += 1

    @property
    def usd(self) -> Decimal:
        """Of all good records."""
        return sum(self.rows.values(), Decimal(0))


def cost(record: Record) -> Decimal:
    """The producer's price, else tokens by the list."""
    if "cost_usd" in record:
        return Decimal(record["cost_usd"])
    prices = PRICES[record["model"]]
    return sum(
        (record["usage"][bucket] * price / 10**6 for bucket, price in zip(_BUCKETS, prices, strict=True)), Decimal(0)
    )


def identity(record: Record) -> str:
    """As the contract has it: the provider's request id, else the record's own."""
    if "provider_request_id" in record:
        return f"r#{record['provider']}#{record['provider_request_id']}"
    return f"i#{record['id']}"


def places(record: Record) -> list[Place]:
    """The counters of BUDGETS in which a record counts."""
    day = date.fromisoformat(record["time"][:10])
    month, week = day.replace(day=1), day - timedelta(days=day.weekday())
    found: list[Place] = [
        ("everything", month.isoformat(), None),
        ("every-user-daily", day.isoformat(), record["user_id"]),
    ]
    if (record["project_id"], record["environment"]) == ("marketing-gen-v1", "staging"):
        found.append(("staging", month.isoformat(), None))
    if record.get("team") == "growth":
        found.append(("growth", week.isoformat(), None))
    if record.get("department_id") == RESEARCH:
        found.append((CROSSED, "", None))
    return found
