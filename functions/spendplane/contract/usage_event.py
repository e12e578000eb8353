"""`AI Usage Recorded` and `AI Usage Batch Recorded`, version 1: what producers publish."""

import json
from dataclasses import fields
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from spendplane.contract.text import Identifier, Text
from spendplane.domain.budgets import ATTRIBUTES
from spendplane.domain.money import MAX_COST_USD, USD_PLACES
from spendplane.domain.usage import PARTS, TokenUsage, UsageEvent

USAGE_RECORDED = "AI Usage Recorded"
USAGE_BATCH_RECORDED = "AI Usage Batch Recorded"
MAX_BATCH_RECORDS = 500
MAX_TOKENS = 10**12
"""Tokens of one bucket of one call; more is a unit mistake."""
MAX_AHEAD = timedelta(minutes=5)
MAX_AGE = timedelta(days=35)

_COUNTED = tuple(item.name for item in fields(TokenUsage))
Tokens = Annotated[int, Field(strict=True, ge=0, le=MAX_TOKENS)]
Environment = Literal["production", "staging", "development", "sandbox", "test"]


class Usage(BaseModel):
    """Tokens in disjoint buckets, parts of these (`reasoning` is inside `output`), and images billed by the image."""

    model_config = ConfigDict(extra="allow", frozen=True, defer_build=True)

    input_uncached: Tokens = 0
    cache_read: Tokens = 0
    cache_write_5m: Tokens = 0
    cache_write_1h: Tokens = 0
    output: Tokens = 0
    reasoning: Tokens = 0
    input_audio: Tokens = Field(default=0, description="A part of `input_uncached`, as `input_image` is.")
    input_image: Tokens = 0
    output_audio: Tokens = Field(default=0, description="A part of `output`, as `output_image` is.")
    output_image: Tokens = 0
    images: Tokens = Field(default=0, description="Images that cost by the image, not in tokens.")
    image_size: Text | None = Field(default=None, description="As the price list has it, such as `1024x1024`.")
    image_quality: Text | None = None

    @model_validator(mode="after")
    def _parts_are_inside(self) -> "Usage":
        for bucket, parts in PARTS.items():
            whole, inside = getattr(self, bucket), sum(getattr(self, part) for part in parts)
            if inside > whole:
                named = " + ".join(part for part in parts if getattr(self, part))
                raise ValueError(f"{named} ({inside}) is a part of {bucket} ({whole}) and cannot exceed it")
        return self


class UsageRecord(BaseModel):
    """One use of a model. Unknown fields are kept in the ledger."""

    model_config = ConfigDict(extra="allow", frozen=True, defer_build=True, title=USAGE_RECORDED)

    id: Identifier = Field(description="Unique per usage; a ULID or UUID.")
    time: str = Field(
        strict=True,
        min_length=1,
        max_length=64,
        json_schema_extra={"format": "date-time"},
        description="When it happened: ISO 8601 with an offset.",
    )
    project_id: Identifier
    user_id: Identifier
    environment: Environment
    department_id: Identifier | None = None
    team: Identifier | None = None
    cost_center: Identifier | None = None
    workload_type: Literal["inference", "training", "embedding"] = "inference"
    provider: Identifier = Field(description="OpenTelemetry `gen_ai.provider.name`, such as `aws.bedrock`.")
    model: Identifier
    provider_request_id: Identifier | None = None
    session_id: Identifier | None = None
    region: Identifier | None = None
    service_tier: Text | None = None
    usage: Usage
    cost_usd: Decimal | None = Field(
        default=None, ge=0, le=MAX_COST_USD, max_digits=10 + USD_PLACES, decimal_places=USD_PLACES, allow_inf_nan=False
    )
    outcome: Literal["success", "error", "blocked"] = "success"
    cache_hit: bool = Field(default=False, strict=True)
    baseline_model: Text | None = None
    latency_ms: Annotated[float, Field(strict=True, ge=0, le=1e12, allow_inf_nan=False)] | None = None

    @field_validator("cost_usd", mode="before")
    @classmethod
    def _decimal_not_float(cls, value: Any) -> Any:
        if value is None or (isinstance(value, str) and "_" not in value):  # Python would take 1_000
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return repr(value)  # the shortest text that means this number: what the producer wrote
        raise ValueError('a decimal written as a string, such as "0.05055"')


class UsageBatch(BaseModel):
    """Up to 500 records in one event: one fee, one message, fewer calls."""

    model_config = ConfigDict(extra="allow", defer_build=True, title=USAGE_BATCH_RECORDED)

    records: list[UsageRecord] = Field(min_length=1, max_length=MAX_BATCH_RECORDS)


def parse_time(text: str, received_at: datetime) -> datetime:
    """The record's time. Raises ValueError when it is naive, impossible, in the future, or too old.

    `received_at` is when the message was received first, so that a redelivery is judged like the first delivery.
    """
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        time = None
    if time is None or not (text.isascii() and text.isprintable()):  # any character may separate date and time there
        raise ValueError(f"not a date and time in ISO 8601: {text!r}")
    if time.tzinfo is None:
        raise ValueError(f"without an offset: {text!r} (write …Z or …+02:00)")
    try:
        age = received_at - time
    except OverflowError:
        raise ValueError(f"outside the calendar: {text!r}") from None
    if -age > MAX_AHEAD:
        raise ValueError(f"{-age} ahead of its arrival; at most {MAX_AHEAD} are accepted")
    if age > MAX_AGE:
        raise ValueError(f"{age.days} days old at its arrival; at most {MAX_AGE.days} are accepted")
    return time


def canonical(record: UsageRecord) -> str:
    """One text per meaning: normalised, fields in the model's order, unknown ones sorted, defaults left out."""
    if not record.__pydantic_extra__ and not record.usage.__pydantic_extra__:
        return record.model_dump_json(exclude_defaults=True)
    return json.dumps(
        record.model_dump(mode="json", exclude_defaults=True), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )


def to_domain(record: UsageRecord, time: datetime, source: str = "") -> UsageEvent:
    """The validated record as a value of the domain."""
    used = record.usage
    text = canonical(record)
    return UsageEvent(
        id=record.id,
        time=time,
        provider=record.provider,
        model=record.model,
        usage=TokenUsage(*(getattr(used, name) for name in _COUNTED)),
        attributes=_attributes(record),
        canonical=text,
        payload_hash=sha256(text.encode()).hexdigest()[:32],
        region=record.region,
        service_tier=record.service_tier or "standard",
        provider_request_id=record.provider_request_id,
        cost_usd=record.cost_usd,
        outcome=record.outcome,
        cache_hit=record.cache_hit,
        source=source,
    )


def from_canonical(text: str, source: str = "") -> UsageEvent:
    """A ledger row's event: valid once, so only its form is read again, not its age."""
    record = UsageRecord.model_validate(json.loads(text))
    return to_domain(record, datetime.fromisoformat(record.time), source)


def _attributes(record: UsageRecord) -> dict[str, str]:
    values = record.__dict__
    return {name: values[name] for name in ATTRIBUTES if values[name] is not None}
