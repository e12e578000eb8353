"""Where the kill switch keeps what it knows: switches, undos, the audit, and what it asks of those who serve models."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from spendplane.application.ports import Announcement
from spendplane.domain.counters import CounterRef
from spendplane.domain.switches import Grip, Level, Switch


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """What was decided or done, with everything that it was decided on. Written once, kept 400 days.

    `number` orders the entries of one moment.
    """

    switch_id: str
    at: datetime
    number: int
    kind: str
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a budget asks of those who serve models to a project, until a moment (None: until it is taken back).

    `project` is `*` where the budget names none. It concerns the calls whose attributes have the values in `match`.
    """

    project: str
    switch_id: str
    level: Level
    match: dict[str, list[str]]
    reason: str
    until: datetime | None


class Switches(Protocol):
    """Every call may raise BusyError."""

    def lease(self, ref: CounterRef, level: Level, now: datetime, until: datetime) -> Switch | None:
        """The switch (a new one in phase DUE where there is none), reserved; None while somebody else has it.

        From here on the sweep finds it, so that whoever dies holding it is followed by somebody else.
        """

    def note(self, switch: Switch, audit: Sequence[AuditEntry]) -> None:
        """Stores it together with entries, all or nothing, and keeps the lease.

        Raises BusyError when somebody else has taken the lease, because it was over.
        """

    def save(
        self, switch: Switch, due_at: datetime | None, audit: Sequence[AuditEntry], news: Sequence[Announcement]
    ) -> Sequence[Announcement]:
        """As `note`, with announcements, and ends the lease. `due_at` None: nothing is left to do.

        A crossing that was marked since `lease` stays due. Returns the announcements that were not stored before; the
        sweep publishes those that nobody published.
        """

    def give_back(self, switch: Switch, due_at: datetime) -> None:
        """Ends the lease without a change, if it is still this one."""

    def get(self, ref: CounterRef, level: Level) -> Switch | None:
        """As stored."""

    def of_budget(self, budget_id: str) -> Iterator[Switch]:
        """Every switch of a budget, of all periods that are kept."""

    def waiting(self, now: datetime) -> Iterator[tuple[CounterRef, Level]]:
        """Those that somebody should look at."""

    def grips(self, keys: Iterable[str]) -> dict[str, Grip]:
        """The undos of these targets."""

    def put_grip(self, grip: Grip, audit: AuditEntry | None = None) -> Grip:
        """Stores an undo and returns it with its new version. Raises BusyError when it was changed meanwhile."""

    def record(self, entries: Sequence[AuditEntry]) -> None:
        """Adds to the audit; an entry that is there already stays as it is."""

    def audit(self, switch_id: str) -> Iterator[AuditEntry]:
        """In order of time."""

    def stand(self, standings: Sequence[Standing]) -> None:
        """Stores what is asked; one of the same switch and project is replaced."""

    def standings(self, project: str, now: datetime) -> list[Standing]:
        """What is asked of those who serve this project, `*` included, and not over."""
