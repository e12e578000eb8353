"""Deployed budgets in dictionaries; never stale."""
# ruff: noqa: ARG002  # the port's signatures

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import RLock

from spendplane.domain.budgets import Budget, BudgetIndex
from spendplane.domain.producers import ANYBODY, Producers


@dataclass
class MemoryDefinitions:
    """See `application.ports.Definitions`."""

    budgets: dict[str, Budget] = field(default_factory=dict)
    gone: dict[str, Budget] = field(default_factory=dict)
    to_judge: dict[str, tuple[Budget, datetime]] = field(default_factory=dict)
    bound: Producers = ANYBODY
    definitions_lock: RLock = field(default_factory=RLock)

    def index(self, now: datetime) -> BudgetIndex:
        """See `ports.Definitions`; never stale."""
        return BudgetIndex(self.budgets.values(), self.bound)

    def deployed(self) -> dict[str, Budget]:
        """See `ports.Definitions`."""
        return dict(self.budgets)

    def current(self, budget_id: str) -> Budget | None:
        """See `ports.Definitions`."""
        return self.budgets.get(budget_id)

    def retired(self) -> dict[str, Budget]:
        """See `ports.Definitions`."""
        return dict(self.gone)

    def changed(self) -> Iterator[tuple[Budget, datetime]]:
        """See `ports.Definitions`."""
        yield from list(self.to_judge.values())

    def judged(self, budget: Budget) -> None:
        """See `ports.Definitions`."""
        if budget.id in self.to_judge and self.to_judge[budget.id][0] == budget:
            del self.to_judge[budget.id]

    def producers(self) -> Producers:
        """See `ports.Definitions`."""
        return self.bound

    def write(
        self, budgets: Sequence[Budget], removed: Sequence[str], now: datetime, producers: Producers = ANYBODY
    ) -> None:
        """See `ports.Definitions`."""
        with self.definitions_lock:
            self.bound = producers
            for budget in budgets:
                self.budgets[budget.id] = budget
                self.to_judge[budget.id] = (budget, now)
                self.gone.pop(budget.id, None)
            for budget_id in removed:
                self.gone[budget_id] = self.budgets.pop(budget_id)
                self.to_judge.pop(budget_id, None)
