"""Brings the definitions in the table in line with the file: creates, changes, removes; counts revisions."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from spendplane.application.ports import Definitions
from spendplane.domain.budgets import Budget
from spendplane.domain.producers import ANYBODY, Producers


@dataclass(frozen=True, slots=True)
class Plan:
    """What a deployment changes, decided before anything is written."""

    created: tuple[Budget, ...] = ()
    changed: tuple[tuple[Budget, Budget], ...] = ()
    removed: tuple[Budget, ...] = ()
    unchanged: tuple[Budget, ...] = ()
    producers: tuple[Producers, Producers] = (ANYBODY, ANYBODY)
    """Who may charge which projects, before and after."""

    @property
    def empty(self) -> bool:
        """Nothing to do."""
        before, after = self.producers
        return before == after and not (self.created or self.changed or self.removed)

    def figures(self) -> dict[str, str]:
        """How many of each."""
        names = ("created", "changed", "removed", "unchanged")
        return {name: str(len(getattr(self, name))) for name in names}


def plan(
    wanted: Sequence[Budget],
    deployed: dict[str, Budget],
    retired: dict[str, Budget] | None = None,
    producers: tuple[Producers, Producers] = (ANYBODY, ANYBODY),
) -> Plan:
    """Compares by id. A revision grows when limits, thresholds or the period change, when a budget begins to throttle
    or degrade, and when it comes back.

    Shards never shrink: parts of the counter would no longer be read.
    """
    former = retired or {}
    created, changed, unchanged = [], [], []
    for budget in wanted:
        old = deployed.get(budget.id)
        if old is None:
            before = former.get(budget.id)
            created.append(_returned(budget, before) if before else budget)
            continue
        revision = old.revision if budget.same_terms(old) else old.revision + 1
        new = replace(budget, revision=revision, shards=max(budget.shards, old.shards))
        if new == old:
            unchanged.append(old)
        else:
            changed.append((old, new))
    kept = {budget.id for budget in wanted}
    removed = [budget for budget in deployed.values() if budget.id not in kept]
    return Plan(tuple(created), tuple(changed), tuple(removed), tuple(unchanged), producers)


def _returned(budget: Budget, before: Budget) -> Budget:
    return replace(budget, revision=before.revision + 1, shards=max(budget.shards, before.shards))


@dataclass(frozen=True, slots=True)
class DefineBudgets:
    """Carries a plan out. Doing it twice is doing it once."""

    definitions: Definitions

    def __call__(self, wanted: Sequence[Budget], now: datetime, producers: Producers = ANYBODY) -> Plan:
        """Returns what was done to the budgets; `producers` take the place of the former ones. Raises BusyError."""
        todo = plan(wanted, self.definitions.deployed(), self.definitions.retired())
        written = [*todo.created, *(new for _, new in todo.changed)]
        # Also when nothing is to be written: a run that was cut off may have written all without telling the readers.
        self.definitions.write(written, [budget.id for budget in todo.removed], now, producers)
        return todo
