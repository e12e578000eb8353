"""The budgets as deployed."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

from spendplane.domain.budgets import Budget, BudgetIndex
from spendplane.domain.producers import ANYBODY, Producers


class Definitions(Protocol):
    """The budgets as deployed."""

    def index(self, now: datetime) -> BudgetIndex:
        """The budgets in force, from a cache of a few seconds."""

    def deployed(self) -> dict[str, Budget]:
        """The budgets in force, read now, by id."""

    def current(self, budget_id: str) -> Budget | None:
        """One budget as it is at this moment; None when there is none."""

    def changed(self) -> Iterator[tuple[Budget, datetime]]:
        """Budgets that were written and not judged since, and when that was."""

    def judged(self, budget: Budget) -> None:
        """Takes a budget off the changed ones, unless it has changed again."""

    def producers(self) -> Producers:
        """Who may charge which projects, read now."""

    def write(
        self, budgets: Sequence[Budget], removed: Sequence[str], now: datetime, producers: Producers = ANYBODY
    ) -> None:
        """Writes definitions (marked as changed) and removes others, then makes readers notice, with the producers."""

    def retired(self) -> dict[str, Budget]:
        """Removed budgets: their revisions go on counting when they come back."""
