"""`budgets.yaml`: the one file that says who may spend what. Read at synthesis and, as JSON, by the deployment."""

from collections.abc import Iterator
from decimal import Decimal
from difflib import get_close_matches
from itertools import product
from math import prod
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from spendplane.contract.text import Identifier, nfc
from spendplane.contract.usage_event import Environment
from spendplane.contract.yaml_file import FileError, Location, at, explain
from spendplane.contract.yaml_file import load as load_yaml
from spendplane.domain.bill import Watch, watch
from spendplane.domain.budgets import ATTRIBUTES, Budget
from spendplane.domain.limits import HARD_PERCENT, Limits
from spendplane.domain.periods import Period

BudgetsFileError = FileError

MAX_SELECTOR_COMBINATIONS = 1_000
MAX_MATCHES = 90
"""Budgets that one event may count in: its row and all its counters are one transaction of 100 items."""

Mode = Literal["observe", "enforce"]
Thresholds = Annotated[list[Annotated[int, Field(strict=True, ge=1, le=1000)]], Field(min_length=1, max_length=10)]
_KNOWN_VALUES = {"environment": get_args(Environment), "workload_type": ("inference", "training", "embedding")}
_STRICT = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, defer_build=True)


class Defaults(BaseModel):
    """What a budget gets where it says nothing."""

    model_config = _STRICT

    period: Period = Period.MONTHLY
    thresholds: Thresholds = Field(default=[80, 100])
    on_soft_limit: Literal["notify", "degrade"] = "notify"
    on_hard_limit: Literal["notify", "throttle"] = "throttle"
    owner: str | None = None


class BudgetEntry(BaseModel):
    """One budget. An empty `match` takes every event; no limit means tracked."""

    model_config = _STRICT

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
    back on, or could not be turned down, is tried again before a person is called.
    """

    model_config = _STRICT

    max_targets: int = Field(default=20, ge=1, le=1_000, strict=True)
    max_attempts: int = Field(default=3, ge=1, le=100, strict=True)


class BudgetsFile(BaseModel):
    """The whole file. `mode: observe` (the default) says what would be done and does nothing.

    `aws_budgets: false` leaves the second line off, an AWS budget for each budget that AWS can express.
    """

    model_config = _STRICT

    version: Literal[1]
    mode: Mode = "observe"
    protected_environments: list[Environment] = Field(default=["production"])
    kill_switch: KillSwitch = KillSwitch()
    aws_budgets: bool = Field(default=True, strict=True)
    defaults: Defaults = Defaults()
    budgets: list[BudgetEntry] = Field(default_factory=list)

    @field_validator("protected_environments")
    @classmethod
    def _production_stays_out(cls, value: list[str]) -> list[str]:
        if "production" not in value:
            raise ValueError("must name `production`: it is never throttled")
        return value

    @property
    def throttleable_environments(self) -> tuple[str, ...]:
        """All known environments but the protected ones."""
        return tuple(name for name in get_args(Environment) if name not in self.protected_environments)

    def to_domain(self) -> list[Budget]:
        """The budgets with the file's defaults filled in, at revision 1: the deployment counts revisions."""
        return [self._budget(entry) for entry in self.budgets]

    def watches(self) -> Iterator[tuple[Budget, Watch]]:
        """The budgets for which an AWS budget is wanted, each with how far AWS can express it."""
        for entry in self.budgets:
            if self.aws_budgets if entry.aws_budget is None else entry.aws_budget:
                budget = self._budget(entry)
                yield budget, watch(budget, untagged=bool(entry.aws_budget))

    def _budget(self, entry: BudgetEntry) -> Budget:
        defaults = self.defaults
        on_hard_limit = entry.on_hard_limit or defaults.on_hard_limit
        acts_at = {HARD_PERCENT} if on_hard_limit == "throttle" else set()  # the alert sets the kill switch off
        return Budget(
            id=entry.id,
            match=tuple(entry.selector.items()),
            period=entry.period or defaults.period,
            limits=Limits(entry.limit_usd, entry.limit_tokens, entry.limit_requests),
            per=entry.per,
            thresholds=tuple(sorted({*(entry.thresholds or defaults.thresholds), *acts_at})),
            on_soft_limit=entry.on_soft_limit or defaults.on_soft_limit,
            on_hard_limit=on_hard_limit,
            mode=entry.mode or self.mode,
            owner=entry.owner or defaults.owner,
            shards=entry.shards,
        )


_MENDS = {
    "bool_type": "write true or false, without quotes",
    "extra_forbidden": "remove it, or correct its spelling (see the reference of this file)",
    "id:missing": "give the budget an id, such as `id: marketing-staging`",
    "id:string_pattern_mismatch": "use lower-case letters, digits, dots, dashes and underscores, at most 64",
    "limit_usd:greater_than_equal": "write 0 where nothing may be spent, or leave it out to track without a limit",
    "limit_tokens:greater_than_equal": "write 0 where none may be used, or leave it out",
    "limit_requests:greater_than_equal": "write 0 where none may be made, or leave it out",
    "period:enum": "use one of daily, weekly, monthly, total",
    "string_type": "write the value in quotes",
    "thresholds:int_type": "whole percentages, such as [80, 100]",
    "version:missing": "begin the file with `version: 1`",
    "version:literal_error": "this release reads version 1",
}


def load(path: Path | str) -> BudgetsFile:
    """The checked file. Raises BudgetsFileError, whose text names the line and the mend."""
    path = Path(path)
    content, lines = load_yaml(path)
    if not isinstance(content, dict):
        raise FileError(f"{path}:1: not a budgets file; begin it with `version: 1` and a list `budgets:`")
    try:
        parsed = BudgetsFile.model_validate(content)
    except ValidationError as error:
        raise explain(path, lines, error, _MENDS) from None
    problems = [at(path, lines, location, message) for location, message in _conflicts(parsed)]
    if problems:
        raise FileError("\n".join(problems))
    return parsed


def _conflicts(parsed: BudgetsFile) -> Iterator[tuple[Location, str]]:
    """What is wrong between budgets, not inside one."""
    ids: dict[str, int] = {}
    terms: dict[tuple[Any, ...], str] = {}
    matches: dict[tuple[str, ...], dict[tuple[str, ...], int]] = {}
    for index, budget in enumerate(parsed.to_domain()):
        if budget.id in ids:
            yield ("budgets", index, "id"), f"`{budget.id}` is taken by budgets[{ids[budget.id]}]; choose another id"
            continue
        ids[budget.id] = index
        same = (budget.match, budget.per, budget.period)
        if same in terms:
            what = f"`{budget.id}` selects the same events over the same period ({budget.period}) as `{terms[same]}`"
            yield ("budgets", index), f"{what}; merge the two, or narrow one of their `match`"
        terms.setdefault(same, budget.id)
        shape = matches.setdefault(tuple(name for name, _ in budget.match), {})
        for values in product(*(choices for _, choices in budget.match)):
            shape[values] = shape.get(values, 0) + 1
    most = sum(max(rows.values()) for rows in matches.values())
    if most > MAX_MATCHES:
        yield ("budgets",), f"one event could count in {most} budgets, at most {MAX_MATCHES} are possible; remove some"


def _unknown(name: str, known: tuple[str, ...], what: str) -> str:
    close = get_close_matches(name, known, n=1)
    hint = f"did you mean `{close[0]}`?" if close else f"known: {', '.join(known)}"
    return f"unknown {what} `{name}`; {hint}"
