"""What the enforce function is asked: by EventBridge, by its schedule, and by people through the command line."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter

from spendplane.contract.outgoing import THRESHOLD_CROSSED
from spendplane.contract.text import Text

_STRICT = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Reconcile(BaseModel):
    """The minute's round."""

    model_config = _STRICT

    command: Literal["reconcile"]


class Idle(BaseModel):
    """The hourly round over what nobody calls."""

    model_config = _STRICT

    command: Literal["idle"]


class PlanOf(BaseModel):
    """What would happen to this budget now."""

    model_config = _STRICT

    command: Literal["plan"]
    budget_id: Text
    key: Text | None = None


class Engage(BaseModel):
    """A person turns the switch on."""

    model_config = _STRICT

    command: Literal["engage"]
    budget_id: Text
    key: Text | None = None
    by: Text
    reason: Text
    max_targets: int | None = Field(default=None, ge=1, le=1_000)


class Release(BaseModel):
    """A person turns it off, until `until` or else the period's end; `extend_usd` grants so much more meanwhile."""

    model_config = _STRICT

    command: Literal["release"]
    budget_id: Text
    key: Text | None = None
    by: Text
    reason: Text
    until: AwareDatetime | None = None
    extend_usd: Decimal | None = Field(default=None, gt=0, le=Decimal(10) ** 12, decimal_places=6)


class Crossed(BaseModel):
    """What is read of a `Budget Threshold Crossed` event: which counter, no more. All else is read from the table."""

    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True)

    budget_id: str
    key: str | None
    period: str
    period_start: AwareDatetime
    severity: Literal["soft", "hard"]
    late: bool


Command = Reconcile | Idle | PlanOf | Engage | Release
_COMMANDS: TypeAdapter[Command] = TypeAdapter(Annotated[Command, Field(discriminator="command")])


def parse(event: dict[str, Any]) -> Command | Crossed:
    """Raises pydantic.ValidationError."""
    if event.get("detail-type") == THRESHOLD_CROSSED:
        return Crossed.model_validate(event["detail"])
    return _COMMANDS.validate_python(event)


def in_utc(time: datetime | None) -> datetime | None:
    """The same moment, as the core keeps it."""
    return None if time is None else time.astimezone(UTC)
