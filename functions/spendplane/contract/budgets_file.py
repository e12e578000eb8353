"""`budgets.yaml`: the one file that says who may spend what. Read at synthesis and, as JSON, by the deployment."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import BaseModel, Field, field_validator

from spendplane.contract import budget_action
from spendplane.contract.budget_entries import STRICT, BudgetEntry, Defaults, Idle, KillSwitch, Mode
from spendplane.contract.producers import Projects, rule
from spendplane.contract.producers import problems as unbindable
from spendplane.contract.text import nfc
from spendplane.contract.usage_event import Environment
from spendplane.contract.yaml_file import Location, checked
from spendplane.domain.bill import Watch, watch
from spendplane.domain.budgets import Budget
from spendplane.domain.idle_policy import IDLE
from spendplane.domain.limits import HARD_PERCENT, Limits
from spendplane.domain.producers import Producers

MAX_MATCHES = 90
"""Budgets that one event may count in: its row and all its counters are one transaction of 100 items."""


class BudgetsFile(BaseModel):
    """The whole file. `mode: observe` (the default) says what would be done and does nothing.

    Without `idle` nothing is turned down because nobody calls it.
    `aws_budgets: false` leaves the second line off, an AWS budget for each budget that AWS can express.
    `producers` says which source may charge which projects; left out, everybody may charge everything.
    """

    model_config = STRICT

    version: Literal[1]
    mode: Mode = "observe"
    protected_environments: list[Environment] = Field(default=["production"])
    kill_switch: KillSwitch = KillSwitch()
    idle: Idle | None = None
    aws_budgets: bool = Field(default=True, strict=True)
    producers: dict[str, Projects] = Field(default_factory=dict)
    defaults: Defaults = Defaults()
    budgets: list[BudgetEntry] = Field(default_factory=list)

    @field_validator("protected_environments")
    @classmethod
    def _production_stays_out(cls, value: list[str]) -> list[str]:
        if "production" not in value:
            raise ValueError("must name `production`: it is never throttled")
        return value

    @field_validator("producers", mode="before")
    @classmethod
    def _normal(cls, value: Any) -> Any:
        return nfc(value)

    @property
    def throttleable_environments(self) -> tuple[str, ...]:
        """All known environments but the protected ones."""
        return tuple(name for name in get_args(Environment) if name not in self.protected_environments)

    def to_domain(self) -> list[Budget]:
        """The budgets with the file's defaults filled in, at revision 1: the deployment counts revisions."""
        return [self._budget(entry) for entry in self.budgets]

    def bound(self) -> Producers:
        """Which producers may charge which projects."""
        return rule(self.producers)

    def watches(self) -> Iterator[tuple[Budget, Watch]]:
        """The budgets for which an AWS budget is wanted, each with how far AWS can express it."""
        for entry in self.budgets:
            if found := self.watched(entry):
                yield self._budget(entry), found

    def watched(self, entry: BudgetEntry) -> Watch | None:
        """How far AWS can express it; None where no AWS budget is wanted."""
        wanted = self.aws_budgets if entry.aws_budget is None else entry.aws_budget
        return watch(self._budget(entry), untagged=bool(entry.aws_budget)) if wanted else None

    def acting(self) -> Iterator[tuple[BudgetEntry, budget_action.BudgetAction, Mode]]:
        """The budgets with an action, and their mode: in `observe` nothing is to be touched."""
        for entry in self.budgets:
            if entry.aws_budget_action:
                yield entry, entry.aws_budget_action, entry.mode or self.mode

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
    "after_hours:missing": "say after how many hours without a call, such as `after_hours: 48`",
    "id:missing": "give the budget an id, such as `id: marketing-staging`",
    "id:string_pattern_mismatch": "use lower-case letters, digits, dots, dashes and underscores, at most 64",
    "limit_usd:greater_than_equal": "write 0 where nothing may be spent, or leave it out to track without a limit",
    "limit_tokens:greater_than_equal": "write 0 where none may be used, or leave it out",
    "limit_requests:greater_than_equal": "write 0 where none may be made, or leave it out",
    "period:enum": "use one of daily, weekly, monthly, total",
    "producers:dict_type": "a mapping, such as `com.example.chat: [chat-prod, chat-staging]`",
    "string_type": "write the value in quotes",
    "too_short": "name at least one, or remove it",
    "thresholds:int_type": "whole percentages, such as [80, 100]",
    "version:missing": "begin the file with `version: 1`",
    "version:literal_error": "this release reads version 1",
}


def load(path: Path | str) -> BudgetsFile:
    """The checked file. Raises FileError, whose text names the line and the mend."""
    opening = "not a budgets file; begin it with `version: 1` and a list `budgets:`"
    return checked(Path(path), BudgetsFile, opening=opening, mends=_MENDS, problems=_problems)


def _problems(parsed: BudgetsFile) -> Iterator[tuple[Location, str]]:
    yield from _conflicts(parsed)
    yield from _actions(parsed)
    yield from _producers(parsed)


def _producers(parsed: BudgetsFile) -> Iterator[tuple[Location, str]]:
    for place, problem in unbindable(parsed.producers):
        yield ("producers", *place), problem


def _actions(parsed: BudgetsFile) -> Iterator[tuple[Location, str]]:
    """What AWS Budgets is asked to do by itself, and cannot or must not."""
    for index, entry in enumerate(parsed.budgets):
        if entry.aws_budget_action:
            for problem in budget_action.problems(entry.selector, parsed.watched(entry), parsed.protected_environments):
                yield ("budgets", index, "aws_budget_action"), problem


def _conflicts(parsed: BudgetsFile) -> Iterator[tuple[Location, str]]:
    """What is wrong between budgets, not inside one."""
    ids: dict[str, int] = {}
    terms: dict[tuple[Any, ...], str] = {}
    matches: dict[tuple[str, ...], dict[tuple[str, ...], int]] = {}
    for index, budget in enumerate(parsed.to_domain()):
        if budget.id == IDLE:
            yield ("budgets", index, "id"), f"`{IDLE}` stands for what nobody calls; choose another id"
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
