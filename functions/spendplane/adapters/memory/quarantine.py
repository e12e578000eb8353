"""Refused records in a dictionary."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from spendplane.application.ports import QuarantineEntry


@dataclass(slots=True)
class MemoryQuarantine:
    """Refused records by id."""

    kept: dict[str, QuarantineEntry] = field(default_factory=dict)

    def put(self, entries: Sequence[QuarantineEntry]) -> None:
        """See `ports.Quarantine`."""
        self.kept.update({entry.id: entry for entry in entries})

    def get(self, entry_id: str) -> QuarantineEntry | None:
        """See `ports.Quarantine`."""
        return self.kept.get(entry_id)

    def entries(self, days: Iterable[str]) -> Iterator[QuarantineEntry]:
        """See `ports.Quarantine`."""
        for day in days:
            yield from sorted(
                (entry for entry in self.kept.values() if f"{entry.seen_at:%Y-%m-%d}" == day),
                key=lambda entry: entry.seen_at,
                reverse=True,
            )

    def replayed(self, entry: QuarantineEntry) -> None:
        """See `ports.Quarantine`."""
        kept = self.kept.get(entry.id)
        if kept and kept.seen_at == entry.seen_at:
            self.kept[entry.id] = replace(kept, state="REPLAYED")
