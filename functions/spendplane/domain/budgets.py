"""Budgets, and which of them one event counts in."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from typing import Any

from spendplane.domain.limits import Limits
from spendplane.domain.periods import Period
from spendplane.domain.producers import ANYBODY, Producers

ATTRIBUTES = (
    "project_id",
    "user_id",
    "environment",
    "department_id",
    "team",
    "cost_center",
    "workload_type",
    "provider",
    "model",
    "session_id",
    "region",
    "service_tier",
)
"""What a budget may select (`match`) or group (`per`) by."""

NO_VALUE = "(none)"
"""The key of events that lack the grouping attribute: their spend stays visible."""

HIGH_CARDINALITY = frozenset({"user_id", "session_id"})


@dataclass(frozen=True, slots=True)
class Budget:
    """A limit over the events that its selector takes, per period and, with `per`, per distinct value.

    `revision` grows when limits, thresholds or the period change, and when it begins to act; alerts fire once per
    revision.
    `shards` splits a hot counter into that many items, which are read together.
    """

    id: str
    match: tuple[tuple[str, tuple[str, ...]], ...] = ()
    period: Period = Period.MONTHLY
    limits: Limits = Limits()
    per: str | None = None
    thresholds: tuple[int, ...] = (80, 100)
    on_soft_limit: str = "notify"
    on_hard_limit: str = "throttle"
    mode: str = "observe"
    owner: str | None = None
    shards: int = 1
    revision: int = 1

    @property
    def contributor_fields(self) -> tuple[str, ...]:
        """Whose share a notice names. Users are left out where each counter is one user (or session) already."""
        if self.per in HIGH_CARDINALITY:
            return ("model",)
        return tuple(name for name in ("user_id", "model") if name != self.per)

    def same_terms(self, other: "Budget") -> bool:
        """True when limits, thresholds and period are those of the other (older) one: no new revision is due.

        One that begins to throttle or degrade is due one: what it crossed already is to set off its kill switch.
        """
        if (self.on_hard_limit, other.on_hard_limit) == ("throttle", "notify"):
            return False
        if (self.on_soft_limit, other.on_soft_limit) == ("degrade", "notify"):
            return False
        return (self.limits, self.thresholds, self.period) == (other.limits, other.thresholds, other.period)


MAX_REMEMBERED = 20_000


@dataclass(slots=True, eq=False)
class Answer:
    """The budgets of one kind of event. `by_day` remembers, for whoever asks per day, what follows from them."""

    budgets: tuple[Budget, ...]
    by_day: dict[date, Any] = field(default_factory=dict)


class BudgetIndex:
    """Finds the matching budgets by selector shape, so that the cost per event does not grow with their number.

    A shape is the set of attributes that a selector names; an event is looked up once per shape, and events that agree
    in every attribute that any selector names share one answer. `producers` say who may charge what at all.
    """

    def __init__(self, budgets: Iterable[Budget], producers: Producers = ANYBODY) -> None:
        self.producers = producers
        self.budgets: dict[str, Budget] = {}
        self._shapes: dict[tuple[str, ...], dict[tuple[str | None, ...], list[Budget]]] = {}
        for budget in budgets:
            self.budgets[budget.id] = budget
            fields = tuple(name for name, _ in budget.match)
            rows = self._shapes.setdefault(fields, {})
            for values in product(*(choices for _, choices in budget.match)):
                rows.setdefault(values, []).append(budget)
        self._selected = tuple(sorted({name for fields in self._shapes for name in fields}))
        self._answers: dict[tuple[str | None, ...], Answer] = {}

    def __len__(self) -> int:
        return len(self.budgets)

    def matching(self, attributes: Mapping[str, str]) -> tuple[Budget, ...]:
        """Budgets whose every selector names the event's value. Values compare exactly, as normalised strings."""
        return self.answer(attributes).budgets

    def answer(self, attributes: Mapping[str, str]) -> Answer:
        """As `matching`; equal answers are the same object."""
        selected = tuple(map(attributes.get, self._selected))
        answer = self._answers.get(selected)
        if answer is None:
            if len(self._answers) >= MAX_REMEMBERED:
                self._answers.clear()
            answer = self._answers[selected] = Answer(tuple(self._look_up(attributes)))
        return answer

    def _look_up(self, attributes: Mapping[str, str]) -> Iterator[Budget]:
        for fields, rows in self._shapes.items():
            yield from rows.get(tuple(map(attributes.get, fields)), ())  # a missing value (None) matches nothing
