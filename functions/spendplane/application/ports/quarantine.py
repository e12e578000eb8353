"""Refused records."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class QuarantineEntry:
    """A refused record as kept: `state` is QUARANTINED or REPLAYED."""

    id: str
    reason: str
    body: str
    source: str
    seen_at: datetime
    state: str = "QUARANTINED"


class Quarantine(Protocol):
    """Where refused records are kept with their reason."""

    def put(self, entries: Sequence[QuarantineEntry]) -> None:
        """Stores entries; one with the same id is replaced. Raises UnstorableError for one that is too large."""

    def get(self, entry_id: str) -> QuarantineEntry | None:
        """One entry."""

    def entries(self, days: Iterable[str]) -> Iterator[QuarantineEntry]:
        """The entries of these days (`2026-11-22`, UTC), newest day first as given."""

    def replayed(self, entry: QuarantineEntry) -> None:
        """It was published again. One that was refused again meanwhile, or is gone, stays as it is."""
