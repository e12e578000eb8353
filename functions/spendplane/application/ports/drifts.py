"""Where the last reconciliation with the bill is kept, for the kill switch to go by."""

from typing import Protocol

from spendplane.domain.drift import Reconciliation


class Drifts(Protocol):
    """Every call may raise BusyError."""

    def last(self) -> Reconciliation | None:
        """The one that was stored last; None: there is none yet."""

    def store(self, found: Reconciliation) -> None:
        """From now on it is the last one. Every one that was is kept for 400 days."""

    def history(self) -> list[Reconciliation]:
        """All that are kept, in the order in which they were stored."""
