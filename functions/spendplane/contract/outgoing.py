"""What Spendplane publishes on the bus, source `spendplane`: one model per detail type, version 1."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

SOURCE = "spendplane"
THRESHOLD_CROSSED = "Budget Threshold Crossed"
USAGE_QUARANTINED = "Usage Quarantined"
USAGE_UNPRICED = "Usage Unpriced"
IDLE_REPORTED = "Idle Reported"

Plain = Annotated[Decimal, PlainSerializer(lambda value: f"{value:f}", return_type=str)]
"""A decimal as a string without an exponent."""


class Outgoing(BaseModel):
    """`id` is deterministic: every copy of the same fact carries the same id, so consumers can drop repeats."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    id: str
    time: datetime


class Contributor(BaseModel):
    """Who or what caused a share of the spend: a user or a model."""

    model_config = ConfigDict(defer_build=True)

    kind: Literal["user", "model"]
    name: str
    usd: Plain
    percent: Plain


class ThresholdCrossed(Outgoing):
    """A budget reached a threshold: once per budget, key, period, threshold and revision of the budget."""

    model_config = ConfigDict(title=THRESHOLD_CROSSED)

    budget_id: str
    key: str | None = Field(description="The value of the budget's `per` attribute; null without `per`.")
    per: str | None
    period: str
    period_start: datetime
    period_end: datetime | None
    threshold_percent: int
    severity: Literal["soft", "hard"]
    late: bool = Field(description="The period was over already: a fact for the books, never a reason to act.")
    percent: Plain
    unit: Literal["usd", "tokens", "requests"]
    used: Plain
    limit: Plain
    spent_usd: Plain
    tokens: int
    requests: int
    unpriced_events: int
    revision: int
    on_soft_limit: str = "notify"
    on_hard_limit: str
    mode: str
    owner: str | None
    match: dict[str, list[str]]
    contributors: list[Contributor]
    per_hour: Plain | None = Field(description="Average since the first record of the period, in `unit`.")
    limit_reached_at: datetime | None
    period_end_percent: Plain | None


class UsageQuarantined(Outgoing):
    """A record was refused and kept: `spendplane quarantine show ID`."""

    model_config = ConfigDict(title=USAGE_QUARANTINED)

    reason: str
    source: str


class UsageUnpriced(Outgoing):
    """A model without a known price was used: said once per provider, model, tier and day."""

    model_config = ConfigDict(title=USAGE_UNPRICED)

    provider: str
    model: str
    service_tier: str
    region: str | None
    project_id: str
    reason: str


class IdleLine(BaseModel):
    """An endpoint or a notebook that idles. Null: not known; `unknown` says why. Dollars of seven days and of all."""

    model_config = ConfigDict(defer_build=True)

    kind: str
    name: str
    arn: str
    environment: str | None
    instance_types: list[str]
    hours: Plain | None
    idle_hours: Plain | None
    invocations: int | None
    usd_idle_7_days: Plain | None
    usd_idle: Plain | None
    advice: str
    saves_usd_a_month: Plain | None
    why: str
    unknown: str


class IdleReported(Outgoing):
    """What instances idled over the last days, the dearest first: once a day, where there is anything to say."""

    model_config = ConfigDict(title=IDLE_REPORTED)

    start: datetime
    end: datetime
    resources: int
    unknown: int = Field(description="Resources whose idle dollars are not known; they are in no sum.")
    unread: int = Field(description="Endpoints that could not be read.")
    usd_idle_7_days: Plain
    usd_idle: Plain
    saves_usd_a_month: Plain
    lines: list[IdleLine]
    more_lines: int = Field(description="Lines beyond those that are listed.")


MODELS: dict[str, type[Outgoing]] = {
    THRESHOLD_CROSSED: ThresholdCrossed,
    USAGE_QUARANTINED: UsageQuarantined,
    USAGE_UNPRICED: UsageUnpriced,
    IDLE_REPORTED: IdleReported,
}
