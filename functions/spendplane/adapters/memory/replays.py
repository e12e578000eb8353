"""Tallies of replays, in memory."""

from dataclasses import dataclass, field
from datetime import datetime

from spendplane.application.books.archive import Tally


@dataclass(slots=True)
class MemoryReplays:
    """See `application.books.archive.Replays`."""

    tallies: dict[str, Tally] = field(default_factory=dict)

    def add(self, name: str, tally: Tally, now: datetime) -> None:  # noqa: ARG002  # nothing expires here
        """See the port."""
        before = self.tally(name)
        self.tallies[name] = Tally(
            before.counted + tally.counted, before.repeats + tally.repeats, before.refused + tally.refused
        )

    def tally(self, name: str) -> Tally:
        """See the port."""
        return self.tallies.get(name, Tally())
