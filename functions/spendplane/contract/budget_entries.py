"""One budget of `budgets.yaml`, and the file's own settings: what can be said of each, without a look at the others."""

from decimal import Decimal
from difflib import get_close_matches
from math import prod
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from spendplane.contract.budget_action import BudgetAction
from spendplane.contract.text import Identifier, nfc
from spendplane.contract.usage_event import Environment
from spendplane.domain.budgets import ATTRIBUTES
from spendplane.domain.periods import Period

MAX_SELECTOR_COMBINATIONS = 1_000
Mode = Literal["observe", "enforce"]
Thresholds = Annotated[list[Annotated[int, Field(strict=True, ge=1, le=1000)]], Field(min_length=1, max_length=10)]
_KNOWN_VALUES = {"environment": get_args(Environment), "workload_type": ("inference", "training", "embedding")}
STRICT = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, defer_build=True)


class Defaults(BaseModel):
    """What a budget gets where it says nothing."""

    model_config = STRICT

    period: Period = Period.MONTHLY
    thresholds: Thresholds = Field(default=[80, 100])
    on_soft_limit: Literal["notify", "degrade"] = "notify"
    on_hard_limit: Literal["notify", "throttle"] = "throttle"
    owner: str | None = None


class BudgetEntry(BaseModel):
    """One budget. An empty `match` takes every event; no limit means tracked."""

    model_config = STRICT

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")
    description: str | None = Field(default=None, max_length=256)
    match: dict[str, Identifier | Annotated[list[Identifier], Field(min_length=1)]] = Field(default_factory=dict)
    per: str | None = None
    limit_usd: Decimal | None = Field(default=None, ge=0, le=Decimal(10) ** 12, decimal_places=6, allow_inf_nan=False)
    limit_tokens: int | None = Field(default=None, ge=0, le=10**18, strict=True)
    limit_requests: int | None = Field(default=None, ge=0, le=10**18, strict=True)
    period: Period | None = None
    thresholds: Thresholds | None = None
    on_soft_limit: Literal["notify", "degrade"] | None = None
    on_hard_limit: Literal["notify", "throttle"] | None = None
    mode: Mode | None = None
    owner: str | None = Field(default=None, max_length=256)
    shards: int = Field(default=1, ge=1, le=64, strict=True)
    aws_budget: bool | None = Field(default=None, strict=True)
    aws_budget_action: BudgetAction | None = None

    @field_validator("limit_usd", mode="before")
    @classmethod
    def _exact(cls, value: Any) -> Any:
        if isinstance(value, bool):
            raise ValueError("a number of US dollars")  # noqa: TRY004  # pydantic reports ValueError
        return repr(value) if isinstance(value, float) else value

    @field_validator("match", mode="before")
    @classmethod
    def _normal(cls, value: Any) -> Any:
        return nfc(value)

    @model_validator(mode="after")
    def _known(self) -> "BudgetEntry":
        for name in (*self.match, *((self.per,) if self.per else ())):
            if name not in ATTRIBUTES:
                raise ValueError(_unknown(name, ATTRIBUTES, "attribute"))
        for name, known in _KNOWN_VALUES.items():
            for value in self.selector.get(name, ()):
                if value not in known:
                    raise ValueError(_unknown(value, known, f"{name} in `match`"))
        return self

    @model_validator(mode="after")
    def _sensible(self) -> "BudgetEntry":
        selected = self.selector.get(self.per or "")
        if selected and len(selected) == 1:
            raise ValueError(f"`per: {self.per}` has one value only, because `match` fixes it; remove one of the two")
        if self.per and self.shards > 1:
            raise ValueError("`shards` is for one hot counter; with `per` there are many already: remove `shards`")
        if prod(len(values) for values in self.selector.values()) > MAX_SELECTOR_COMBINATIONS:
            raise ValueError(f"`match` has over {MAX_SELECTOR_COMBINATIONS} combinations of values; split the budget")
        return self

    @property
    def selector(self) -> dict[str, tuple[str, ...]]:
        """`match` with every value as a list, without repetitions, in a fixed order."""
        return {
            name: tuple(sorted({value} if isinstance(value, str) else set(value)))
            for name, value in sorted(self.match.items())
        }


class KillSwitch(BaseModel):
    """Bounds of what the kill switch may do by itself.

    `max_targets`: more than so many at once are left to a person. `max_attempts`: so often a target that was turned
    back on, or could not be turned down, is tried again before a person is called. `max_drift_percent`: where the last
    reconciliation found the ledger further above the bill, hard limits only alert.
    """

    model_config = STRICT

    max_targets: int = Field(default=20, ge=1, le=1_000, strict=True)
    max_attempts: int = Field(default=3, ge=1, le=100, strict=True)
    max_drift_percent: int = Field(default=10, ge=0, le=1_000, strict=True)


class Idle(BaseModel):
    """Endpoints that nobody calls. `after_hours` without a call they are announced, `notice_hours` later taken to zero;
    those that are younger than `grace_hours` are left alone.
    """

    model_config = STRICT

    after_hours: int = Field(ge=1, le=24 * 30, strict=True)
    notice_hours: int = Field(default=24, ge=1, le=24 * 30, strict=True)
    grace_hours: int = Field(default=24, ge=0, le=24 * 90, strict=True)
    mode: Mode = "observe"


def _unknown(name: str, known: tuple[str, ...], what: str) -> str:
    close = get_close_matches(name, known, n=1)
    hint = f"did you mean `{close[0]}`?" if close else f"known: {', '.join(known)}"
    return f"unknown {what} `{name}`; {hint}"
