"""Reconciliations in a list."""

from dataclasses import dataclass, field

from spendplane.domain.drift import Reconciliation


@dataclass
class MemoryDrifts:
    """See `application.ports.drifts.Drifts`."""

    reconciliations: list[Reconciliation] = field(default_factory=list)

    def last(self) -> Reconciliation | None:
        """See the port."""
        return self.reconciliations[-1] if self.reconciliations else None

    def store(self, found: Reconciliation) -> None:
        """See the port."""
        self.reconciliations.append(found)

    def history(self) -> list[Reconciliation]:
        """See the port."""
        return list(self.reconciliations)
