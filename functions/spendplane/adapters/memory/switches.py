"""Switches, undos, the audit and standings in dictionaries; each call is atomic, also between threads."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from spendplane.adapters.memory.outbox import MemoryOutbox
from spendplane.application.alerting.judge import UNSENT_AFTER
from spendplane.application.ports import Announcement, BusyError
from spendplane.application.ports.switches import AuditEntry, Standing
from spendplane.domain.counters import CounterRef
from spendplane.domain.switches import Grip, Level, Switch


@dataclass
class MemorySwitches(MemoryOutbox):
    """See `application.ports.switches.Switches`. It stores announcements, so it is one with the outbox."""

    switches: dict[tuple[CounterRef, Level], Switch] = field(default_factory=dict)
    leases: dict[tuple[CounterRef, Level], datetime] = field(default_factory=dict)
    kept_grips: dict[str, Grip] = field(default_factory=dict)
    kept_audit: list[AuditEntry] = field(default_factory=list)
    kept_standings: dict[tuple[str, str], Standing] = field(default_factory=dict)

    def lease(self, ref: CounterRef, level: Level, now: datetime, until: datetime) -> Switch | None:
        """See `switches.Switches`."""
        with self.lock:
            place = (ref, level)
            if place in self.leases and self.leases[place] > now:
                return None
            self.leases[place] = self.switch_due[place] = until
            switch = self.switches.get(place, Switch(ref, level))
            self.switches[place] = leased = replace(switch, turn=switch.turn + 1)
            return leased

    def note(self, switch: Switch, audit: Sequence[AuditEntry]) -> None:
        """See `switches.Switches`."""
        with self.lock:
            if not self._mine(switch):
                raise BusyError(f"{switch.id}: somebody else is at it")
            self.switches[switch.ref, switch.level] = switch
            self.record(audit)

    def save(
        self, switch: Switch, due_at: datetime | None, audit: Sequence[AuditEntry], news: Sequence[Announcement]
    ) -> Sequence[Announcement]:
        """See `switches.Switches`."""
        with self.lock:
            place = (switch.ref, switch.level)
            self.note(switch, audit)
            leased = self.leases.pop(place, None)
            if due_at is None:
                if self.switch_due.get(place) == leased:
                    self.switch_due.pop(place, None)
            else:
                self.switch_due[place] = due_at
            return [item for item in news if self.add(item, _time(item) + UNSENT_AFTER)]

    def give_back(self, switch: Switch, due_at: datetime) -> None:
        """See `switches.Switches`."""
        with self.lock:
            if self._mine(switch):
                self.leases.pop((switch.ref, switch.level), None)
                self.switch_due[switch.ref, switch.level] = due_at

    def _mine(self, switch: Switch) -> bool:
        return self.switches.get((switch.ref, switch.level), Switch(switch.ref, switch.level)).turn == switch.turn

    def get(self, ref: CounterRef, level: Level) -> Switch | None:
        """See `switches.Switches`."""
        with self.lock:
            if (ref, level) in self.switch_due:
                return self.switches.get((ref, level), Switch(ref, level))
            return self.switches.get((ref, level))

    def of_budget(self, budget_id: str) -> Iterator[Switch]:
        """See `switches.Switches`."""
        with self.lock:
            places = sorted({*self.switches, *self.switch_due}, key=str)
            found = [self.switches.get(place, Switch(*place)) for place in places if place[0].budget_id == budget_id]
        yield from found

    def waiting(self, now: datetime) -> Iterator[tuple[CounterRef, Level]]:
        """See `switches.Switches`."""
        with self.lock:
            waiting = sorted(((time, place) for place, time in self.switch_due.items() if time <= now), key=str)
        yield from [place for _, place in waiting]

    def grips(self, keys: Iterable[str]) -> dict[str, Grip]:
        """See `switches.Switches`."""
        with self.lock:
            return {key: self.kept_grips[key] for key in keys if key in self.kept_grips}

    def put_grip(self, grip: Grip, audit: AuditEntry | None = None) -> Grip:
        """See `switches.Switches`."""
        with self.lock:
            old = self.kept_grips.get(grip.target.key)
            if (old.version if old else 0) != grip.version:
                raise BusyError(f"{grip.target.label}: somebody else is at it")
            stored = replace(grip, version=grip.version + 1)
            self.kept_grips[grip.target.key] = stored
            self.record([audit] if audit else [])
            return stored

    def record(self, entries: Sequence[AuditEntry]) -> None:
        """See `switches.Switches`."""
        with self.lock:
            for entry in entries:
                if entry not in self.kept_audit:
                    self.kept_audit.append(entry)

    def audit(self, switch_id: str) -> Iterator[AuditEntry]:
        """See `switches.Switches`."""
        with self.lock:
            found = [entry for entry in self.kept_audit if entry.switch_id == switch_id]
        yield from sorted(found, key=lambda entry: (entry.at, entry.number))

    def stand(self, standings: Sequence[Standing]) -> None:
        """See `switches.Switches`."""
        with self.lock:
            self.kept_standings |= {(item.project, item.switch_id): item for item in standings}

    def standings(self, project: str, now: datetime) -> list[Standing]:
        """See `switches.Switches`."""
        with self.lock:
            found = [item for (name, _), item in self.kept_standings.items() if name in {project, "*"}]
        return [item for item in found if item.until is None or now < item.until]


def _time(announcement: Announcement) -> datetime:
    return datetime.fromisoformat(announcement.detail["time"])
