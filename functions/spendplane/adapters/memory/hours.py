"""What is covered, in memory."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from spendplane.application.sources.hours import Rounds
from spendplane.domain.hours import Running


@dataclass(slots=True)
class MemoryHoursBook:
    """See `application.sources.hours.HoursBook`."""

    items: dict[str, Running] = field(default_factory=dict)
    marks: Rounds | None = None

    def rounds(self, now: datetime) -> Rounds:
        """See the port."""
        self.marks = self.marks or Rounds(now, now)
        return self.marks

    def last(self) -> Rounds | None:
        """See the port."""
        return self.marks

    def done(self, now: datetime) -> None:
        """See the port."""
        before = self.rounds(now)
        self.marks = Rounds(before.begun_at, max(before.last_at, now))

    def running(self, ids: Iterable[str]) -> Mapping[str, Running]:
        """See the port."""
        wanted = set(ids)
        return {id_: item for id_, item in self.items.items() if id_ in wanted or not item.over or item.pending}

    def put(self, running: Running) -> bool:
        """See the port."""
        before = self.items.get(running.id)
        if (before.version if before else 0) != running.version - 1:
            return False
        self.items[running.id] = running
        return True
